package command_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
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
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/mail"
	"github.com/bavn/bavn/services/notify/internal/project"
	"github.com/bavn/bavn/services/notify/migrations"
)

var database = pgtest.NewTemplate(func(ctx context.Context, url string) error {
	return service.Migrate(ctx, url, nil, service.Schemas(service.Spec{Name: "notify", Migrations: migrations.Files}))
})

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

const (
	desk  = "desks/nsp"
	sds   = desk + "/parties/sds"
	netic = desk + "/parties/netic"
	drift = netic + "/groups/drift"
	fmk   = desk + "/parties/fmk"
	kode  = fmk + "/groups/kode"
)

const mailMedium = notifyv1.Medium_MEDIUM_MAIL

func who(person string) string { return desk + "/persons/" + person }

// intake plays the other side: it knows addresses, and can be away.
type intake struct {
	intakev1.PersonServiceClient
	mu      sync.Mutex
	away    bool
	persons map[string]*intakev1.Person
}

func (i *intake) BatchGetPersons(
	_ context.Context, r *intakev1.BatchGetPersonsRequest, _ ...grpc.CallOption,
) (*intakev1.BatchGetPersonsResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.away {
		return nil, status.Error(codes.Unavailable, "away")
	}
	answer := new(intakev1.BatchGetPersonsResponse)
	for _, name := range r.GetNames() {
		if person := i.persons[name]; person != nil {
			answer.Persons = append(answer.Persons, person)
		}
	}
	return answer, nil
}

func (i *intake) set(away bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.away = away
}

// triage plays the other side: it has tickets with their texts, and the feed they were told in.
type triage struct {
	triagev1.TicketServiceClient
	mu sync.Mutex
	triagev1.ProfileServiceClient
	tickets  map[string]*triagev1.Ticket
	events   map[string][]*feed.Event
	profiles map[string]*profilev1.Profile // by version
	inForce  string                        // the version that the desk follows
}

func (t *triage) GetTicket(_ context.Context, r *triagev1.GetTicketRequest, _ ...grpc.CallOption) (*triagev1.Ticket, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if ticket := t.tickets[r.GetName()]; ticket != nil {
		return proto.CloneOf(ticket), nil
	}
	return nil, status.Error(codes.NotFound, "unknown")
}

func (*triage) Name() string { return "triage" }

