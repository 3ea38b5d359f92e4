package api

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Announcements serves bavn.notify.v1.AnnouncementService.
type Announcements struct {
	notifyv1.UnimplementedAnnouncementServiceServer
	Gate  *access.Gate
	Board *command.Board
	Pages *Pages
}

// CreateAnnouncement drafts an announcement. Whose it is follows from what it is about, so that is found out first; a
// stranger is told nothing of either.
func (s *Announcements) CreateAnnouncement(
	ctx context.Context, r *notifyv1.CreateAnnouncementRequest,
) (*notifyv1.Announcement, error) {
	desk := resourcename.Desk(r.GetParent())
	set, err := s.Gate.Caller(ctx, desk)
	if err != nil {
		return nil, err
	}
	if !set.Member() {
		return nil, s.Gate.Announcement(ctx, "CreateAnnouncement", access.Announcement{Desk: desk}, false)
	}
	planned, err := s.Board.PlanAnnouncement(ctx, r)
	if err != nil {
		return nil, err
	}
	about, err := s.describe(ctx, desk, r.GetAnnouncementId(), planned.Facts)
	if err != nil {
		return nil, err
	}
	if err := s.Gate.Announcement(ctx, "CreateAnnouncement", about, false); err != nil {
		return nil, err
	}
	return s.Board.CreateAnnouncement(ctx, r, planned)
}

// GetAnnouncement reads an announcement.
func (s *Announcements) GetAnnouncement(
	ctx context.Context, r *notifyv1.GetAnnouncementRequest,
) (*notifyv1.Announcement, error) {
	a, _, err := s.seen(ctx, r.GetName())
	return a, err
}

