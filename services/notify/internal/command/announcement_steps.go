package command

import (
	"context"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// UpdateAnnouncement changes what it says; the public hears of it at once where it is published.
func (b *Board) UpdateAnnouncement(ctx context.Context, r *notifyv1.UpdateAnnouncementRequest) (*notifyv1.Announcement, error) {
	to, mask := r.GetAnnouncement(), r.GetUpdateMask().GetPaths()
	if err := sameDesk(resourcename.Desk(to.GetName()), to.GetRelatedTickets()); err != nil {
		return nil, err
	}
	for _, path := range mask {
		if !slices.Contains(domain.Changeable, path) {
			return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("update_mask", "announcement.mask")
		}
	}
	unmarked := proto.CloneOf(r) // the etag says what the caller saw, not what they want: a repetition may have a newer one
	unmarked.Announcement.Etag = ""
	return b.change(ctx, step{
		name: to.GetName(), requestID: r.GetRequestId(), etag: to.GetEtag(), method: "UpdateAnnouncement", payload: unmarked,
		event: "announcement.updated", ticketIsOpen: true, field: "announcement.",
		decide: func(a *notifyv1.Announcement, p *profile.Profile, now time.Time) (*notifyv1.Announcement, error) {
			if slices.Contains(mask, "services") {
				if err := knownServices(p, to.GetServices()); err != nil {
					return nil, err
				}
			}
			said := proto.CloneOf(to)
			inDesksLanguage(p, said.GetTitles())
			inDesksLanguage(p, said.GetBodies())
			return domain.Update(a, said, mask, now)
		},
		then: b.heard,
	})
}

// RequestAnnouncementApproval asks those who approve, by mail.
func (b *Board) RequestAnnouncementApproval(
	ctx context.Context, r *notifyv1.RequestAnnouncementApprovalRequest,
) (*notifyv1.Announcement, error) {
	return b.change(ctx, step{
		name: r.GetName(), requestID: r.GetRequestId(), etag: r.GetEtag(), method: "RequestAnnouncementApproval", payload: r,
		event: "announcement.approval_requested",
		decide: func(a *notifyv1.Announcement, _ *profile.Profile, now time.Time) (*notifyv1.Announcement, error) {
			return domain.RequestApproval(a, now)
		},
		then: b.askApprovers,
	})
}

// ApproveAnnouncement lets a draft be published.
func (b *Board) ApproveAnnouncement(ctx context.Context, r *notifyv1.ApproveAnnouncementRequest) (*notifyv1.Announcement, error) {
	principal, _ := auth.FromContext(ctx)
	by := domain.PersonName(resourcename.Desk(r.GetName()), principal.Person)
	return b.change(ctx, step{
		name: r.GetName(), requestID: r.GetRequestId(), etag: r.GetEtag(), method: "ApproveAnnouncement", payload: r,
		event: "announcement.approved",
		decide: func(a *notifyv1.Announcement, _ *profile.Profile, now time.Time) (*notifyv1.Announcement, error) {
			return domain.Approve(a, by, now)
		},
	})
}

// PublishAnnouncement puts it on the board.
func (b *Board) PublishAnnouncement(ctx context.Context, r *notifyv1.PublishAnnouncementRequest) (*notifyv1.Announcement, error) {
	return b.change(ctx, step{
		name: r.GetName(), requestID: r.GetRequestId(), etag: r.GetEtag(), method: "PublishAnnouncement", payload: r,
		event: "announcement.published", ticketIsOpen: true,
		decide: func(a *notifyv1.Announcement, p *profile.Profile, now time.Time) (*notifyv1.Announcement, error) {
			return domain.Publish(a, domain.ApprovalOf(p.Settings().GetAnnouncements()), now)
		},
		then: b.heard,
	})
}

// CompleteAnnouncement says that it is over.
func (b *Board) CompleteAnnouncement(
	ctx context.Context, r *notifyv1.CompleteAnnouncementRequest,
) (*notifyv1.Announcement, error) {
	return b.change(ctx, step{
		name: r.GetName(), requestID: r.GetRequestId(), etag: r.GetEtag(), method: "CompleteAnnouncement", payload: r,
		event: "announcement.completed",
		decide: func(a *notifyv1.Announcement, p *profile.Profile, now time.Time) (*notifyv1.Announcement, error) {
			bodies, err := lastWords(a, p, r)
			if err != nil {
				return nil, err
			}
			return domain.Complete(a, bodies, now)
		},
		then: b.heard,
	})
}

// lastWords are what it says from now on: the caller's, otherwise those of the standard text.
func lastWords(
	a *notifyv1.Announcement, p *profile.Profile, r *notifyv1.CompleteAnnouncementRequest,
) ([]*commonv1.LocalizedText, error) {
	if r.GetStandard() == "" || len(r.GetBodies()) > 0 {
		bodies := proto.CloneOf(r).GetBodies()
		inDesksLanguage(p, bodies)
		return bodies, nil
	}
	standard := standardOf(p, r.GetStandard())
	if standard.GetKind() != profilev1.AnnouncementKind_ANNOUNCEMENT_KIND_COMPLETED {
		return nil, domain.Unfit{Field: "standard", Rule: "profile.unknown"}
	}
	return domain.Standard(standard.GetBody(), p.Settings(), a.GetServices(), resourcename.ID(a.GetTicket())), nil
}

// WithdrawAnnouncement takes it back.
func (b *Board) WithdrawAnnouncement(
	ctx context.Context, r *notifyv1.WithdrawAnnouncementRequest,
) (*notifyv1.Announcement, error) {
	return b.change(ctx, step{
		name: r.GetName(), requestID: r.GetRequestId(), etag: r.GetEtag(), method: "WithdrawAnnouncement", payload: r,
		event: "announcement.withdrawn",
		decide: func(a *notifyv1.Announcement, _ *profile.Profile, _ time.Time) (*notifyv1.Announcement, error) {
			return domain.Withdraw(a)
		},
	})
}

// heard follows what the public has heard: the duty to announce begins its rhythm anew, and who asked to hear of it is
// written to.
func (b *Board) heard(ctx context.Context, tx *pg.Pipeline, c changed) error {
	if state := c.facts.GetState(); state != domain.Published && state != domain.Completed {
		return nil // a draft was changed
	}
	if err := b.dutyDone(ctx, tx, c); err != nil {
		return err
	}
	if b.URL == "" || !c.profile.Settings().GetAnnouncements().GetPublic() {
		return nil
	}
	return b.Jobs.Keep(ctx, tx, TellSubscribersArgs{
		Desk: c.row.Desk, Announcement: c.row.Announcement, Revision: c.row.Revision, Event: c.event.Record.GetType(),
	}, time.Time{})
}

// askApprovers writes down a message to everybody who may approve.
func (b *Board) askApprovers(ctx context.Context, tx *pg.Pipeline, c changed) error {
	persons, err := store.New(tx).HoldersOf(ctx, store.HoldersOfParams{
		Desk: c.row.Desk, Roles: c.profile.Settings().GetAnnouncements().GetApprovedBy(),
	})
	if err != nil || len(persons) == 0 {
		return err
	}
	return b.tellAbout(ctx, tx, about{
		desk: c.row.Desk, what: "announcements/" + c.row.Announcement, ref: c.facts.GetName(), revision: c.row.Revision,
		event: c.event.Record.GetType(), rule: "announcement_approval", template: templateApproval, recipients: persons,
		party: domain.Key(c.facts.GetParty()), audience: c.row.Audience, traceparent: c.event.Record.GetTraceparent(),
		urgent: true, // they have a quarter of an hour (R88)
	})
}

// about is what is written down for several recipients at once.
type about struct {
	desk string
	// what it is, relative to the desk, and the full name of what the event is of, with its revision.
	what, ref string
	revision  int64
	// ticket is its number; empty without one.
	ticket                string
	event, rule, template string
	recipients            []string
	party, traceparent    string
	audience              []string
	// urgent ones wait for no calm. own is what an answer refers to, where that is no ticket.
	urgent bool
	own    mailref.Reference
}

// tellAbout writes messages into the ledger, and the job that sends them.
func (b *Board) tellAbout(ctx context.Context, tx *pg.Pipeline, a about) error {
	now := b.Clock.Now()
	p := store.InsertAboutNotificationsParams{
		Desk: a.desk, Ticket: a.ticket, EventRevision: a.revision, EventType: a.event, Rule: a.rule, Template: a.template,
		Audience: parties(a.audience), Traceparent: a.traceparent, Now: now, Party: a.party, Topic: a.what, Recipients: a.recipients,
		Urgent: a.urgent,
	}
	for _, recipient := range a.recipients {
		told := domain.Told{Rule: a.rule, Recipient: recipient, Medium: notifyv1.Medium_MEDIUM_MAIL}
		id := domain.NotificationID(domain.Ref(a.ref, a.revision), told, now)
		messageID := id.String() + "@" + b.MailDomain
		switch {
		case a.ticket != "":
			messageID = b.messageID(a.desk, a.ticket, id)
		case a.own != mailref.Reference{}:
			messageID = b.References.MessageID(a.own, b.MailDomain)
		}
		p.Notifications, p.MessageIds = append(p.Notifications, id), append(p.MessageIds, messageID)
	}
	written, err := store.New(tx).InsertAboutNotifications(ctx, p)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(written, deliverAtOnce) {
		if err := b.Jobs.Keep(ctx, tx, DeliverArgs{Desk: a.desk, Notifications: slices.Clone(chunk)}, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}
