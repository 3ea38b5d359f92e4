package rpc_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/devissuer"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/rpc"
)

// house is one service, "triage", and what a test wants to see of it.
type house struct {
	t        *testing.T
	ca       *identity.DevCA
	issuer   *devissuer.Issuer
	server   *rpc.Server
	listener *bufconn.Listener // nil over TCP
	log      *lockedBuffer
	spans    *tracetest.InMemoryExporter
	metrics  *sdkmetric.ManualReader
	served   chan error
}

// handlers are the methods that a test cares about.
type handlers struct {
	grpc_testing.UnimplementedTestServiceServer
	eventv1.UnimplementedFeedServer
	unary func(context.Context, *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error)
	watch func(*eventv1.WatchRequest, grpc.ServerStreamingServer[eventv1.WatchResponse]) error
}

func (h handlers) UnaryCall(ctx context.Context, r *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
	if h.unary == nil {
		return &grpc_testing.SimpleResponse{}, nil
	}
	return h.unary(ctx, r)
}

func (h handlers) Watch(r *eventv1.WatchRequest, s grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
	return h.watch(r, s)
}

// options change what newHouse builds.
type options struct {
	cfg       func(*rpc.ServerConfig)
	authorize rpc.Authorize
	faults    func(error) error
	probes    []rpc.Probe
	tcp       bool
}

func newHouse(t *testing.T, h handlers, o options) *house {
	t.Helper()
	now := clock.System()
	ca, err := identity.OpenDevCA(t.TempDir(), now.Now())
	must(t, err)
	credentials, err := ca.Credentials("triage", now.Now())
	must(t, err)
	catalog, err := fault.NewCatalog()
	must(t, err)

	issuerServer := httptest.NewUnstartedServer(nil)
	url := "http://" + issuerServer.Listener.Addr().String()
	issuer, err := devissuer.New(devissuer.Config{
		Issuer: url, Clock: now, Persons: []devissuer.Person{{ID: "kim", Name: "Kim", Role: "Agent"}},
		Clients: []devissuer.Client{{ID: "cli", Name: "Client", RedirectURIs: []string{"http://127.0.0.1/"}}},
	})
	must(t, err)
	issuerServer.Config.Handler = issuer.Handler()
	issuerServer.Start()
	t.Cleanup(issuerServer.Close)
	tokens, err := auth.NewTokenVerifier(auth.TokenConfig{
		CacheSize: 100, Issuers: []auth.Issuer{{URL: url, Audience: devissuer.Audience}},
	}, now, &http.Client{Timeout: 5 * time.Second})
	must(t, err)

	b := &house{
		t: t, ca: ca, issuer: issuer, log: &lockedBuffer{}, spans: tracetest.NewInMemoryExporter(),
		metrics: sdkmetric.NewManualReader(), served: make(chan error, 1),
	}
	cfg := rpc.DefaultServerConfig()
	if o.cfg != nil {
		o.cfg(&cfg)
	}
	b.server, err = rpc.NewServer(cfg, rpc.Deps{
		Credentials: credentials, Catalog: catalog, Clock: now, Authorize: o.authorize, Faults: o.faults, Probes: o.probes,
		Authenticator:  auth.NewAuthenticator(tokens, auth.Policy{Public: auth.PublicMethods}, now),
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSyncer(b.spans)),
		MeterProvider:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(b.metrics)),
		Propagator:     propagation.TraceContext{},
		Logger:         slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	must(t, err)
	grpc_testing.RegisterTestServiceServer(b.server, h)
	eventv1.RegisterFeedServer(b.server, h)
	if o.tcp {
		must(t, b.server.Listen(context.Background()))
	} else {
		b.listener = bufconn.Listen(1 << 20)
		b.server.ListenOn(b.listener)
	}
	go func() { b.served <- b.server.Serve(context.Background()) }()
	t.Cleanup(func() {
		if err := b.server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return b
}

// dial connects as the given service.
func (b *house) dial(service string, adjust ...func(*dial.Deps)) *grpc.ClientConn {
	b.t.Helper()
	own, err := b.ca.Credentials(service, time.Now())
	must(b.t, err)
	deps := dial.Deps{
		Credentials:    own.Client("triage"),
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSyncer(b.spans)),
		MeterProvider:  sdkmetric.NewMeterProvider(),
		Propagator:     propagation.TraceContext{},
	}
	target := b.server.Addr()
	if b.listener != nil {
		target = "passthrough:///localhost"
		deps.Dialer = b.dialer
	}
	for _, f := range adjust {
		f(&deps)
	}
	conn, err := dial.To(dial.DefaultConfig(target), deps)
	must(b.t, err)
	b.t.Cleanup(func() { must(b.t, conn.Close()) })
	return conn
}

func (b *house) dialer(ctx context.Context, _ string) (net.Conn, error) {
	return b.listener.DialContext(ctx)
}

// token is a good token of Kim's.
func (b *house) token(ttl time.Duration) string {
	b.t.Helper()
	token, err := b.issuer.Token("kim", ttl)
	must(b.t, err)
	return token
}

// as is the context in which Kim calls through another service.
func (b *house) as(ttl time.Duration) context.Context {
	return auth.NewContextWithToken(b.t.Context(), auth.Principal{Person: "kim"}, b.token(ttl))
}

// calling puts headers on an outgoing call.
func calling(ctx context.Context, headers ...string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, headers...)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lockedBuffer collects a log that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
