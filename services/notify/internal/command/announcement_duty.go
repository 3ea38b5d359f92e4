package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Tell hears what triage says of tickets: which are restricted, and what the desk's profile wants announced of each, by whom
// and how often (R88, §18). It writes through the subscriber's transaction, and the same event again changes nothing.
func (b *Board) Tell(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	heard := make([]heardOf, 0, len(batch))
	for _, event := range batch {
		payload := new(triagev1.TicketEvent)
		if err := event.Record.GetPayload().UnmarshalTo(payload); err != nil {
			return fmt.Errorf("read %s: %w", event.Ref(), err)
		}
		h := heardOf{
			desk: resourcename.Desk(event.Record.GetDesk()), ticket: payload.GetTicket(), event: event.Record.GetType(),
			version: event.Record.GetProfileVersion(), audience: event.Record.GetAudience(), at: b.Clock.Now(),
		}
		if err := h.restrict(ctx, tx); err != nil {
			return err
		}
		wanted, announced, err := b.wanted(ctx, h)
		if err != nil {
			return err
		}
		if announced {
			h.wanted = wanted
			heard = append(heard, h)
		}
	}
	if len(heard) == 0 {
		return nil
	}
	return pg.Within(ctx, tx, func(ctx context.Context, p *pg.Pipeline) error { return b.keepDuties(ctx, p, heard) })
}

// heardOf is an event of a ticket as the board hears it.
type heardOf struct {
	desk     string
	ticket   *triagev1.Ticket // after the event
	event    string
	version  string // of the desk's profile
	audience []string
	at       time.Time
	wanted   domain.Duty
}

// restrict keeps which tickets only some may see (R149).
func (h heardOf) restrict(ctx context.Context, tx pgx.Tx) error {
	number := resourcename.ID(h.ticket.GetName())
	switch h.event {
	case "ticket.restricted":
		return store.New(tx).RestrictTicket(ctx, store.RestrictTicketParams{Desk: h.desk, Ticket: number})
	case "ticket.unrestricted":
		return store.New(tx).OpenTicketAgain(ctx, store.OpenTicketAgainParams{Desk: h.desk, Ticket: number})
	}
	return nil
}

// wanted is what the desk's profile wants of the ticket now. announced is false where it has no rules at all.
func (b *Board) wanted(ctx context.Context, h heardOf) (d domain.Duty, announced bool, err error) {
	if h.version == "" {
		return d, false, nil
	}
	p, err := b.Profiles.Version(ctx, h.desk, h.version)
	if err != nil || len(p.Settings().GetAnnouncements().GetRules()) == 0 {
		return d, false, err
	}
	facts := p.Facts(domain.DeskName(h.desk), h.ticket, h.at)
	held, err := p.Announcements(facts)
	if err != nil {
		return d, false, err
	}
	if len(held) > 0 && domain.Announces(held[0].Setting, facts, h.ticket) {
		d.Rule = held[0].Setting
		d.Party, d.Group, d.Assignee = domain.Responsible(d.Rule, h.ticket)
		d.Rhythm, err = domain.RhythmOf(d.Rule, p.Zone())
	}
	return d, true, err
}

// keepDuties changes what is to be announced, and sets the reminders.
func (b *Board) keepDuties(ctx context.Context, tx *pg.Pipeline, heard []heardOf) error {
	var keys store.GetAnnouncementDutiesParams
	for _, h := range heard {
		keys.Desks, keys.Tickets = append(keys.Desks, h.desk), append(keys.Tickets, resourcename.ID(h.ticket.GetName()))
	}
	rows, err := store.New(tx).GetAnnouncementDuties(ctx, keys)
	if err != nil {
		return fmt.Errorf("read what is to be announced: %w", err)
	}
	known := map[[2]string]store.AnnouncementDuty{}
	for _, row := range rows {
		known[[2]string{row.Desk, row.Ticket}] = row
	}
	for i, h := range heard {
		key := [2]string{h.desk, keys.Tickets[i]}
		row, there := known[key]
		if !there {
			row = store.AnnouncementDuty{Desk: h.desk, Ticket: keys.Tickets[i], Profile: h.version}
		}
		before, err := b.dutyOf(ctx, row)
		if err != nil {
			return err
		}
		after, changed := before.Heard(h.wanted, h.ticket.GetStatus(), h.at)
		if !changed || !there && after.Rule == nil {
			continue
		}
		row.Profile, row.Audience = h.version, parties(h.audience)
		if row, err = b.keepDuty(ctx, tx, row, after); err != nil {
			return err
		}
		known[key] = row
	}
	return nil
}

// dutyOf is a row with the rule of the profile behind it.
func (b *Board) dutyOf(ctx context.Context, row store.AnnouncementDuty) (domain.Duty, error) {
	d := domain.Duty{Party: row.Party, Group: row.Grp, Assignee: row.Assignee, Solved: row.Solved}
	if row.AnnouncedAt != nil {
		d.AnnouncedAt = *row.AnnouncedAt
	}
	if row.DueAt != nil {
		d.DueAt = *row.DueAt
	}
	if row.Rule == "" {
		return d, nil
	}
	p, err := b.Profiles.Version(ctx, row.Desk, row.Profile)
	if err != nil {
		return d, err
	}
	d.Rule = announcementRule(p, row.Rule)
	d.Rhythm, err = domain.RhythmOf(d.Rule, zone(p))
	return d, err
}

