package service_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/devissuer"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/pgtest"
	"github.com/bavn/bavn/platform/service"
)

// counter is a whole service that does nothing but to hear its own feed.
var counter = service.Spec{
	Name: "counter",
	Migrations: fstest.MapFS{"00001_counted.sql": {Data: []byte("-- +goose Up\nCREATE TABLE counted (" +
		"resource text, revision bigint, n bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (resource, revision));\n")}},
	Texts:    fstest.MapFS{"errors.yaml": {Data: []byte("reasons: {}\n")}},
	Policies: []byte(`@id("count") permit (principal is Person, action == Action::"Count", resource);`),
	PolicySchema: []byte(`entity Person; entity Counter;
		action Count appliesTo { principal: [Person], resource: [Counter], context: {} };`),
}

var database = pgtest.NewTemplate(func(ctx context.Context, url string) error {
	return service.Migrate(ctx, url, nil, service.Schemas(counter))
})

const (
	broken = "desks/nsp/tickets/ASCP00000001"
	sound  = "desks/nsp/tickets/ASCP00000002"
	cause  = "the counter is jammed"
)

// house is a running counter whose handler refuses one event until it is mended.
type house struct {
	*service.Base
	issuer        *devissuer.Issuer
	subscriptions eventv1.SubscriptionServiceClient
	subscriber    *feed.Subscriber
	mended        atomic.Bool
	heads         map[string]feed.Head
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{heads: map[string]feed.Head{}}
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.issuer.Handler().ServeHTTP(w, r) }))
	t.Cleanup(door.Close)
	dir := t.TempDir()
	ca, err := identity.OpenDevCA(dir, time.Now())
	must(t, err)
	h.issuer, err = devissuer.New(devissuer.Config{
		Issuer: door.URL, Clock: clock.System(), Persons: []devissuer.Person{{ID: "root", Name: "Root"}, {ID: "mette", Name: "Mette"}},
	})
	must(t, err)

	cfg := service.DefaultConfig(counter.Name)
	cfg.RPC.Listen, cfg.DB.URL, cfg.OIDC.URL = "127.0.0.1:0", database.URL(t), door.URL
	cfg.TLS.DevCA, cfg.Tokens.Keys, cfg.Run.DrainDelay = dir, []string{strings.Repeat("4b", 32)}, 0
	cfg.Admins = []string{"root"}
	h.Base, err = service.New(t.Context(), cfg, counter, service.Deps{Log: io.Discard})
	must(t, err)
	h.subscriber, err = h.NewSubscriber(feed.SubscriberConfig{
		Name: "counting", Source: feed.Local(counter.Name, feed.NewReader(h.Pool), h.Wake, feed.Pace{}),
		Handler: feed.HandlerFunc(h.count), Attempts: 2, RetryWait: time.Millisecond,
	})
	must(t, err)
	h.run(t)

	credentials, err := ca.Credentials("gateway", time.Now())
	must(t, err)
	conn, err := dial.To(dial.DefaultConfig(h.Server.Addr()), dial.Deps{
		Credentials: credentials.Client(counter.Name), TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider: noopmetric.NewMeterProvider(), Propagator: propagation.TraceContext{},
	})
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	h.subscriptions = eventv1.NewSubscriptionServiceClient(conn)
	return h
}

// run runs the service, and its subscriber beside it, until the test ends.
func (h *house) run(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	group, ended := h.Group(), make(chan error, 1)
	go func() { ended <- group.Run(ctx) }()
	select {
	case <-group.Ready():
	case err := <-ended:
		t.Fatalf("the service did not start: %v", err)
	}
	listening, deaf := context.WithCancel(ctx)
	heard := make(chan error, 1)
	go func() { heard <- h.subscriber.Run(listening) }()
	t.Cleanup(func() {
		deaf()
		must(t, <-heard)
		stop()
		must(t, <-ended)
	})
}

func (h *house) count(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	for _, e := range batch {
		if e.Ref() == broken+"@1" && !h.mended.Load() {
			return errors.New(cause)
		}
		if _, err := tx.Exec(ctx, "INSERT INTO counted VALUES ($1, $2)", e.Record.GetResource(), e.Record.GetRevision()); err != nil {
			return err
		}
	}
	return nil
}

// happen commits one event of each resource.
func (h *house) happen(t *testing.T, resources ...string) {
	t.Helper()
	for _, resource := range resources {
		must(t, pgx.BeginFunc(t.Context(), h.Pool, func(tx pgx.Tx) error {
			if err := feed.Lock(t.Context(), tx, resource); err != nil {
				return err
			}
			prepared, head, err := feed.Prepare(h.heads[resource], []feed.Draft{{
				Desk: "nsp", Resource: resource, Type: "ticket.noted", Payload: wrapperspb.String("a fact"),
			}}, h.Clock.Now())
			h.heads[resource] = head
			return errors.Join(err, feed.Append(t.Context(), tx, prepared))
		}))
	}
	h.Wake.Committed()
}

// settled waits until everything that happened has been handled or put aside.
func (h *house) settled(t *testing.T) {
	t.Helper()
	last, err := feed.NewReader(h.Pool).Last(t.Context())
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must(t, h.subscriber.Reached(ctx, last))
}

