package app_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/grpc"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/devissuer"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/process/businesstime"
	"github.com/bavn/bavn/services/triage/app"
)

var database = pgtest.NewTemplate(app.Migrate)

// people of the tests. root is administrator of the installation.
var people = []string{
	"dispatcher", "coordinator", "auditor", "importer", "administrator",
	"root", "mette", "sofie", "jonas", "lars", "ida", "chr", "aud", "imp", "adm", "karen", "bo", "stranger",
}

// outside is what all tests of the process share: it has no state.
type outside struct {
	issuer *devissuer.Issuer
	url    string
	caDir  string
	ca     *identity.DevCA
}

// inTheFuture lets tests move their clocks, to next year's Easter if need be, without anybody's token expiring.
const inTheFuture = 800 * 24 * time.Hour

var theOutside = sync.OnceValues(func() (*outside, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	o := &outside{url: "http://" + listener.Addr().String()}
	if o.caDir, err = os.MkdirTemp("", "triage-ca-"); err != nil {
		return nil, err
	}
	if o.ca, err = identity.OpenDevCA(o.caDir, time.Now()); err != nil {
		return nil, err
	}
	cfg := devissuer.Config{Issuer: o.url, Clock: clock.System()}
	for _, id := range people {
		cfg.Persons = append(cfg.Persons, devissuer.Person{ID: id, Name: id, Role: "test"})
	}
	if o.issuer, err = devissuer.New(cfg); err != nil {
		return nil, err
	}
	server := &http.Server{Handler: o.issuer.Handler(), ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	return o, nil
})

func TestMain(m *testing.M) {
	if settings := os.Getenv(replicaEnv); settings != "" { // a process that a test started, to be killed
		beReplica(settings)
		return
	}
	code := m.Run()
	if o, err := theOutside(); err == nil {
		_ = os.RemoveAll(o.caDir)
	}
	os.Exit(code)
}

// world is one running triage with its own database, a desk and its people.
type world struct {
	t         testing.TB
	clock     *clock.Manual
	pool      *pgxpool.Pool
	url       string
	outside   *outside
	tickets   triagev1.TicketServiceClient
	assess    triagev1.AssessmentServiceClient
	directory triagev1.DirectoryServiceClient
	known     triagev1.KnownSolutionServiceClient
	feed      eventv1.FeedClient
	intake    triagev1.TicketServiceClient
	replies   triagev1.ReplyServiceClient
	onCall    triagev1.OnCallServiceClient
	escalate  triagev1.EscalationServiceClient
	attest    triagev1.AttestationServiceClient
	gateway   *grpc.ClientConn // what people's calls go through
	address   string
	numbers   int
	edit      func(*app.Config) // settings of the test's own
	realTime  bool              // triage goes by the machine's clock
}

const (
	desk  = "desks/nsp"
	sds   = desk + "/parties/sds"   // the authority
	spoc  = desk + "/parties/spoc"  // the contact party
	netic = desk + "/parties/netic" // operations
	fmk   = desk + "/parties/fmk"   // another supplier
	drift = netic + "/groups/drift"
	nett  = netic + "/groups/net"
)

func who(id string) string { return desk + "/persons/" + id }

// newWorld starts triage and makes the desk.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := startWorld(t)
	w.makeDesk()
	return w
}

// startWorld starts triage on an empty database.
func startWorld(t testing.TB, change ...func(*app.Config)) *world {
	t.Helper()
	return startWorldWith(t, func(cfg *app.Config) {
		for _, c := range change {
			c(cfg)
		}
	})
}

// workingMorning is ten o'clock on a working day that comes: at night and on Sundays other people act for the national desk (R9).
func workingMorning(now time.Time) time.Time {
	const ten = 10 * time.Hour
	calendar, err := businesstime.New(businesstime.Definition{
		Zone: "Europe/Copenhagen", Holidays: businesstime.Denmark, Week: []string{"mon-thu 08:00-16:00"},
	})
	if err != nil {
		panic(err)
	}
	return calendar.NextWorkingDay(now, ten)
}

// startWorldWith is startWorld with settings of the test's own.
func startWorldWith(t testing.TB, edit func(*app.Config)) *world {
	t.Helper()
	o, err := theOutside()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clock: clock.NewManual(time.Now()), url: database.URL(t), outside: o, edit: edit}
	w.serve() // with certificates of today
	w.clock.Set(workingMorning(time.Now()))
	return w
}

