package project_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/reporting/internal/domain"
	"github.com/bavn/bavn/services/reporting/internal/project"
	"github.com/bavn/bavn/services/reporting/internal/store"
	"github.com/bavn/bavn/services/reporting/migrations"
)

var database = pgtest.NewTemplate(func(ctx context.Context, url string) error {
	return service.Migrate(ctx, url, nil, service.Schemas(service.Spec{Name: "reporting", Migrations: migrations.Files}))
})

const ticket = "desks/nsp/tickets/ASCP00000001"

var start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func setUp(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := pg.Open(t.Context(), pg.Config{URL: database.URL(t)}, pg.Deps{OnConnect: feed.CheckEpoch})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// life is a ticket that is opened, taken, spoken of internally and resolved by another party.
func life(t *testing.T) []*feed.Event {
	t.Helper()
	at := func(status process.Status, party string) *triagev1.TicketEvent {
		return &triagev1.TicketEvent{Ticket: &triagev1.Ticket{
			Name: ticket, Status: status, HolderParty: "desks/nsp/parties/" + party, Impact: triagev1.Impact_IMPACT_LOW,
			JourneyTraceId: "4bf92f3577b34da6a3ce929d0e0e4736",
		}}
	}
	both, parties := []string{"parties/sds", "persons/mette"}, []string{"parties/sds"}
	var head feed.Head
	var events []*feed.Event
	for i, draft := range []feed.Draft{
		{
			Type: "ticket.opened", Payload: at(process.Registered, "sds"), Audience: both,
			Texts: []feed.Text{{Name: "title", Text: "Ned"}},
		},
		{Type: "ticket.work_started", Payload: at(process.InProgress, "sds"), Audience: both},
		{
			Type: "ticket.internal_note_added", Payload: at(process.InProgress, "sds"), Audience: parties,
			Texts: []feed.Text{{Name: "note", Text: "Hm"}},
		},
		{Type: "ticket.resolved", Payload: at(process.Resolved, "netic"), Audience: both},
	} {
		draft.Desk, draft.Resource = "nsp", ticket
		prepared, next, err := feed.Prepare(head, []feed.Draft{draft}, start.Add(time.Duration(i)*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		head = next
		p := prepared[0]
		stored := &eventv1.Event{Stored: p.Stored, Hash: p.Hash, PreviousHash: p.PreviousHash}
		for _, text := range p.Texts {
			stored.Texts = append(stored.Texts, &eventv1.Text{
				Name: text.Name, LanguageCode: text.LanguageCode, Text: text.Text, Salt: text.Salt,
			})
		}
		event, err := feed.Received(stored, nil)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, event)
	}
	return events
}

func handle(t *testing.T, pool *pgxpool.Pool, batch []*feed.Event) error {
	t.Helper()
	p := &project.Projection{Source: "triage", Memberships: membership.NewStore(pool, clock.System())}
	return pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return p.Handle(t.Context(), tx, batch) })
}

func TestAHistoryIsKeptWithItsProofAndAnEventOnlyOnce(t *testing.T) {
	t.Parallel()
	pool := setUp(t)
	events := life(t)
	if err := handle(t, pool, events); err != nil {
		t.Fatal(err)
	}
	kept, err := store.Events(t.Context(), pool, "nsp", ticket)
	if err != nil {
		t.Fatal(err)
	}
	if head, err := feed.VerifyChain(feed.Head{}, kept); err != nil || head.Revision != 4 {
		t.Errorf("the kept history proves %d of 4 events: %v", head.Revision, err)
	}
	if err := handle(t, pool, events[3:]); err == nil {
		t.Error("an event that comes a second time is kept twice")
	}
}

func TestEventsInOneBatchOrOneByOneMakeTheSameSteps(t *testing.T) {
	t.Parallel()
	together, apart := setUp(t), setUp(t)
	events := life(t)
	if err := handle(t, together, events); err != nil {
		t.Fatal(err)
	}
	for _, event := range events {
		if err := handle(t, apart, []*feed.Event{event}); err != nil {
			t.Fatal(err)
		}
	}
	var intervals [2]int
	for i, pool := range []*pgxpool.Pool{together, apart} {
		steps, err := store.Steps(t.Context(), pool, "nsp", "ASCP00000001")
		if err != nil {
			t.Fatal(err)
		}
		if len(steps) != 3 || !domain.ClocksAreExact(steps) {
			t.Errorf("%d steps with clocks exact %v, want 3 (a note is no step) and exact", len(steps), domain.ClocksAreExact(steps))
		}
		held := domain.Intervals(steps)
		intervals[i] = len(held)
		if last := held[len(held)-1]; last.GetParty() != "desks/nsp/parties/netic" || last.GetEndTime() != nil {
			t.Errorf("the last interval is %v, want netic's, and lasting", last)
		}
	}
	if intervals[0] != intervals[1] {
		t.Errorf("%d intervals from one batch, %d one by one", intervals[0], intervals[1])
	}
}

func TestAnInternalNoteDoesNotHideTheTicketFromItsReporter(t *testing.T) {
	t.Parallel()
	pool := setUp(t)
	if err := handle(t, pool, life(t)[:3]); err != nil {
		t.Fatal(err)
	}
	got, err := store.New(pool).GetTicket(t.Context(), store.GetTicketParams{Desk: "nsp", Ticket: "ASCP00000001"})
	if err != nil || len(got.Audience) != 2 {
		t.Errorf("after an internal note the ticket is shown to %v (%v), want to the reporter too", got.Audience, err)
	}
}