func (h *house) counted(t *testing.T, resource string) (revisions []int64) {
	t.Helper()
	rows, err := h.Pool.Query(t.Context(), "SELECT revision FROM counted WHERE resource = $1 ORDER BY n", resource)
	must(t, err)
	revisions, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	must(t, err)
	return revisions
}

func (h *house) as(t *testing.T, person string) context.Context {
	t.Helper()
	token, err := h.issuer.Token(person, time.Hour)
	must(t, err)
	return auth.NewContextWithToken(t.Context(), auth.Principal{Person: person}, token)
}

func (h *house) parked(t *testing.T, size int32) (all []*eventv1.ParkedEvent) {
	t.Helper()
	r := &eventv1.ListParkedEventsRequest{Source: counter.Name, PageSize: size}
	for {
		page, err := h.subscriptions.ListParkedEvents(h.as(t, "root"), r)
		must(t, err)
		all = append(all, page.GetParkedEvents()...)
		if r.PageToken = page.GetNextPageToken(); r.GetPageToken() == "" {
			return all
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnOperatorSeesWhatIsParkedAndReplaysItAfterTheRepair(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.happen(t, broken, sound, broken, broken)
	h.settled(t)

	for _, size := range []int32{0, 2} { // in one page, and in two
		parked := h.parked(t, size)
		if len(parked) != 3 {
			t.Fatalf("by pages of %d, %d events are parked, want the one that failed and two that wait: %v", size, len(parked), parked)
		}
		for i, e := range parked {
			want := &eventv1.ParkedEvent{
				Subscriber: "counting", Source: "counter", Resource: broken, Revision: int64(i + 1), Type: "ticket.noted",
				Error: e.GetError(), Attempts: e.GetAttempts(), ParkTime: e.GetParkTime(),
			}
			if !proto.Equal(e, want) || e.GetParkTime().AsTime().Year() < 2026 {
				t.Errorf("parked is %v, want %v", e, want)
			}
			if failed := i == 0; failed != strings.Contains(e.GetError(), cause) || failed != (e.GetAttempts() == 2) {
				t.Errorf("revision %d failed with %q after %d attempts; the first must say why, the others wait",
					e.GetRevision(), e.GetError(), e.GetAttempts())
			}
		}
	}

	replay := func(id string) *eventv1.ReplayParkedEventsResponse {
		r := &eventv1.ReplayParkedEventsRequest{Resource: broken, RequestId: id}
		done, err := h.subscriptions.ReplayParkedEvents(h.as(t, "root"), r)
		must(t, err)
		return done
	}
	id := uuid.NewString()
	if done := replay(id); done.GetHandled() != 0 || done.GetLeft() != 3 {
		t.Errorf("before the repair a replay says %v; nothing can be handled", done)
	}
	if e := h.parked(t, 0)[0]; e.GetAttempts() != 3 {
		t.Errorf("the attempt of the replay is not counted: %v", e)
	}
	h.mended.Store(true)
	if done := replay(id); done.GetHandled() != 3 || done.GetLeft() != 0 {
		t.Errorf("after the repair a replay says %v; the failed one and both that waited can be handled", done)
	}
	h.happen(t, broken)
	h.settled(t)
	if got := h.counted(t, broken); len(got) != 4 || got[0] != 1 || got[1] != 2 || got[2] != 3 || got[3] != 4 {
		t.Errorf("revisions were counted as %v: not once each, in order, with the live one after them", got)
	}
	if done := replay(id); done.GetHandled() != 3 || done.GetLeft() != 0 {
		t.Errorf("the same request again says %v, not what it did", done)
	}
	if done := replay(uuid.NewString()); done.GetHandled() != 0 || done.GetLeft() != 0 {
		t.Errorf("a new request handles %v although nothing is parked", done)
	}
	if got := h.counted(t, sound); len(got) != 1 {
		t.Errorf("another ticket was counted %v", got)
	}
}

func TestAnIdOfAnotherReplayIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.happen(t, broken)
	h.settled(t)
	h.mended.Store(true)
	r := &eventv1.ReplayParkedEventsRequest{Resource: broken, RequestId: uuid.NewString()}
	_, err := h.subscriptions.ReplayParkedEvents(h.as(t, "root"), r)
	must(t, err)
	r.Resource = sound
	if _, err := h.subscriptions.ReplayParkedEvents(h.as(t, "root"), r); !fault.Is(err, fault.RequestIDReused) {
		t.Errorf("an id that was used for another resource: %v", err)
	}
}

func TestOnlyOperatorsSeeOrReplayWhatIsParked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.happen(t, broken)
	h.settled(t)
	h.mended.Store(true)
	for who, ctx := range map[string]context.Context{"somebody else": h.as(t, "mette"), "a service": t.Context()} {
		_, listing := h.subscriptions.ListParkedEvents(ctx, &eventv1.ListParkedEventsRequest{})
		_, replaying := h.subscriptions.ReplayParkedEvents(ctx, &eventv1.ReplayParkedEventsRequest{
			Resource: broken, RequestId: uuid.NewString(),
		})
		for what, err := range map[string]error{"lists": listing, "replays": replaying} {
			if status.Code(err) != codes.PermissionDenied {
				t.Errorf("%s %s what is parked: %v", who, what, err)
			}
		}
	}
	if parked := h.parked(t, 0); len(parked) != 1 {
		t.Errorf("%d events are parked, want 1: a refused replay has changed something", len(parked))
	}
}