// serve starts the world's first triage and connects to it.
func (w *world) serve() {
	w.t.Helper()
	address, _ := w.replica()
	w.address = address
	w.gateway = w.dial(address, "gateway")
	w.tickets, w.directory = triagev1.NewTicketServiceClient(w.gateway), triagev1.NewDirectoryServiceClient(w.gateway)
	w.known = triagev1.NewKnownSolutionServiceClient(w.gateway)
	w.assess = triagev1.NewAssessmentServiceClient(w.gateway)
	w.feed = eventv1.NewFeedClient(w.gateway)
	w.onCall, w.escalate = triagev1.NewOnCallServiceClient(w.gateway), triagev1.NewEscalationServiceClient(w.gateway)
	w.attest = triagev1.NewAttestationServiceClient(w.gateway)
	intake := w.dial(address, "intake")
	w.intake, w.replies = triagev1.NewTicketServiceClient(intake), triagev1.NewReplyServiceClient(intake)
	var err error
	w.pool, err = pg.Open(context.WithoutCancel(w.t.Context()), pg.Config{URL: w.url}, pg.Deps{OnConnect: feed.CheckEpoch})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(w.pool.Close)
}

// settings are those of a replica in a test.
func (o *outside) settings(url string) app.Config {
	cfg := app.DefaultConfig()
	cfg.RPC.Listen, cfg.DB.URL, cfg.TLS.DevCA, cfg.Admins = "127.0.0.1:0", url, o.caDir, []string{"root"}
	cfg.OIDC.URL = o.url
	cfg.Tokens.Keys = []string{strings.Repeat("4b", 32)}
	cfg.Run.DrainDelay = 0
	return cfg
}

// replica starts one triage on the world's database, and returns its address and what stops it before the test ends.
func (w *world) replica() (address string, stop func()) {
	w.t.Helper()
	cfg := w.outside.settings(w.url)
	cfg.Jobs.FetchPollInterval, cfg.Jobs.FetchCooldown = 50*time.Millisecond, 5*time.Millisecond
	w.edit(&cfg)
	log := os.Stderr
	if !testing.Verbose() {
		var err error
		if log, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0); err != nil {
			w.t.Fatal(err)
		}
	}
	var now clock.Clock = w.clock
	if w.realTime {
		now = clock.System()
	}
	service, err := app.New(w.t.Context(), cfg, service.Deps{Clock: now, Log: log})
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("triage did not stop as it should: %v", err)
		}
	})
	w.t.Cleanup(stop)
	select {
	case <-service.Ready():
	case err := <-ended:
		ended <- nil
		w.t.Fatalf("triage did not start: %v", err)
	}
	return service.Addr(), stop
}

// dial connects as a service; what is called with a person's token is then that person's.
func (w *world) dial(address, as string) *grpc.ClientConn {
	w.t.Helper()
	credentials, err := w.outside.ca.Credentials(as, time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	cfg := dial.DefaultConfig(address)
	cfg.Timeout = 30 * time.Second // the machine may be busy
	conn, err := dial.To(cfg, dial.Deps{
		Credentials: credentials.Client("triage"), TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider: noopmetric.NewMeterProvider(), Propagator: propagation.TraceContext{},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// as is the context of a call by a person.
func (w *world) as(person string) context.Context {
	w.t.Helper()
	token, err := w.outside.issuer.Token(person, inTheFuture)
	if err != nil {
		w.t.Fatal(err)
	}
	return auth.NewContextWithToken(w.t.Context(), auth.Principal{Person: person}, token)
}

// must fails the test on an error.
func must[T any](answer T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}

func requestID() string { return uuid.NewString() }

// patience is how long a test waits for what must happen; it is only ever used up by a failure.
const patience = 30 * time.Second

// eventually asks until the answer is yes.
func eventually(t testing.TB, what string, ask func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ask() {
		select {
		case <-deadline:
			t.Fatalf("not within %v: %s", patience, what)
		case <-tick.C:
		}
	}
}

// count counts rows.
func (w *world) count(of string) int {
	w.t.Helper()
	var n int
	if err := w.pool.QueryRow(w.t.Context(), "SELECT count(*) FROM "+of).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// events are the events of a resource, by revision, and a check of their chain.
func (w *world) events(resource string) []*feed.Event {
	w.t.Helper()
	rows := must(feed.NewReader(w.pool).History(w.t.Context(), "nsp", resource, 0, 1000))(w.t)
	events := make([]*feed.Event, len(rows))
	for i := range rows {
		events[i] = must(rows[i].Decode(nil))(w.t)
	}
	return events
}

func eventTypes(events []*feed.Event) []string {
	types := make([]string, len(events))
	for i, e := range events {
		types[i] = e.Record.GetType()
	}
	return types
}

// index indexes the texts of a ticket anew, as the background does when they change.
func (w *world) index(ticket string) {
	w.t.Helper()
	if err := app.Index(w.t.Context(), w.pool, "nsp", resourcename.ID(ticket)); err != nil {
		w.t.Fatal(err)
	}
}