func (t *triage) Follow(
	ctx context.Context, _ feed.Position, filter feed.Filter, _ *feed.Upcasters, emit func(feed.Arrival) error,
) error {
	t.mu.Lock()
	var all []*feed.Event
	for _, resource := range filter.Resources {
		all = append(all, t.events[resource]...)
	}
	t.mu.Unlock()
	for _, event := range all {
		if err := emit(feed.Arrival{Event: event}); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

// world is notify's commands on a database of their own, with a mail server.
type world struct {
	t        testing.TB
	pool     *pgxpool.Pool
	clock    *clock.Manual
	commands *command.Commands
	intake   *intake
	triage   *triage
	sink     *mailsink.Sink
	metrics  *sdkmetric.ManualReader
}

func newWorld(t testing.TB) *world {
	t.Helper()
	pool, err := pg.Open(t.Context(), pg.Config{URL: database.URL(t)}, pg.Deps{OnConnect: feed.CheckEpoch})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	w := &world{
		t: t, pool: pool, clock: clock.NewManual(noon), metrics: sdkmetric.NewManualReader(),
		intake: &intake{persons: map[string]*intakev1.Person{}},
		triage: &triage{tickets: map[string]*triagev1.Ticket{}, events: map[string][]*feed.Event{}},
	}
	if w.sink, err = mailsink.Start(t.Context(), mailsink.Config{Clock: w.clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.sink.Close() })
	w.commands = w.replica()
	for id, name := range map[string]string{
		"mette": "Mette Jensen", "ole": "Ole Hansen", "sofie": "Sofie Lund",
		"jonas": "Jonas Holm", "lars": "Lars Friis", "ida": "Ida Ek",
	} {
		w.intake.persons[who(id)] = &intakev1.Person{Name: who(id), DisplayName: name, Email: id + "@example.org"}
	}
	w.intake.persons[who("ida")].LanguageCode = "sv"
	w.hear(
		w.event(desk, "desk.created", "", &triagev1.DeskEvent{Desk: &triagev1.Desk{
			DisplayName: "National Servicedesk", LanguageCode: "da", AuthorityParty: sds,
		}}),
		w.event(netic, "party.created", "", &triagev1.PartyEvent{Party: &triagev1.Party{Name: netic, DisplayName: "Netic"}}),
		w.event(drift, "group.created", "", &triagev1.GroupEvent{Group: &triagev1.Group{Name: drift, DisplayName: "Netic Drift"}}),
		w.event(kode, "group.created", "", &triagev1.GroupEvent{Group: &triagev1.Group{Name: kode, DisplayName: "FMK Kode"}}),
		w.grants("lars", fmk, kode, "agent"), w.grants("ida", fmk, kode, "dispatcher"), w.grants("ole", fmk, kode, "auditor"),
		w.grants("sofie", sds, "", "agent"), w.grants("jonas", netic, drift, "agent"),
	)
	return w
}

// replica is one more notify on the same database.
func (w *world) replica() *command.Commands {
	w.t.Helper()
	host, port, err := net.SplitHostPort(w.sink.Addr())
	if err != nil {
		w.t.Fatal(err)
	}
	cfg := mail.DefaultConfig()
	cfg.Host, cfg.TLS, cfg.From = host, "none", "National Servicedesk <desk@bavn.example>"
	cfg.Port, _ = strconv.Atoi(port)
	quiet := slog.New(slog.DiscardHandler)
	courier, err := mail.New(cfg, w.clock, nooptrace.NewTracerProvider(), quiet)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(courier.Close)
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(w.metrics))
	metrics, err := command.NewMetrics(provider)
	if err != nil {
		w.t.Fatal(err)
	}
	templates, err := domain.LoadTemplates()
	if err != nil {
		w.t.Fatal(err)
	}
	references, err := mailref.New(mailref.Config{Keys: []string{strings.Repeat("ab", 32)}})
	if err != nil {
		w.t.Fatal(err)
	}
	courier.References = references
	c := &command.Commands{
		References: references,
		Pool:       w.pool, Clock: w.clock, Wake: feed.NewWake(w.pool, quiet), Intake: w.intake, Triage: w.triage, Events: w.triage,
		Templates: templates, Editions: &command.Editions{Triage: w.triage},
		Couriers: map[notifyv1.Medium]command.Courier{mailMedium: courier}, Metrics: metrics, MailDomain: cfg.Domain(),
		SendTimeout: cfg.SendTimeout, JobTimeout: jobs.DefaultConfig().JobTimeout,
		Patience:   domain.Patience{First: 2 * time.Second, Longest: time.Minute, GiveUp: time.Hour},
		RetryAfter: 5 * time.Second,
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &command.DeliverWorker{Commands: c})
	river.AddWorker(workers, &command.SendWorker{})
	river.AddWorker(workers, &command.CallWorker{})
	river.AddWorker(workers, &command.EndWorker{})
	river.AddWorker(workers, &command.DigestWorker{Commands: c})
	c.Jobs, err = jobs.New(jobs.DefaultConfig(), jobs.Deps{
		Pool: w.pool, Clock: w.clock, Workers: workers, TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider: provider, Logger: quiet,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// event is an event of triage, kept so that it can be read again.
func (w *world) event(resource, typ, person string, payload proto.Message, texts ...*eventv1.Text) *feed.Event {
	w.t.Helper()
	packed, err := anypb.New(payload)
	if err != nil {
		w.t.Fatal(err)
	}
	w.triage.mu.Lock()
	defer w.triage.mu.Unlock()
	e := &feed.Event{Record: &eventv1.Record{
		Desk: desk, Resource: resource, Revision: int64(len(w.triage.events[resource]) + 1), Type: typ, Payload: packed,
		RecordedAt: timestamppb.New(w.clock.Now()), OccurredAt: timestamppb.New(w.clock.Now()),
		Traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	}, Texts: texts}
	if person != "" {
		e.Record.Actor = &eventv1.Actor{Person: who(person), Party: netic}
	}
	w.triage.events[resource] = append(w.triage.events[resource], e)
	return e
}

func (w *world) grants(person, party, group, role string) *feed.Event {
	name := fmt.Sprintf("%s/memberships/%s.%s", desk, person, role)
	return w.event(name, membership.Granted, "", &commonv1.Membership{
		Name: name, Person: who(person), Party: party, Group: group, Roles: []string{role},
	})
}

// ticket is one that Mette reported for Ole, that Sofie of SDS owns and Jonas of Netic works on.
func (w *world) ticket(number string) *triagev1.Ticket {
	t := &triagev1.Ticket{
		Name: desk + "/tickets/" + number, Title: "Receptserveren svarer ikke", Solution: "Servicen er genstartet.",
		Status: triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS, Reporter: who("mette"), AffectedUser: who("ole"),
		OwnerParty: sds, Owner: who("sofie"), HolderParty: netic, HolderGroup: drift, Assignee: who("jonas"),
		LastTechnicianParty: netic, LastTechnician: who("jonas"),
		ExternalIds: []*triagev1.ExternalId{{System: "jira", Id: "NSP-7"}},
	}
	w.triage.mu.Lock()
	defer w.triage.mu.Unlock()
	w.triage.tickets[t.GetName()] = t
	return t
}

// everyone may see an event that is not internal.
var everyone = []string{"parties/netic", "parties/sds", "persons/mette", "persons/ole"}

// happens is an event of a ticket, told to everyone with a part in it; facts without texts, as triage tells them.
func (w *world) happens(t *triagev1.Ticket, typ, person string, texts ...*eventv1.Text) *feed.Event {
	facts := proto.CloneOf(t)
	facts.Title, facts.Solution = "", ""
	e := w.event(t.GetName(), typ, person, &triagev1.TicketEvent{Ticket: facts}, texts...)
	e.Record.Audience = everyone
	e.Record.Journey = &eventv1.Journey{TraceId: []byte("0123456789abcdef"), RootSpanId: []byte("rootspan")}
	return e
}

func reason(text string) *eventv1.Text {
	return &eventv1.Text{Name: "reason", LanguageCode: "da", Text: text}
}

// hear lets notify hear events, in one transaction as its subscriber does.
func (w *world) hear(batch ...*feed.Event) {
	w.t.Helper()
	if err := w.handle(w.t.Context(), batch, nil); err != nil {
		w.t.Fatal(err)
	}
}

// handle is one transaction of the subscriber; fail is what happens to it at its end.
func (w *world) handle(ctx context.Context, batch []*feed.Event, fail error) error {
	projection := &project.Projection{
		Memberships: membership.NewStore(w.pool, w.clock), Teller: w.commands, Told: func() {},
	}
	return pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		if err := projection.Handle(ctx, tx, batch); err != nil {
			return err
		}
		return fail
	})
}

// jobs are the deliveries that wait in River, as it would give them to a worker.
func (w *world) jobs() []command.DeliverArgs {
	w.t.Helper()
	rows, err := w.pool.Query(w.t.Context(), "SELECT args FROM river_job WHERE kind = 'deliver' ORDER BY id")
	if err != nil {
		w.t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[command.DeliverArgs])
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// work runs every delivery once, as one replica's River would, and returns what each came to.
func (w *world) work(c *command.Commands) []error {
	w.t.Helper()
	var results []error
	for _, args := range w.jobs() {
		results = append(results, w.run(c, args))
	}
	return results
}

func (w *world) run(c *command.Commands, args command.DeliverArgs) error {
	job := &river.Job[command.DeliverArgs]{JobRow: attempt(1), Args: args}
	return (&command.DeliverWorker{Commands: c}).Work(w.t.Context(), job)
}

// row is what the ledger says of a message.
type row struct {
	ID                         uuid.UUID
	Recipient, Rule, MessageID string
	Delivery                   int16
	Attempts                   int32
	Reason                     string
}

func (w *world) ledger() []row {
	w.t.Helper()
	rows, err := w.pool.Query(w.t.Context(), `SELECT notification, recipient, rule, message_id, delivery, attempts, reason
		FROM notifications ORDER BY recipient, rule, notification`)
	if err != nil {
		w.t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *world) count(sql string) (n int) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.t.Context(), sql).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// broken is an intake that refuses what it should permit.
type broken struct{ *intake }

func (*broken) BatchGetPersons(
	context.Context, *intakev1.BatchGetPersonsRequest, ...grpc.CallOption,
) (*intakev1.BatchGetPersonsResponse, error) {
	return nil, status.Error(codes.PermissionDenied, "no")
}
