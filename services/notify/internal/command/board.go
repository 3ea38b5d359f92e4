package command

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/followed"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Submitter registers reports: intake.
type Submitter interface {
	SubmitTicket(ctx context.Context, r *intakev1.SubmitTicketRequest, opts ...grpc.CallOption) (*intakev1.Submission, error)
}

// Board changes what is on the announcement boards, and tells those who answer for it and those who asked to hear of it.
type Board struct {
	*Commands
	Profiles    *followed.Profiles[*profile.Profile]
	Submissions Submitter
	// Secrets seals what subscribers' links carry.
	Secrets *pagetoken.Sealer
	// URL is the public page of a desk's board, with {desk} in it; empty where there is none, and then nobody can subscribe.
	URL string
}

// step is a change of one announcement.
type step struct {
	name, requestID, etag, method string
	payload                       proto.Message
	event                         string
	// field is where the request holds what is said: "announcement.".
	field string
	// decide is pure; the profile is the one in force.
	decide func(a *notifyv1.Announcement, p *profile.Profile, now time.Time) (*notifyv1.Announcement, error)
	// ticketIsOpen refuses where the ticket is restricted (R149).
	ticketIsOpen bool
	// then writes what follows in the same transaction.
	then func(ctx context.Context, p *pg.Pipeline, changed changed) error
}

// changed is an announcement after a step.
type changed struct {
	row     store.Announcement
	facts   *notifyv1.Announcement
	profile *profile.Profile
	now     time.Time
	event   feed.Prepared
}

// change runs a step: load, decide, write, emit.
func (b *Board) change(ctx context.Context, s step) (*notifyv1.Announcement, error) {
	desk, id := resourcename.Desk(s.name), resourcename.ID(s.name)
	call, err := call(ctx, desk, s.method, s.requestID, s.payload)
	if err != nil {
		return nil, err
	}
	p, err := b.followed(ctx, desk)
	if err != nil {
		return nil, err
	}
	err = pg.InPipeline(ctx, b.Pool, func(ctx context.Context, tx *pg.Pipeline) error {
		if err := feed.Lock(ctx, tx, s.name); err != nil {
			return err
		}
		row, err := store.New(tx).LockAnnouncement(ctx, store.LockAnnouncementParams{Desk: desk, Announcement: id})
		if errors.Is(err, pgx.ErrNoRows) {
			return errUnknown
		} else if err != nil {
			return err
		}
		if _, repeated, err := call.Lookup(ctx, tx); err != nil || repeated {
			return err
		}
		return b.run(ctx, tx, s, row, p, call)
	})
	if err != nil {
		return nil, refusal(err, s.field)
	}
	b.Wake.Committed()
	return b.Announcement(ctx, s.name)
}

// run decides about the row that is locked, and writes.
func (b *Board) run(
	ctx context.Context, tx *pg.Pipeline, s step, row store.Announcement, p *profile.Profile, call request.Request,
) error {
	if current := announcementEtag(row); s.etag != "" && s.etag != current {
		return fault.New(codes.Aborted, fault.StaleETag).Meta("etag", current)
	}
	before, err := facts(row)
	if err != nil {
		return err
	}
	now := b.timeOf(row)
	after, err := s.decide(before, p, now)
	if err != nil {
		return err
	}
	if s.ticketIsOpen {
		if err := forAll(ctx, tx, row.Desk, after); err != nil {
			return err
		}
	}
	if err := entrustAnew(ctx, tx, row, after); err != nil {
		return err
	}
	done := changed{row: row, facts: after, profile: p, now: now}
	if err := b.save(ctx, tx, &done, s.event, call); err != nil {
		return err
	}
	if s.then == nil {
		return nil
	}
	return s.then(ctx, tx, done)
}

// entrustAnew gives the announcement to the party that has to announce its ticket now: it may have been handed over since.
func entrustAnew(ctx context.Context, tx *pg.Pipeline, row store.Announcement, a *notifyv1.Announcement) error {
	if row.Ticket == "" {
		return nil
	}
	party, err := store.New(tx).AnnouncementDutyOf(ctx, store.AnnouncementDutyOfParams{Desk: row.Desk, Ticket: row.Ticket})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	a.Party = domain.DeskName(row.Desk) + "/" + party
	return err
}

// save writes the announcement after a step, its event and the request id.
func (b *Board) save(ctx context.Context, tx *pg.Pipeline, c *changed, event string, call request.Request) error {
	d, err := b.draft(ctx, tx, *c, event, call)
	if err != nil {
		return err
	}
	head := feed.Head{Revision: c.row.Revision, Hash: c.row.ChainHash, Time: c.row.LastEventAt}
	events, head, err := feed.Prepare(head, []feed.Draft{d}, c.now)
	if err != nil {
		return err
	}
	if c.row.Facts, err = proto.Marshal(c.facts); err != nil {
		return fmt.Errorf("keep announcement: %w", err)
	}
	first := c.row.Revision == 0
	c.row.Revision, c.row.ChainHash, c.row.LastEventAt, c.event = head.Revision, head.Hash, head.Time, events[0]
	c.row.State = int16(c.facts.GetState())
	if c.facts.GetCompleteTime() != nil {
		at := c.facts.GetCompleteTime().AsTime()
		c.row.CompleteTime = &at
	}
	if first {
		err = store.New(tx).InsertAnnouncement(ctx, store.InsertAnnouncementParams(c.row))
	} else {
		err = store.New(tx).SaveAnnouncement(ctx, store.SaveAnnouncementParams{
			State: c.row.State, Facts: c.row.Facts, CompleteTime: c.row.CompleteTime, Revision: c.row.Revision,
			ChainHash: c.row.ChainHash, LastEventAt: c.row.LastEventAt, Desk: c.row.Desk, Announcement: c.row.Announcement,
		})
	}
	if err != nil {
		return err
	}
	if err := call.Insert(ctx, tx, request.Effect{Resource: d.Resource, Revision: head.Revision}, b.Clock.Now()); err != nil {
		return err
	}
	return feed.Append(ctx, tx, events)
}

