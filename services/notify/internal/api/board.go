package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

const (
	mostBoards = 500
	// longestShown bounds what is read at once: no profile shows what is completed for longer.
	longestShown = 366 * 24 * time.Hour
)

// Boards serves bavn.notify.v1.BoardService to the gateway.
type Boards struct {
	notifyv1.UnimplementedBoardServiceServer
	Gate  *access.Gate
	Board *command.Board
}

// ListBoards lists the public boards.
func (s *Boards) ListBoards(ctx context.Context, r *notifyv1.ListBoardsRequest) (*notifyv1.ListBoardsResponse, error) {
	if err := s.Gate.Board(ctx, "ListBoards", ""); err != nil {
		return nil, err
	}
	size := cmp.Or(r.GetPageSize(), mostBoards)
	q := store.New(s.Gate.Pool)
	desks, err := q.ListBoardDesks(ctx, store.ListBoardDesksParams{After: r.GetPageToken(), Size: size + 1})
	if err != nil {
		return nil, pg.Translate(err)
	}
	answer := new(notifyv1.ListBoardsResponse)
	if int32(len(desks)) > size {
		desks = desks[:size]
		answer.NextPageToken = desks[size-1].Desk
	}
	for _, desk := range desks {
		p, err := s.Board.Profiles.InForce(ctx, desk.Desk)
		if err != nil {
			return nil, fault.New(codes.Unavailable, fault.Unavailable).Cause(err)
		}
		if !p.Settings().GetAnnouncements().GetPublic() {
			continue
		}
		board, err := s.board(ctx, desk, p)
		if err != nil {
			return nil, err
		}
		answer.Boards = append(answer.Boards, board)
	}
	return answer, nil
}

