package command_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/blobstore"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/project"
	"github.com/bavn/bavn/services/intake/internal/reception"
	"github.com/bavn/bavn/services/intake/internal/store"
	"github.com/bavn/bavn/services/intake/migrations"
)

var database = pgtest.NewTemplate(func(ctx context.Context, url string) error {
	return service.Migrate(ctx, url, nil, service.Schemas(service.Spec{Name: "intake", Migrations: migrations.Files}))
})

// triage plays the other side: it opens each submission once, and can be away.
type triage struct {
	triagev1.TicketServiceClient
	mu   sync.Mutex
	away bool
	// refusal is its answer to everything.
	refusal error
	opened  map[string]*triagev1.OpenTicketRequest
	calls   int
	solved  map[string]string // request id by ticket
	// unsolvable is its answer to whoever solves.
	unsolvable error
	// meanwhile happens once, while a caller waits for the answer.
	meanwhile func(submission string)
}

func (t *triage) OpenTicket(_ context.Context, r *triagev1.OpenTicketRequest, _ ...grpc.CallOption) (*triagev1.Ticket, error) {
	t.mu.Lock()
	meanwhile := t.meanwhile
	t.meanwhile = nil
	t.mu.Unlock()
	if meanwhile != nil {
		meanwhile(r.GetSubmission())
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	if t.away {
		return nil, status.Error(codes.Unavailable, "away")
	}
	if t.refusal != nil {
		return nil, t.refusal
	}
	t.opened[r.GetSubmission()] = r
	return &triagev1.Ticket{Name: r.GetName()}, nil
}

func (t *triage) set(away bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.away = away
}

type fixture struct {
	pool     *pgxpool.Pool
	commands *command.Commands
	triage   *triage
	profiles *profiles
	clock    *clock.Manual
	log      *bytes.Buffer
}

func setUp(t *testing.T) *fixture {
	t.Helper()
	pool, err := pg.Open(t.Context(), pg.Config{URL: database.URL(t)}, pg.Deps{OnConnect: feed.CheckEpoch})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	f := &fixture{
		pool: pool, triage: &triage{opened: map[string]*triagev1.OpenTicketRequest{}}, profiles: &profiles{},
		clock: clock.NewManual(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)), log: new(bytes.Buffer),
	}
	f.commands = &command.Commands{
		Pool: pool, Writes: pg.NewShared(pool), Clock: f.clock, Wake: feed.NewWake(pool, slog.New(slog.DiscardHandler)),
		Triage: f.triage, Registrations: f.triage,
		InlineTimeout: 5 * time.Second, RetryAfter: 10 * time.Second, Logger: slog.New(slog.NewTextHandler(f.log, nil)),
		Memberships: membership.NewStore(pool, f.clock),
		Reception:   reception.NewDesks(pool, nil, f.profiles, slog.New(slog.DiscardHandler)),
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &command.OpenTicketWorker{Commands: f.commands})
	f.commands.Inbox, f.commands.Blobs = command.NewInbox(), blobstore.New(blobstore.Config{URL: "mem://"})
	if err := f.commands.Blobs.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.commands.Jobs, err = jobs.New(jobs.DefaultConfig(), jobs.Deps{
		Pool: pool, Clock: f.clock, Workers: workers, TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider: noopmetric.NewMeterProvider(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	f.hear(t, "desk.created", &triagev1.DeskEvent{Desk: &triagev1.Desk{
		NumberScheme: &triagev1.NumberScheme{Prefix: "ASCP", Digits: 8}, LanguageCode: "da",
		AuthorityParty: "desks/nsp/parties/sds", ContactParty: "desks/nsp/parties/desk",
	}})
	return f
}

// hear lets intake's projection hear one event of triage.
func (f *fixture) hear(t *testing.T, typ string, payload proto.Message) {
	t.Helper()
	packed, err := anypb.New(payload)
	if err != nil {
		t.Fatal(err)
	}
	projection := &project.Projection{Memberships: membership.NewStore(f.pool, f.clock), Adopted: func() {}}
	err = pgx.BeginFunc(t.Context(), f.pool, func(tx pgx.Tx) error {
		return projection.Handle(t.Context(), tx, []*feed.Event{{
			Record: &eventv1.Record{Desk: "desks/nsp", Resource: "desks/nsp", Type: typ, Payload: packed},
		}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func as(ctx context.Context, person string) context.Context {
	return auth.NewContext(ctx, auth.Principal{Person: person})
}

func report() *intakev1.SubmitTicketRequest {
	return &intakev1.SubmitTicketRequest{
		Parent: "desks/nsp", RequestId: uuid.NewString(), Channel: commonv1.Channel_CHANNEL_WEB,
		Title:       &commonv1.LocalizedText{Text: "Receptserveren svarer ikke"},
		Description: &commonv1.LocalizedText{Text: "Siden kl. 9 i hele regionen", LanguageCode: "da"},
	}
}

func (f *fixture) count(t *testing.T, sql string) (n int) {
	t.Helper()
	if err := f.pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestR14AReportGetsANumberAndItsTicketIsOpenedAtOnce(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	got, err := f.commands.SubmitTicket(as(t.Context(), "mette"), report())
	if err != nil {
		t.Fatal(err)
	}
	if got.GetTicket() != "desks/nsp/tickets/ASCP00000001" || got.GetOutcome() != intakev1.Outcome_OUTCOME_OPENED {
		t.Errorf("the report became %s with outcome %s, want ASCP00000001, opened", got.GetTicket(), got.GetOutcome())
	}
	opened := f.triage.opened[got.GetName()]
	if opened.GetTitle().GetText() != "Receptserveren svarer ikke" || opened.GetReporter() != "desks/nsp/persons/mette" {
		t.Errorf("triage was told %v", opened)
	}
	if opened.GetAffectedUser() != opened.GetReporter() {
		t.Errorf("R26: with nobody else named the reporter is the affected user, not %s", opened.GetAffectedUser())
	}
	if n := f.count(t, "SELECT count(*) FROM river_job"); n != 0 {
		t.Errorf("%d backstop jobs are left behind", n)
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE type IN ('submission.received', 'submission.opened')"); n != 2 {
		t.Errorf("the submission has %d events, want received and opened", n)
	}
}

func TestAReportWithoutALanguageIsAnsweredOpenedAndReadInTheDesks(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	r := report()
	r.Description = nil
	for range 2 { // the same call again is answered the same
		got, err := f.commands.SubmitTicket(as(t.Context(), "mette"), proto.CloneOf(r))
		if err != nil {
			t.Fatal(err)
		}
		words, err := store.WordsOf(t.Context(), f.pool, "nsp", store.Submission{
			Desk: "nsp", Submission: uuid.MustParse(resourcename.ID(got.GetName())),
		})
		if err != nil {
			t.Fatal(err)
		}
		kept := words[got.GetName()]
		if got.GetTitle().GetLanguageCode() != "da" || !proto.Equal(got.GetTitle(), kept.Title) {
			t.Errorf("the answer's title is %v, the kept one %v; want both in the desk's language", got.GetTitle(), kept.Title)
		}
		if opened := f.triage.opened[got.GetName()]; !proto.Equal(opened.GetTitle(), kept.Title) {
			t.Errorf("triage is told %v, not what the job would tell it: %v", opened.GetTitle(), kept.Title)
		}
		if got.GetDescription() != nil || kept.Description != nil {
			t.Errorf("a report without a description has %v, kept %v", got.GetDescription(), kept.Description)
		}
	}
}

func TestADeskThatIsToldOfTwiceKeepsItsFacts(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.hear(t, "desk.created", &triagev1.DeskEvent{Desk: &triagev1.Desk{
		NumberScheme: &triagev1.NumberScheme{Prefix: "OTHER", Digits: 4}, LanguageCode: "sv",
		AuthorityParty: "desks/nsp/parties/x", ContactParty: "desks/nsp/parties/y",
	}})
	desk, err := store.New(f.pool).GetDesk(t.Context(), "nsp")
	if err != nil || desk.NumberPrefix != "ASCP" || desk.ContactParty != "desk" {
		t.Errorf("the desk is %v (%v): replicas that remember it would decide by other facts", desk, err)
	}
}

func TestTheSameRequestTwentyTimesAtOnceIsOneSubmission(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	r := report()
	answers := make([]*intakev1.Submission, 20)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			answer, err := f.commands.SubmitTicket(as(t.Context(), "mette"), proto.CloneOf(r))
			if err != nil {
				t.Errorf("call %d: %v", i, err)
				return
			}
			answers[i] = answer
		})
	}
	wg.Wait()
	for i, answer := range answers {
		if answer.GetName() != answers[0].GetName() || answer.GetTicket() != answers[0].GetTicket() {
			t.Errorf("call %d is answered with %s, call 0 with %s", i, answer.GetTicket(), answers[0].GetTicket())
		}
	}
	if n := f.count(t, "SELECT count(*) FROM submissions"); n != 1 {
		t.Errorf("%d submissions were written, want 1", n)
	}
	other := proto.CloneOf(r)
	other.Title.Text = "Something else"
	if _, err := f.commands.SubmitTicket(as(t.Context(), "mette"), other); !fault.Is(err, fault.RequestIDReused) {
		t.Errorf("the same id with another title gives %v, want REQUEST_ID_REUSED", err)
	}
	if _, err := f.commands.SubmitTicket(as(t.Context(), "per"), proto.CloneOf(r)); err != nil {
		t.Errorf("another person's request id is their own: %v", err)
	}
}

func TestANewPersonIsRegisteredOnceHoweverManyReportsNameThemAtOnce(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	same, other := report(), report()
	other.RequestId = uuid.NewString()
	for _, r := range []*intakev1.SubmitTicketRequest{same, other} {
		r.NewAffectedUser = &intakev1.Person{Name: "desks/nsp/persons/nye", DisplayName: "Ny Medarbejder"}
	}
	codesOf := make([]codes.Code, 20)
	var wg sync.WaitGroup
	for i := range codesOf {
		r := same // ten times the same call, and ten times one that is too late or too early for it
		if i%2 == 1 {
			r = other
		}
		wg.Go(func() {
			_, err := f.commands.SubmitTicket(as(t.Context(), "mette"), proto.CloneOf(r))
			codesOf[i] = status.Code(err)
		})
	}
	wg.Wait()
	for i, code := range codesOf {
		want := codes.OK
		if codesOf[0] != codes.OK && i%2 == 0 || codesOf[1] != codes.OK && i%2 == 1 {
			want = codes.AlreadyExists
		}
		if code != want {
			t.Errorf("call %d is answered %v, want %v", i, code, want)
		}
	}
	if codesOf[0] == codesOf[1] {
		t.Errorf("both reports are answered %v: one of them must register the person, the other must not", codesOf[0])
	}
	if n := f.count(t, "SELECT count(*) FROM submissions"); n != 1 {
		t.Errorf("%d submissions were made, want 1", n)
	}
}

func TestAReportThatNamesWhatDoesNotExistIsRefusedWithTheField(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	for what, c := range map[string]struct {
		edit  func(*intakev1.SubmitTicketRequest)
		field string
		code  codes.Code
	}{
		"another desk": {func(r *intakev1.SubmitTicketRequest) { r.Parent = "desks/au" }, "parent", codes.NotFound},
		"a stranger": {
			func(r *intakev1.SubmitTicketRequest) { r.Reporter = "desks/nsp/persons/nobody" },
			"reporter", codes.InvalidArgument,
		},
		"another's person": {
			func(r *intakev1.SubmitTicketRequest) { r.AffectedUser = "desks/au/persons/mette" },
			"affected_user", codes.InvalidArgument,
		},
		"two strangers": { // the first of them
			func(r *intakev1.SubmitTicketRequest) {
				r.Reporter, r.AffectedUser = "desks/nsp/persons/nobody", "desks/nsp/persons/noone"
			},
			"reporter", codes.InvalidArgument,
		},
		"two affected users": {func(r *intakev1.SubmitTicketRequest) {
			r.AffectedUser = "desks/nsp/persons/mette"
			r.NewAffectedUser = &intakev1.Person{Name: "desks/nsp/persons/x", DisplayName: "X"}
		}, "new_affected_user", codes.InvalidArgument},
		"an import by name": {
			func(r *intakev1.SubmitTicketRequest) { r.Channel = commonv1.Channel_CHANNEL_IMPORT },
			"channel", codes.InvalidArgument,
		},
	} {
		r := report()
		c.edit(r)
		_, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r)
		refused, ok := errors.AsType[*fault.Error](err)
		if !ok || refused.Code() != c.code || refused.FieldViolations()[0].Path != c.field {
			t.Errorf("naming %s gives %v, want %s with field %s", what, err, c.code, c.field)
		}
	}
	if n := f.count(t, "SELECT count(*) FROM submissions") + f.count(t, "SELECT count(*) FROM events"); n != 0 {
		t.Errorf("%d rows were written by refused reports", n)
	}
}

func TestR26AnAffectedUserWhoIsNotKnownYetIsRegisteredWithTheReport(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	r := report()
	r.NewAffectedUser = &intakev1.Person{Name: "desks/nsp/persons/ole", DisplayName: "Ole Hansen", Email: "ole@example.org"}
	got, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r)
	if err != nil {
		t.Fatal(err)
	}
	if got.GetAffectedUser() != "desks/nsp/persons/ole" || got.GetReporter() != "desks/nsp/persons/mette" {
		t.Errorf("reporter %s, affected user %s; want mette and ole: they are two people", got.GetReporter(), got.GetAffectedUser())
	}
	person, err := store.ReadPerson(t.Context(), f.pool, "desks/nsp/persons/ole")
	if err != nil || person.GetEmail() != "ole@example.org" {
		t.Errorf("Ole is registered as %v (%v)", person, err)
	}
	var stored []byte
	if err := f.pool.QueryRow(t.Context(), "SELECT string_agg(stored, '') FROM events").Scan(&stored); err != nil {
		t.Fatal(err)
	}
	for _, personal := range []string{"Ole Hansen", "ole@example.org", "Receptserveren"} {
		if strings.Contains(string(stored), personal) {
			t.Errorf("the stored events hold %q: personal data and free text must be erasable", personal)
		}
	}
}

func TestR34ImportedHistoryKeepsItsOwnTime(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	r := report()
	then := time.Date(2010, 3, 31, 14, 59, 42, 0, time.UTC)
	r.Channel, r.Import = commonv1.Channel_CHANNEL_IMPORT, &intakev1.Import{OccurredAt: timestamppb.New(then), SourceRow: "log#1"}
	got, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r)
	if err != nil {
		t.Fatal(err)
	}
	if !got.GetReceiveTime().AsTime().Equal(then) || !f.triage.opened[got.GetName()].GetImporting() {
		t.Errorf("received at %v, importing %v; want the source's time and an import", got.GetReceiveTime().AsTime(),
			f.triage.opened[got.GetName()].GetImporting())
	}
}

// TestAnIllegalSubmissionCannotBeStored breaks each rule behind the service's back: the database holds them, too.
func TestAnIllegalSubmissionCannotBeStored(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	if _, err := f.commands.SubmitTicket(as(t.Context(), "mette"), report()); err != nil {
		t.Fatal(err)
	}
	for rule, change := range map[string]string{
		"channel_is_known":        "channel = 0",
		"outcome_exists":          "outcome = 3",
		"outcome_is_settled_once": "settled_at = NULL",
		"chain_has_a_head":        "chain_hash = 'x'",
	} {
		if _, err := f.pool.Exec(t.Context(), "UPDATE submissions SET "+change); !pg.IsCheckViolation(err, rule) {
			t.Errorf("UPDATE submissions SET %s: %v, want %s to refuse it", change, err, rule)
		}
	}
}