func announcementRule(p *profile.Profile, id string) *profilev1.AnnouncementRule {
	for _, rule := range p.Settings().GetAnnouncements().GetRules() {
		if rule.GetId() == id {
			return rule
		}
	}
	return nil
}

func zone(p *profile.Profile) *time.Location {
	if p == nil {
		return time.UTC
	}
	return p.Zone()
}

// keepDuty writes a duty and its reminder. Each writing is a new generation: a reminder that was set before does nothing.
func (b *Board) keepDuty(
	ctx context.Context, tx *pg.Pipeline, row store.AnnouncementDuty, d domain.Duty,
) (store.AnnouncementDuty, error) {
	row.Rule, row.Party, row.Grp, row.Assignee, row.Solved = d.Rule.GetId(), d.Party, d.Group, d.Assignee, d.Solved
	row.AnnouncedAt, row.DueAt = orNever(d.AnnouncedAt), orNever(d.DueAt)
	row.Generation++
	if row.Audience == nil {
		row.Audience = []string{}
	}
	if err := store.New(tx).PutAnnouncementDuty(ctx, store.PutAnnouncementDutyParams(row)); err != nil {
		return row, err
	}
	if row.DueAt == nil {
		return row, nil
	}
	return row, b.Jobs.Keep(ctx, tx, RemindToAnnounceArgs{Desk: row.Desk, Ticket: row.Ticket, Generation: row.Generation}, d.DueAt)
}

func orNever(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// dutyDone notes that the public heard of a ticket's trouble.
func (b *Board) dutyDone(ctx context.Context, tx *pg.Pipeline, c changed) error {
	if c.row.Ticket == "" {
		return nil
	}
	row, err := store.New(tx).LockAnnouncementDuty(ctx, store.LockAnnouncementDutyParams{Desk: c.row.Desk, Ticket: c.row.Ticket})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // nobody has to announce it
	}
	if err != nil {
		return err
	}
	d, err := b.dutyOf(ctx, row)
	if err != nil {
		return err
	}
	_, err = b.keepDuty(ctx, tx, row, d.Announced(c.facts.GetState() == domain.Completed, c.now))
	return err
}

// RemindToAnnounceArgs is one reminder of the rhythm.
type RemindToAnnounceArgs struct {
	Desk       string `json:"desk"`
	Ticket     string `json:"ticket"`
	Generation int64  `json:"generation"`
}

// Kind is the job's name in River.
func (RemindToAnnounceArgs) Kind() string { return "remind_to_announce" }

// RemindToAnnounceWorker reminds the party that answers for a ticket's announcements.
type RemindToAnnounceWorker struct {
	river.WorkerDefaults[RemindToAnnounceArgs]
	Board *Board
}

// Work writes the messages down and sets the next reminder. A job of another generation, or one that is met again, does
// nothing.
func (w *RemindToAnnounceWorker) Work(ctx context.Context, job *river.Job[RemindToAnnounceArgs]) error {
	b, args := w.Board, job.Args
	err := pg.InPipeline(ctx, b.Pool, func(ctx context.Context, tx *pg.Pipeline) error {
		row, err := store.New(tx).LockAnnouncementDuty(ctx, store.LockAnnouncementDutyParams{Desk: args.Desk, Ticket: args.Ticket})
		if errors.Is(err, pgx.ErrNoRows) || err == nil && (row.Generation != args.Generation || row.DueAt == nil) {
			return nil
		}
		if err != nil {
			return err
		}
		d, err := b.dutyOf(ctx, row)
		if err != nil {
			return err
		}
		if err := b.remind(ctx, tx, row, d); err != nil {
			return err
		}
		_, err = b.keepDuty(ctx, tx, row, d.Reminded(b.Clock.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("remind of an announcement: %w", err)
	}
	b.Wake.Committed()
	return nil
}

// remind writes down a message to who works on the ticket, otherwise to all who work for the group or party that answers for
// it.
func (b *Board) remind(ctx context.Context, tx *pg.Pipeline, row store.AnnouncementDuty, d domain.Duty) error {
	recipients := []string{d.Assignee}
	if d.Assignee == "" {
		var err error
		party := strings.TrimPrefix(d.Party, "parties/")
		recipients, err = store.New(tx).WorkersOf(ctx, store.WorkersOfParams{Desk: row.Desk, Party: party, Grp: d.Group})
		if err != nil {
			return err
		}
	}
	template, rule := templateDue, "announcement_due"
	if d.Solved {
		template, rule = templateSolved, "announcement_when_solved"
	}
	if len(recipients) == 0 {
		return nil
	}
	return b.tellAbout(ctx, tx, about{
		desk: row.Desk, what: "announcementDuties/" + row.Ticket, ref: domain.TicketName(row.Desk, row.Ticket),
		revision: row.Generation, ticket: row.Ticket, event: "announcement.due", rule: rule, template: template,
		recipients: recipients, party: d.Party,
		audience: row.Audience,
	})
}

// parties are the parties among those who see something.
func parties(audience []string) []string {
	return slices.DeleteFunc(slices.Clone(audience), func(key string) bool { return !strings.HasPrefix(key, "parties/") })
}
