// Package command holds what people, programs and timers do with tickets: one file per thing. Each loads, lets the domain
// decide, writes, and emits; the state, its event, the event's texts and the request id are of one transaction, which takes
// two round trips; OpenTicket, which has nothing to load, takes one.
//
// The methods of Tickets and Directory are the RPCs themselves: package api serves them as they are.
package command

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"google.golang.org/grpc/codes"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// Writer turns decisions into rows and events.
type Writer struct {
	Pool  *pgxpool.Pool
	Clock clock.Clock
	// Wake is told of every commit.
	Wake interface{ Committed() }
	// Timers keeps jobs in the transaction that makes them necessary.
	Timers *jobs.Client
	// Profiles are the processes that desks follow.
	Profiles *profile.Shelf
}

// origin is who did something, and why.
type origin struct {
	actor *eventv1.Actor
	cause *eventv1.Cause
	// traceparent of the request behind it; empty for the present one's.
	traceparent string
}

// after is a ticket that has its events in their chain.
type after struct {
	// before are the facts that it had; nil for a new one.
	before *triagev1.Ticket
	ticket store.Ticket
	events []feed.Prepared
	isNew  bool
	// armed is true where its timer has to be set.
	armed bool
	// pages are calls to those on duty that the process asks for.
	pages []wantedPage
	// sight is who sees its history from now on; nil where that did not change.
	sight *domain.Sight
}

// chain gives the events of an outcome, what the desk's process made of it among them, their place in the ticket's chain, and
// works out what goes with them: the audience, the timer, the pages. It touches nothing.
func (w *Writer) chain(ctx context.Context, from store.Ticket, outcome domain.Outcome, by origin) (after, error) {
	journey, err := journeyOf(&from, outcome)
	if err != nil {
		return after{}, err
	}
	version := versionOf(outcome.Ticket.Desk)
	drafts := make([]feed.Draft, len(outcome.Events))
	for i, e := range outcome.Events {
		drafts[i] = feed.Draft{
			Desk: resourcename.ID(outcome.Ticket.Desk.Name), Resource: outcome.Ticket.Facts.GetName(), Type: e.Type, Payload: e.Payload,
			Actor: by.actor, Cause: by.cause, ProfileVersion: version, Traceparent: cmp.Or(by.traceparent, feed.Traceparent(ctx)),
			Audience: e.Audience, Journey: journey,
			Texts: feedTexts(e.Texts, from.LanguageCode), OccurredAt: e.At,
		}
	}
	events, head, err := feed.Prepare(from.Head, drafts, w.Clock.Now())
	if err != nil {
		return after{}, err
	}
	to := from
	to.Ticket, to.Head = outcome.Ticket, head
	to.Audience = domain.Audience(to.Desk, to.Facts)
	done := after{
		before: from.Facts, ticket: to, events: events, isNew: from.Head.Revision == 0, pages: wantedPages(outcome),
	}
	if sight, changed := domain.SightOf(from.Ticket, to.Ticket); changed && !done.isNew {
		done.sight = &sight
	}
	done.ticket.Timer, done.armed = w.timerFor(&to)
	return done, nil
}

// write keeps the ticket and its events; in a pipeline it costs nothing yet. What nothing happened to stays as it is.
func (w *Writer) write(ctx context.Context, p *pg.Pipeline, a *after) error {
	if len(a.events) == 0 {
		return nil
	}
	save := store.Update
	if a.isNew {
		save = store.Insert
	}
	if err := save(ctx, p, &a.ticket); err != nil {
		return err
	}
	if err := store.Relate(ctx, p, a.before, &a.ticket); err != nil {
		return err
	}
	if a.sight != nil {
		shown := feed.Showing{
			Desk: resourcename.ID(a.ticket.Desk.Name), Resource: a.ticket.Facts.GetName(), To: a.sight.Insiders, Keep: a.sight.Users,
		}
		if err := feed.Show(ctx, p, shown); err != nil {
			return err
		}
	}
	if a.armed {
		if err := w.keepTimer(ctx, p, &a.ticket); err != nil {
			return err
		}
	}
	if err := feed.Append(ctx, p, a.events); err != nil {
		return err
	}
	return w.call(ctx, p, a)
}

// Bind gives a ticket the process that its desk follows. A desk whose profile is not installed here is not served by the common
// life cycle instead: it would be let through what its process forbids.
// Where a support centre refines the process for the ticket, it is the refined one (R134).
func Bind(profiles *profile.Shelf, t *store.Ticket, now time.Time) (err error) {
	if t.Desk.Process, err = processOf(profiles, t.Profile); err != nil {
		return err
	}
	return t.Refine(now)
}

func (w *Writer) bind(t *store.Ticket) error { return Bind(w.Profiles, t, w.Clock.Now()) }

// process is the profile in force under an id; nil for none.
func (w *Writer) process(id string) (*profile.Profile, error) { return processOf(w.Profiles, id) }

func processOf(profiles *profile.Shelf, id string) (*profile.Profile, error) {
	if id == "" {
		return nil, nil
	}
	if p, found := profiles.Of(id); found {
		return p, nil
	}
	return nil, fault.New(codes.FailedPrecondition, ProfileNotInstalled).Meta("profile", id).
		Violation("PROFILE", "profile/"+id, "install the profile that the desk follows")
}

// versionOf is the version of the process that a desk follows; empty for none.
func versionOf(desk domain.Desk) string {
	if desk.Process == nil {
		return ""
	}
	return desk.Process.Version()
}

// timeOf is the time of a step: a ticket's own history never runs backwards.
func (w *Writer) timeOf(t *store.Ticket) time.Time { return clock.Max(w.Clock.Now(), t.Head.Time) }

// journeyOf is the ticket's own trace, which every event of it carries.
func journeyOf(t *store.Ticket, outcome domain.Outcome) (*eventv1.Journey, error) {
	trace, err := hex.DecodeString(outcome.Ticket.Facts.GetJourneyTraceId())
	if err != nil {
		return nil, fmt.Errorf("journey of %s: %w", outcome.Ticket.Facts.GetName(), err)
	}
	return &eventv1.Journey{TraceId: trace, RootSpanId: t.JourneyRoot}, nil
}

// feedTexts are texts as the feed keeps them; one without a language is in the desk's.
func feedTexts(texts []domain.Text, language string) []feed.Text {
	kept := make([]feed.Text, 0, len(texts))
	for _, t := range texts {
		if t.LanguageCode == "" {
			t.LanguageCode = language
		}
		kept = append(kept, feed.Text(t))
	}
	return kept
}