// ListAnnouncements lists what the caller may see, by id.
func (s *Announcements) ListAnnouncements(
	ctx context.Context, r *notifyv1.ListAnnouncementsRequest,
) (*notifyv1.ListAnnouncementsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	set, err := s.Gate.Listing(ctx, "ListAnnouncements", desk)
	if err != nil {
		return nil, err
	}
	if !set.Member() {
		return nil, fault.Missing("parent")
	}
	page, err := s.Pages.open(ctx, notifyv1.AnnouncementService_ListAnnouncements_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	rows, err := store.New(s.Gate.Pool).ListAnnouncements(ctx, store.ListAnnouncementsParams{
		Desk: desk, After: string(page.after), State: int16(r.GetState()), Keys: set.Keys(), Published: true, Size: page.size + 1,
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	answer := new(notifyv1.ListAnnouncementsResponse)
	for i, row := range rows {
		if int32(i) == page.size {
			answer.NextPageToken = page.next([]byte(rows[i-1].Announcement))
			break
		}
		shown, err := command.ShowAnnouncement(row)
		if err != nil {
			return nil, err
		}
		answer.Announcements = append(answer.Announcements, shown)
	}
	return answer, nil
}

// UpdateAnnouncement changes what an announcement says.
func (s *Announcements) UpdateAnnouncement(
	ctx context.Context, r *notifyv1.UpdateAnnouncementRequest,
) (*notifyv1.Announcement, error) {
	if err := s.may(ctx, "UpdateAnnouncement", r.GetAnnouncement().GetName()); err != nil {
		return nil, err
	}
	return s.Board.UpdateAnnouncement(ctx, r)
}

// RequestAnnouncementApproval asks those who approve.
func (s *Announcements) RequestAnnouncementApproval(
	ctx context.Context, r *notifyv1.RequestAnnouncementApprovalRequest,
) (*notifyv1.Announcement, error) {
	if err := s.may(ctx, "RequestAnnouncementApproval", r.GetName()); err != nil {
		return nil, err
	}
	return s.Board.RequestAnnouncementApproval(ctx, r)
}

// ApproveAnnouncement approves a draft.
func (s *Announcements) ApproveAnnouncement(
	ctx context.Context, r *notifyv1.ApproveAnnouncementRequest,
) (*notifyv1.Announcement, error) {
	if err := s.may(ctx, "ApproveAnnouncement", r.GetName()); err != nil {
		return nil, err
	}
	return s.Board.ApproveAnnouncement(ctx, r)
}

// PublishAnnouncement puts an announcement on the board.
func (s *Announcements) PublishAnnouncement(
	ctx context.Context, r *notifyv1.PublishAnnouncementRequest,
) (*notifyv1.Announcement, error) {
	if err := s.may(ctx, "PublishAnnouncement", r.GetName()); err != nil {
		return nil, err
	}
	return s.Board.PublishAnnouncement(ctx, r)
}

// CompleteAnnouncement says that it is over.
func (s *Announcements) CompleteAnnouncement(
	ctx context.Context, r *notifyv1.CompleteAnnouncementRequest,
) (*notifyv1.Announcement, error) {
	if err := s.may(ctx, "CompleteAnnouncement", r.GetName()); err != nil {
		return nil, err
	}
	return s.Board.CompleteAnnouncement(ctx, r)
}

// WithdrawAnnouncement takes it back.
func (s *Announcements) WithdrawAnnouncement(
	ctx context.Context, r *notifyv1.WithdrawAnnouncementRequest,
) (*notifyv1.Announcement, error) {
	if err := s.may(ctx, "WithdrawAnnouncement", r.GetName()); err != nil {
		return nil, err
	}
	return s.Board.WithdrawAnnouncement(ctx, r)
}

// ReportAffected makes an inquiry of "this affects me too".
func (s *Announcements) ReportAffected(ctx context.Context, r *notifyv1.ReportAffectedRequest) (*intakev1.Submission, error) {
	a, about, err := s.seen(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	if about.Published { // an unpublished one is refused as that
		if err := s.Gate.Announcement(ctx, "ReportAffected", about, false); err != nil {
			return nil, err
		}
	}
	return s.Board.ReportAffected(ctx, r, a)
}

// may asks about a change of an announcement that the caller sees.
func (s *Announcements) may(ctx context.Context, action, name string) error {
	_, about, err := s.seen(ctx, name)
	if err != nil {
		return err
	}
	return s.Gate.Announcement(ctx, action, about, false)
}

// seen reads an announcement for somebody who may see it.
func (s *Announcements) seen(ctx context.Context, name string) (*notifyv1.Announcement, access.Announcement, error) {
	desk := resourcename.Desk(name)
	row, err := store.New(s.Gate.Pool).GetAnnouncement(ctx, store.GetAnnouncementParams{
		Desk: desk, Announcement: resourcename.ID(name),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, access.Announcement{}, access.ErrNotFound
	}
	if err != nil {
		return nil, access.Announcement{}, pg.Translate(err)
	}
	a, err := command.ShowAnnouncement(row)
	if err != nil {
		return nil, access.Announcement{}, err
	}
	about, err := s.describe(ctx, desk, row.Announcement, a)
	if err != nil {
		return nil, about, err
	}
	about.Audience = row.Audience
	if about.Heir != "" {
		about.Audience = append(about.Audience, "parties/"+about.Heir)
	}
	return a, about, s.Gate.Announcement(ctx, "GetAnnouncement", about, true)
}

// describe tells the policies what an announcement is.
func (s *Announcements) describe(ctx context.Context, desk, id string, a *notifyv1.Announcement) (access.Announcement, error) {
	about := access.Announcement{
		Desk: desk, ID: id, Party: resourcename.ID(a.GetParty()),
		Published: a.GetState() == notifyv1.AnnouncementState_ANNOUNCEMENT_STATE_PUBLISHED ||
			a.GetState() == notifyv1.AnnouncementState_ANNOUNCEMENT_STATE_COMPLETED,
	}
	q := store.New(s.Gate.Pool)
	if a.GetTicket() != "" {
		party, err := q.AnnouncementDutyOf(ctx, store.AnnouncementDutyOfParams{Desk: desk, Ticket: resourcename.ID(a.GetTicket())})
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return about, pg.Translate(err)
		}
		about.Heir = resourcename.ID(party)
	}
	known, err := q.GetDesk(ctx, desk)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return about, pg.Translate(err)
	}
	about.Authority = known.AuthorityParty
	p, err := s.Board.Profiles.InForce(ctx, desk)
	if err != nil {
		return about, fault.New(codes.Unavailable, fault.Unavailable).Cause(err)
	}
	about.Approvers = p.Settings().GetAnnouncements().GetApprovedBy()
	about.Public = p.Settings().GetAnnouncements().GetPublic()
	return about, nil
}