// draft is the event of a step. What the announcement says travels beside it; before it is published, only those hear of it who
// answer for it.
func (b *Board) draft(ctx context.Context, tx *pg.Pipeline, c changed, event string, call request.Request) (feed.Draft, error) {
	bare := proto.CloneOf(c.facts)
	bare.Titles, bare.Bodies, bare.Regions, bare.Etag = nil, nil, nil, ""
	d := feed.Draft{
		Desk: c.row.Desk, Resource: c.facts.GetName(), Type: event, Payload: &notifyv1.AnnouncementEvent{Announcement: bare},
		Actor: actor(ctx, c.row.Desk), Cause: &eventv1.Cause{RequestId: call.ID.String()}, ProfileVersion: c.profile.Version(),
		Traceparent: feed.Traceparent(ctx), Audience: c.row.Audience,
	}
	d.Actor.Party = c.facts.GetParty()
	for _, said := range []struct {
		name  string
		texts []*commonv1.LocalizedText
	}{{"title_", c.facts.GetTitles()}, {"body_", c.facts.GetBodies()}} {
		for _, text := range said.texts {
			language := text.GetLanguageCode()
			d.Texts = append(d.Texts, feed.Text{Name: said.name + language, LanguageCode: language, Text: text.GetText()})
		}
	}
	if regions := c.facts.GetRegions(); len(regions) > 0 {
		d.Texts = append(d.Texts, feed.Text{Name: "regions", Text: strings.Join(regions, "\n")})
	}
	if c.facts.GetPublishTime() == nil {
		return d, nil
	}
	parties, err := store.New(tx).ListParties(ctx, c.row.Desk)
	if err != nil {
		return d, err
	}
	for _, party := range parties {
		if !slices.Contains(d.Audience, party) {
			d.Audience = append(slices.Clone(d.Audience), party)
		}
	}
	return d, nil
}

// forAll refuses an announcement about a ticket that only some may see.
func forAll(ctx context.Context, db store.DBTX, desk string, a *notifyv1.Announcement) error {
	if a.GetTicket() == "" {
		return nil
	}
	restricted, err := store.New(db).RestrictedAmong(ctx, store.RestrictedAmongParams{
		Desk: desk, Tickets: []string{resourcename.ID(a.GetTicket())},
	})
	if err != nil {
		return err
	}
	if len(restricted) > 0 {
		return fault.New(codes.FailedPrecondition, reasonRestrictedTicket)
	}
	return nil
}

// followed is the profile of a desk that has a board.
func (b *Board) followed(ctx context.Context, desk string) (*profile.Profile, error) {
	p, err := b.Profiles.InForce(ctx, desk)
	if err != nil {
		return nil, fault.New(codes.Unavailable, fault.Unavailable).Cause(err)
	}
	if p.Settings().GetAnnouncements() == nil {
		return nil, fault.New(codes.FailedPrecondition, reasonNoBoard)
	}
	return p, nil
}

// Announcement reads one, as the contract shows it.
func (b *Board) Announcement(ctx context.Context, name string) (*notifyv1.Announcement, error) {
	row, err := store.New(b.Pool).GetAnnouncement(ctx, store.GetAnnouncementParams{
		Desk: resourcename.Desk(name), Announcement: resourcename.ID(name),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errUnknown
	}
	if err != nil {
		return nil, pg.Translate(err)
	}
	return ShowAnnouncement(row)
}

// ShowAnnouncement is a row as the contract shows it.
func ShowAnnouncement(row store.Announcement) (*notifyv1.Announcement, error) {
	a, err := facts(row)
	if err != nil {
		return nil, err
	}
	a.Etag = announcementEtag(row)
	return a, nil
}

func facts(row store.Announcement) (*notifyv1.Announcement, error) {
	a := new(notifyv1.Announcement)
	if err := proto.Unmarshal(row.Facts, a); err != nil {
		return nil, fmt.Errorf("read announcement: %w", err)
	}
	return a, nil
}

const etagBytes = 12

func announcementEtag(row store.Announcement) string {
	return base64.RawURLEncoding.EncodeToString(row.ChainHash[:min(etagBytes, len(row.ChainHash))])
}

// timeOf is now, and never before what happened last.
func (b *Board) timeOf(row store.Announcement) time.Time {
	if now := b.Clock.Now(); now.After(row.LastEventAt) {
		return now
	}
	return row.LastEventAt
}

// refusal is what the domain refuses, in the contract's words.
func refusal(err error, field string) error {
	if wrong, ok := errors.AsType[domain.WrongState](err); ok {
		return fault.New(codes.FailedPrecondition, reasonWrongState).Meta("state", wrong.State.String())
	}
	if missing, ok := errors.AsType[domain.NotApproved](err); ok {
		f := fault.New(codes.FailedPrecondition, reasonNotApproved)
		if !missing.From.IsZero() {
			f = f.Meta("without_approval_from", missing.From.UTC().Format(time.RFC3339))
		}
		return f
	}
	if unfit, ok := errors.AsType[domain.Unfit](err); ok {
		return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field(field+unfit.Field, unfit.Rule)
	}
	return err
}