// board is one desk's: what is published, and what was completed in the days that the profile says (R87).
func (s *Boards) board(ctx context.Context, desk store.Desk, p *profile.Profile) (*notifyv1.Board, error) {
	now := s.Board.Clock.Now()
	shown := min(domain.ShownFor(p.Settings().GetAnnouncements()), longestShown)
	rows, err := store.New(s.Gate.Pool).OnBoards(ctx, store.OnBoardsParams{
		Desks: []string{desk.Desk}, CompletedAfter: now.Add(-shown),
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	board := &notifyv1.Board{
		Desk: domain.DeskName(desk.Desk), DisplayName: desk.DisplayName, LanguageCode: desk.LanguageCode,
		TimeZone: p.Settings().GetDesk().GetTimeZone(),
	}
	for _, service := range p.Settings().GetBusinessServices() {
		board.Services = append(board.Services, &notifyv1.BusinessService{Id: service.GetId(), Labels: labels(service.GetLabel())})
	}
	restricted, err := s.restricted(ctx, desk.Desk, rows)
	if err != nil {
		return nil, err
	}
	called, err := s.parties(ctx, desk.Desk, rows)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		a, err := command.ShowAnnouncement(row)
		if err != nil {
			return nil, err
		}
		public := public(a, restricted, shown)
		public.Party = cmp.Or(called[domain.Key(a.GetParty())], resourcename.ID(a.GetParty()))
		board.Announcements = append(board.Announcements, public)
	}
	slices.SortStableFunc(board.Announcements, func(a, b *notifyv1.PublicAnnouncement) int {
		return b.GetAnnounceTime().AsTime().Compare(a.GetAnnounceTime().AsTime())
	})
	return board, nil
}

// restricted are the tickets among those announced that only some may see (R149).
func (s *Boards) restricted(ctx context.Context, desk string, rows []store.Announcement) ([]string, error) {
	var numbers []string
	for _, row := range rows {
		a, err := command.ShowAnnouncement(row)
		if err != nil {
			return nil, err
		}
		for _, ticket := range append(slices.Clone(a.GetRelatedTickets()), a.GetTicket()) {
			numbers = append(numbers, resourcename.ID(ticket))
		}
	}
	found, err := store.New(s.Gate.Pool).RestrictedAmong(ctx, store.RestrictedAmongParams{Desk: desk, Tickets: numbers})
	return found, pg.Translate(err)
}

func (s *Boards) parties(ctx context.Context, desk string, rows []store.Announcement) (map[string]string, error) {
	var units []string
	for _, row := range rows {
		a, err := command.ShowAnnouncement(row)
		if err != nil {
			return nil, err
		}
		units = append(units, domain.Key(a.GetParty()))
	}
	found, err := store.New(s.Gate.Pool).GetUnits(ctx, store.GetUnitsParams{Desk: desk, Units: units})
	called := map[string]string{}
	for _, unit := range found {
		called[unit.Unit] = unit.DisplayName
	}
	return called, pg.Translate(err)
}

// public is an announcement as everybody sees it.
func public(a *notifyv1.Announcement, restricted []string, shown time.Duration) *notifyv1.PublicAnnouncement {
	p := &notifyv1.PublicAnnouncement{
		Name: a.GetName(), Kind: a.GetKind(), Titles: a.GetTitles(), Bodies: a.GetBodies(), Services: a.GetServices(),
		Regions: a.GetRegions(), StartTime: a.GetStartTime(), EndTime: a.GetEndTime(), PublishTime: a.GetPublishTime(),
		AnnounceTime: a.GetAnnounceTime(), CompleteTime: a.GetCompleteTime(), Unapproved: a.GetUnapproved(),
	}
	if a.GetCompleteTime() != nil {
		p.Kind = profilev1.AnnouncementKind_ANNOUNCEMENT_KIND_COMPLETED
		p.ShowUntilTime = timestamppb.New(a.GetCompleteTime().AsTime().Add(shown))
	}
	for i, ticket := range append([]string{a.GetTicket()}, a.GetRelatedTickets()...) {
		number := resourcename.ID(ticket)
		if ticket == "" || slices.Contains(restricted, number) {
			continue
		}
		p.Tickets = append(p.Tickets, number)
		p.Reportable = p.Reportable || i == 0 && a.GetCompleteTime() == nil
	}
	return p
}

func labels(text *profilev1.Text) []*commonv1.LocalizedText {
	all := make([]*commonv1.LocalizedText, len(domain.Languages))
	for i, language := range domain.Languages {
		all[i] = &commonv1.LocalizedText{LanguageCode: language, Text: profile.In(language, text)}
	}
	return all
}

// Subscribe asks an address whether it wants mails.
func (s *Boards) Subscribe(ctx context.Context, r *notifyv1.SubscribeRequest) (*notifyv1.SubscribeResponse, error) {
	if err := s.Gate.Board(ctx, "Subscribe", resourcename.Desk(r.GetParent())); err != nil {
		return nil, err
	}
	return &notifyv1.SubscribeResponse{}, s.Board.Subscribe(ctx, r)
}

// ConfirmSubscription begins a subscription.
func (s *Boards) ConfirmSubscription(
	ctx context.Context, r *notifyv1.ConfirmSubscriptionRequest,
) (*notifyv1.ConfirmSubscriptionResponse, error) {
	if err := s.Gate.Board(ctx, "ConfirmSubscription", resourcename.Desk(r.GetParent())); err != nil {
		return nil, err
	}
	return &notifyv1.ConfirmSubscriptionResponse{}, s.Board.ConfirmSubscription(ctx, r)
}

// Unsubscribe ends a subscription.
func (s *Boards) Unsubscribe(ctx context.Context, r *notifyv1.UnsubscribeRequest) (*notifyv1.UnsubscribeResponse, error) {
	if err := s.Gate.Board(ctx, "Unsubscribe", resourcename.Desk(r.GetParent())); err != nil {
		return nil, err
	}
	return &notifyv1.UnsubscribeResponse{}, s.Board.Unsubscribe(ctx, r)
}
