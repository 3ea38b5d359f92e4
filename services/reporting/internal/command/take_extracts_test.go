package command_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/reporting/internal/command"
	"github.com/bavn/bavn/services/reporting/internal/project"
	"github.com/bavn/bavn/services/reporting/internal/store"
	"github.com/bavn/bavn/services/reporting/migrations"
)

var database = pgtest.NewTemplate(func(ctx context.Context, url string) error {
	return service.Migrate(ctx, url, nil, service.Schemas(service.Spec{Name: "reporting", Migrations: migrations.Files}))
})

var monday = time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC) // midnight in Copenhagen

// world is reporting without its transport, and a desk whose events it hears.
type world struct {
	*testing.T
	pool     *pgxpool.Pool
	clock    *clock.Manual
	extracts *command.Extracts
	settings *profilev1.Profile
	heard    bool
	heads    map[string]feed.Head
	events   []*feed.Event
	in       pgx.Tx // that it is heard in; one of its own if nil
}

// GetProfile plays triage.
func (w *world) GetProfile(context.Context, *triagev1.GetProfileRequest, ...grpc.CallOption) (*triagev1.ProcessProfile, error) {
	return &triagev1.ProcessProfile{Settings: w.settings}, nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newWorld is NSP's desk, whose profile has forgotten that restricted cases are nobody's business.
func newWorld(t *testing.T) *world {
	t.Helper()
	pool, err := pg.Open(t.Context(), pg.Config{URL: database.URL(t)}, pg.Deps{OnConnect: feed.CheckEpoch})
	must(t, err)
	t.Cleanup(pool.Close)
	p, err := profile.Load(os.DirFS("../../../../profiles"), "nsp.yaml")
	must(t, err)
	w := &world{T: t, pool: pool, clock: clock.NewManual(monday), heard: true, heads: map[string]feed.Head{}}
	w.settings = proto.CloneOf(p.Settings())
	label := w.settings.GetExtracts()[0].GetLabel()
	w.settings.Extracts = []*profilev1.Extract{
		{Id: "open", Label: label, When: `ticket.status_class == "open"`, Every: "7d", Public: true, Derived: true},
		{Id: "all", Label: label, When: `ticket.status != ""`, Every: "1mo", Derived: true},
	}
	quiet := slog.New(slog.DiscardHandler)
	w.extracts = &command.Extracts{
		Pool: pool, Clock: w.clock, Profiles: command.FollowedProfiles(pool, w.clock, w), Logger: quiet,
		Heard: func() bool { return w.heard },
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &command.TakeExtractsWorker{Extracts: w.extracts})
	w.extracts.Jobs, err = jobs.New(jobs.DefaultConfig(), jobs.Deps{
		Pool: pool, Clock: w.clock, Workers: workers, TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider: noopmetric.NewMeterProvider(), Logger: quiet,
	})
	must(t, err)
	w.happens("desks/nsp", "desk.created", &triagev1.DeskEvent{
		Desk: &triagev1.Desk{Name: "desks/nsp", DisplayName: "NSP", LanguageCode: "da"},
	})
	return w
}

// happens is an event of triage that reporting hears.
func (w *world) happens(resource, typ string, payload proto.Message) {
	w.Helper()
	prepared, head, err := feed.Prepare(w.heads[resource], []feed.Draft{{
		Desk: "nsp", Resource: resource, Type: typ, Payload: payload, Audience: []string{"parties/sds"},
	}}, w.clock.Now())
	must(w.T, err)
	w.heads[resource] = head
	e := prepared[0]
	event, err := feed.Received(&eventv1.Event{Stored: e.Stored, Hash: e.Hash, PreviousHash: e.PreviousHash}, nil)
	must(w.T, err)
	w.events = append(w.events, event)
	w.hears(event)
}

func (w *world) hears(events ...*feed.Event) {
	w.Helper()
	projection := &project.Projection{
		Source: "triage", Memberships: membership.NewStore(w.pool, w.clock), Extracts: w.extracts,
	}
	if w.in != nil {
		must(w.T, projection.Handle(w.Context(), w.in, events))
		return
	}
	must(w.T, pgx.BeginFunc(w.Context(), w.pool, func(tx pgx.Tx) error { return projection.Handle(w.Context(), tx, events) }))
}

// ticket says how a ticket stands now.
func (w *world) ticket(number string, status process.Status, restricted bool) {
	w.Helper()
	w.happens("desks/nsp/tickets/"+number, "ticket.work_started", &triagev1.TicketEvent{Ticket: &triagev1.Ticket{
		Name: "desks/nsp/tickets/" + number, Status: status, StatusClass: process.ClassOf(status), Restricted: restricted,
		Priority:   "P3",
		Assessment: &triagev1.Assessment{Kind: "incident", Category: "nsp"}, HolderParty: "desks/nsp/parties/sds",
		Reporter: "desks/nsp/persons/lone", Title: "", SubmitTime: timestamppb.New(monday.AddDate(0, 0, -3)),
	}})
}

// looks works one job for the desk, and is what River hears of it.
func (w *world) looks() error {
	w.Helper()
	worker := &command.TakeExtractsWorker{Extracts: w.extracts}
	return worker.Work(w.Context(), &river.Job[command.TakeExtracts]{
		JobRow: &rivertype.JobRow{}, Args: command.TakeExtracts{Desk: "nsp"},
	})
}

// kept says what there is: "open 2026-11-23: ASCP00000001 ASCP00000002".
func (w *world) kept() []string {
	w.Helper()
	rows, err := w.pool.Query(w.Context(), `SELECT e.extract || ' ' || e.turn || ':' ||
			coalesce(string_agg(' ' || r.ticket, '' ORDER BY r.ticket), '')
		FROM extract_editions e LEFT JOIN extract_rows r USING (desk, extract, turn) GROUP BY e.desk, e.extract, e.turn ORDER BY 1`)
	must(w.T, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(w.T, err)
	return all
}

func (w *world) keeps(want ...string) {
	w.Helper()
	if got := w.kept(); !slices.Equal(got, want) {
		w.Errorf("kept are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// open is the number of a case.
func open(number int) string { return fmt.Sprintf("ASCP%08d", number) }

// R90, R149: a restricted case is in no edition and counts in none, also where the profile forgets it.
func TestARestrictedCaseIsListedNowhereWhateverTheProfileSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ticket(open(1), process.InProgress, false)
	w.ticket(open(2), process.InProgress, true)
	w.ticket(open(3), process.Closed, false)
	must(t, w.looks())
	w.keeps("all 2026-11-01: ASCP00000001 ASCP00000003", "open 2026-11-23: ASCP00000001")
}

// R90: one edition per turn, however often one looks, and another when the next turn has come; one that was missed is taken late.
func TestEachTurnHasOneEdition(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ticket(open(1), process.InProgress, false)
	must(t, w.looks())
	w.ticket(open(2), process.InProgress, false)
	w.clock.Advance(6 * 24 * time.Hour)
	must(t, w.looks())
	w.keeps("all 2026-11-01: ASCP00000001", "open 2026-11-23: ASCP00000001")
	w.clock.Advance(2*24*time.Hour + time.Hour) // nobody looked on Monday
	must(t, w.looks())
	must(t, w.looks())
	w.keeps("all 2026-11-01: ASCP00000001", "all 2026-12-01: ASCP00000001 ASCP00000002", "open 2026-11-23: ASCP00000001",
		"open 2026-11-30: ASCP00000001 ASCP00000002")
	var taken time.Time
	must(t, w.pool.QueryRow(t.Context(), `SELECT taken_at FROM extract_editions WHERE turn = '2026-11-30'`).Scan(&taken))
	if !taken.Equal(w.clock.Now()) {
		t.Errorf("what was taken late says %v, want %v", taken, w.clock.Now())
	}
}

// R90: whatever becomes of a look, the next day has one, and only one.
func TestTheNextDayIsLookedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings.Extracts[0].Every = "1d"
	for range 3 {
		must(t, w.looks())
	}
	var n int
	var due time.Time
	must(t, w.pool.QueryRow(t.Context(), `SELECT count(*), min(scheduled_at) FROM river_job
		WHERE kind = 'take_extracts' AND args->>'day' = '2026-11-24'`).Scan(&n, &due))
	if n != 1 || !due.Equal(monday.Add(24*time.Hour)) {
		t.Errorf("%d looks are arranged, at %v", n, due)
	}
}

// R149: what becomes restricted after it was published is published no longer; what was open again when an edition was taken
// stays in it, also when the events come anew.
func TestACaseThatBecomesRestrictedIsTakenOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ticket(open(1), process.InProgress, false)
	w.ticket(open(2), process.InProgress, false)
	must(t, w.looks())
	w.ticket(open(1), process.InProgress, true)
	w.keeps("all 2026-11-01: ASCP00000002", "open 2026-11-23: ASCP00000002")
	w.ticket(open(1), process.InProgress, false)
	w.clock.Advance(7 * 24 * time.Hour)
	must(t, w.looks())
	want := []string{"all 2026-11-01: ASCP00000002", "open 2026-11-23: ASCP00000002", "open 2026-11-30: ASCP00000001 ASCP00000002"}
	w.keeps(want...)
	w.forgets()
	w.hears(w.events...)
	w.keeps(want...)
}

// forgets empties what is derived, as a rebuild does.
func (w *world) forgets() {
	w.Helper()
	must(w.T, pgx.BeginFunc(w.Context(), w.pool, func(tx pgx.Tx) error { return command.Forget(w.Context(), tx) }))
}

// R90: while what has happened is not all known, nothing is taken: an edition without the half of the cases would stay for ever.
// A rebuild loses none, doubles none, and the next has everything.
func TestNoEditionIsTakenOfAHalfToldStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ticket(open(1), process.InProgress, false)
	w.ticket(open(2), process.InProgress, false)
	waits := func(why string) {
		t.Helper()
		before := w.kept()
		if _, snoozed := errors.AsType[*rivertype.JobSnoozeError](w.looks()); !snoozed || !slices.Equal(w.kept(), before) {
			t.Errorf("%s: kept are %v", why, w.kept())
		}
	}
	w.heard = false
	waits("the feed has more to tell")
	w.heard = true
	must(t, w.looks())
	first := []string{"all 2026-11-01: ASCP00000001 ASCP00000002", "open 2026-11-23: ASCP00000001 ASCP00000002"}
	w.keeps(first...)

	w.forgets()
	w.keeps(first...)
	w.clock.Advance(7 * 24 * time.Hour)
	waits("everything is forgotten")
	w.hears(w.events[:2]...)
	waits("one of two cases is told again")
	w.hears(w.events[2:]...)
	must(t, w.looks())
	w.keeps(append(first, "open 2026-11-30: ASCP00000001 ASCP00000002")...)
}

// R90: an edition has no words and no persons.
func TestAnEditionHasNoColumnForTextsOrPersons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ticket(open(1), process.InProgress, false)
	must(t, w.looks())
	rows, err := store.New(w.pool).ExtractRows(t.Context(), store.ExtractRowsParams{
		Desk: "nsp", Extract: "open", Turn: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
	})
	must(t, err)
	said := fmt.Sprintf("%+v", rows)
	if strings.Contains(said, "lone") || len(rows) != 1 || rows[0].AgeDays != 3 || rows[0].Category != "nsp" {
		t.Errorf("the edition says %s", said)
	}
}

// R149: a case that becomes restricted while an edition is being taken is not in it, whichever comes first.
func TestAnEditionWaitsForACaseThatIsJustBecomingRestricted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ticket(open(1), process.InProgress, false)
	hearing, err := w.pool.Begin(t.Context())
	must(t, err)
	defer func() { _ = hearing.Rollback(context.WithoutCancel(t.Context())) }()
	w.in = hearing
	w.ticket(open(1), process.InProgress, true)
	looked := make(chan error, 1)
	go func() { looked <- w.looks() }()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for waits := false; !waits && len(looked) == 0; <-tick.C {
		must(t, w.pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
			WHERE d.datname = current_database() AND NOT l.granted)
			OR EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waits))
	}
	must(t, hearing.Commit(t.Context()))
	must(t, <-looked)
	w.keeps("all 2026-11-01:", "open 2026-11-23:")
}
