package command

import (
	"context"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Planned is an announcement that is not written yet: whoever asks for it is asked about first.
type Planned struct {
	Facts   *notifyv1.Announcement
	profile *profile.Profile
}

// PlanAnnouncement fills in what an announcement will say, and whose it is (R88). It writes nothing. The ticket is read in
// the caller's name: who does not see it cannot announce it.
func (b *Board) PlanAnnouncement(ctx context.Context, r *notifyv1.CreateAnnouncementRequest) (Planned, error) {
	desk := resourcename.Desk(r.GetParent())
	p, err := b.followed(ctx, desk)
	if err != nil {
		return Planned{}, err
	}
	a := proto.CloneOf(r.GetAnnouncement())
	a.Name, a.State = domain.AnnouncementName(desk, r.GetAnnouncementId()), domain.Draft
	principal, _ := auth.FromContext(ctx)
	now := b.Clock.Now()
	a.Creator, a.CreateTime, a.Etag = domain.PersonName(desk, principal.Person), timestamppb.New(now), ""
	a.ApprovalRequestTime, a.Approver, a.ApproveTime, a.Unapproved = nil, "", nil, false
	a.PublishTime, a.AnnounceTime, a.CompleteTime = nil, nil, nil
	if err := b.entrust(ctx, p, desk, a); err != nil {
		return Planned{}, err
	}
	if err := written(p, a); err != nil {
		return Planned{}, refusal(err, saidIn)
	}
	return Planned{Facts: a, profile: p}, refusal(domain.Sound(a), saidIn)
}

// saidIn is where CreateAnnouncement holds what is said.
const saidIn = "announcement."

// entrust says which party answers for the announcement, and what it is about.
func (b *Board) entrust(ctx context.Context, p *profile.Profile, desk string, a *notifyv1.Announcement) error {
	for field, name := range map[string]string{"ticket": a.GetTicket(), "party": a.GetParty()} {
		if name != "" && resourcename.Desk(name) != desk {
			return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("announcement."+field, "announcement.other_desk")
		}
	}
	if err := sameDesk(desk, a.GetRelatedTickets()); err != nil {
		return err
	}
	if a.GetTicket() == "" {
		known := slices.ContainsFunc(p.Settings().GetParties(), func(party *profilev1.Party) bool {
			return party.GetId() == resourcename.ID(a.GetParty())
		})
		if !known {
			return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("announcement.party", "announcement.party")
		}
		return nil
	}
	ticket, err := b.Triage.GetTicket(ctx, &triagev1.GetTicketRequest{Name: a.GetTicket()})
	if status.Code(err) == codes.NotFound {
		return fault.Missing("announcement.ticket")
	}
	if err != nil {
		return err
	}
	if ticket.GetRestricted() {
		return fault.New(codes.FailedPrecondition, reasonRestrictedTicket)
	}
	facts := p.Facts(domain.DeskName(desk), ticket, b.Clock.Now())
	held, err := p.Announcements(facts)
	if err != nil {
		return err
	}
	var rule *profilev1.AnnouncementRule
	if len(held) > 0 {
		rule = held[0].Setting
	}
	party, _, _ := domain.Responsible(rule, ticket)
	a.Party = domain.DeskName(desk) + "/" + party
	if service := facts.GetBusinessService(); service != "" && len(a.GetServices()) == 0 {
		a.Services = []string{service}
	}
	return nil
}

func sameDesk(desk string, tickets []string) error {
	for _, ticket := range tickets {
		if resourcename.Desk(ticket) != desk {
			return fault.New(codes.InvalidArgument, fault.InvalidArgument).
				Field("announcement.related_tickets", "announcement.other_desk")
		}
	}
	return nil
}

// written fills in the standard text, where one is named, and refuses what the profile does not have.
func written(p *profile.Profile, a *notifyv1.Announcement) error {
	if err := knownServices(p, a.GetServices()); err != nil {
		return err
	}
	inDesksLanguage(p, a.GetTitles())
	inDesksLanguage(p, a.GetBodies())
	if a.GetStandard() == "" {
		if a.GetKind() == profilev1.AnnouncementKind_ANNOUNCEMENT_KIND_UNSPECIFIED {
			return domain.Unfit{Field: "kind", Rule: "required"}
		}
		return nil
	}
	standard := standardOf(p, a.GetStandard())
	if standard == nil || standard.GetKind() == profilev1.AnnouncementKind_ANNOUNCEMENT_KIND_COMPLETED {
		return domain.Unfit{Field: "standard", Rule: "profile.unknown"}
	}
	a.Kind = standard.GetKind()
	number := resourcename.ID(a.GetTicket())
	if len(a.GetTitles()) == 0 {
		a.Titles = domain.Standard(standard.GetLabel(), p.Settings(), a.GetServices(), number)
	}
	if len(a.GetBodies()) == 0 {
		a.Bodies = domain.Standard(standard.GetBody(), p.Settings(), a.GetServices(), number)
	}
	return nil
}

// inDesksLanguage names the language of texts that bring none: the desk's.
func inDesksLanguage(p *profile.Profile, texts []*commonv1.LocalizedText) {
	for _, text := range texts {
		if text.GetLanguageCode() == "" {
			text.LanguageCode = p.Settings().GetDesk().GetLanguage()
		}
	}
}

func standardOf(p *profile.Profile, id string) *profilev1.StandardAnnouncement {
	for _, standard := range p.Settings().GetAnnouncements().GetCatalogue() {
		if standard.GetId() == id {
			return standard
		}
	}
	return nil
}

func knownServices(p *profile.Profile, services []string) error {
	for _, id := range services {
		known := func(s *profilev1.BusinessService) bool { return s.GetId() == id }
		if !slices.ContainsFunc(p.Settings().GetBusinessServices(), known) {
			return domain.Unfit{Field: "services", Rule: "profile.unknown"}
		}
	}
	return nil
}

// CreateAnnouncement writes a draft that was planned.
func (b *Board) CreateAnnouncement(
	ctx context.Context, r *notifyv1.CreateAnnouncementRequest, planned Planned,
) (*notifyv1.Announcement, error) {
	desk := resourcename.Desk(r.GetParent())
	call, err := call(ctx, desk, "CreateAnnouncement", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	known, err := store.New(b.Pool).GetDesk(ctx, desk)
	if err != nil {
		return nil, pg.Translate(err)
	}
	a := planned.Facts
	draft := changed{
		row: store.Announcement{
			Desk: desk, Announcement: r.GetAnnouncementId(), Ticket: resourcename.ID(a.GetTicket()),
			Audience: responsible(domain.Key(a.GetParty()), "parties/"+known.AuthorityParty, planned.profile),
		},
		facts: a, profile: planned.profile, now: b.Clock.Now(),
	}
	repeated := false
	err = pg.InPipeline(ctx, b.Pool, func(ctx context.Context, tx *pg.Pipeline) error {
		var err error
		if _, repeated, err = call.Lookup(ctx, tx); err != nil || repeated {
			return err
		}
		if err := forAll(ctx, tx, desk, a); err != nil {
			return err
		}
		return b.save(ctx, tx, &draft, "announcement.drafted", call)
	})
	switch {
	case pg.IsUniqueViolation(err, "announcements_pkey"):
		return nil, fault.New(codes.AlreadyExists, reasonAnnouncementExists).Field("announcement_id", "announcement.exists")
	case request.Taken(err): // the same call won meanwhile
	case err != nil:
		return nil, err
	case !repeated:
		b.Wake.Committed()
	}
	return b.Announcement(ctx, a.GetName())
}

// responsible are those who see a draft: the party that answers for it, the authority, and who approves.
func responsible(party, authority string, p *profile.Profile) []string {
	keys := []string{party}
	if authority != party {
		keys = append(keys, authority)
	}
	for _, role := range p.Settings().GetAnnouncements().GetApprovedBy() {
		keys = append(keys, "roles/"+role)
	}
	return keys
}
