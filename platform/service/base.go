// Package service is what every service is before it does anything of its own: telemetry, database, certificates, who is
// calling and what they may, the gRPC server, the feed, and the order in which they start and stop. A service adds its
// handlers, its workers and its subscribers, and nothing of this is written twice.
package service

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/trace/noop"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/grpc"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/journey"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/rpc"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/telemetry"
)

// Spec is what one service brings along.
type Spec struct {
	// Name of the service, as in its certificate: "triage".
	Name string
	// Migrations of the service's own tables; those of the platform are always there.
	Migrations fs.FS
	// Texts are the YAML files with the service's error texts.
	Texts fs.FS
	// Policies are the service's Cedar policies, PolicySchema the schema they are checked against.
	Policies, PolicySchema []byte
	// SpeaksForTools is the service that may act here as a party's tool; empty for none.
	SpeaksForTools string
}

// Deps is what a process may replace: tests, and `bavn dev`.
type Deps struct {
	Clock clock.Clock      // the machine's if nil
	Log   io.Writer        // standard error if nil
	Spans otlptrace.Client // instead of the configured collector
	HTTP  *http.Client     // to the issuer; http.DefaultClient's settings if nil
}

// Base is a service without its own part. All fields are set by New and read-only.
type Base struct {
	Clock       clock.Clock
	Telemetry   *telemetry.Telemetry
	Credentials *identity.Credentials
	Pool        *pgxpool.Pool
	Wake        *feed.Wake
	Authorizer  *auth.Authorizer
	PageTokens  *pagetoken.Sealer
	Server      *rpc.Server

	cfg       Config
	spec      Spec
	resume    *pagetoken.Sealer
	schemas   []pg.Migrations
	parts     []run.Part
	operators *operators
	// subscriptions is nil while nothing is heard.
	subscriptions *feed.SubscriptionServer
}

// New puts a service together without connecting to anything. A part that cannot work stops the process here: nothing
// starts half-configured.
func New(ctx context.Context, cfg Config, spec Spec, deps Deps) (*Base, error) {
	if deps.Clock == nil {
		deps.Clock = clock.System()
	}
	if deps.HTTP == nil {
		deps.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	b := &Base{Clock: deps.Clock, cfg: cfg, spec: spec}
	for _, step := range []struct {
		what string
		do   func(context.Context, Deps) error
	}{
		{"telemetry", b.openTelemetry},
		{"certificates", b.loadCredentials},
		{"database", b.openDatabase},
		{"tokens", b.loadTokenKeys},
		{"policies", b.loadPolicies},
		{"gRPC server", b.buildServer},
	} {
		if err := step.do(ctx, deps); err != nil {
			return nil, fmt.Errorf("set up %s: %s: %w", spec.Name, step.what, err)
		}
	}
	return b, nil
}

func (b *Base) openTelemetry(ctx context.Context, deps Deps) (err error) {
	b.Telemetry, err = telemetry.New(ctx, b.cfg.Telemetry, telemetry.Deps{Log: deps.Log, Client: deps.Spans})
	if err != nil {
		return err
	}
	b.Add(run.Part{Name: "telemetry", Stage: run.Telemetry, Stop: b.Telemetry.Shutdown})
	if b.cfg.Admin.Listen != "" {
		b.Add(adminPart(b.cfg.Admin.Listen, adminHandler(b.Telemetry.MetricsHandler, func() bool { return b.Server.Serving() })))
	}
	return nil
}

func (b *Base) loadCredentials(context.Context, Deps) (err error) {
	if b.cfg.TLS.DevCA == "" {
		b.Credentials, err = identity.Load(b.cfg.TLS.Files, b.Clock, b.Telemetry.Logger)
		return err
	}
	ca, err := identity.OpenDevCA(b.cfg.TLS.DevCA, b.Clock.Now())
	if err != nil {
		return err
	}
	b.Credentials, err = ca.Credentials(b.spec.Name, b.Clock.Now())
	return err
}

func (b *Base) openDatabase(ctx context.Context, _ Deps) (err error) {
	b.schemas = Schemas(b.spec)
	b.Pool, err = pg.Open(ctx, b.cfg.DB, pg.Deps{
		Tracer: b.Telemetry.TracerProvider, Meter: b.Telemetry.MeterProvider, Logger: b.Telemetry.Logger,
		OnConnect: feed.CheckEpoch,
	})
	if err != nil {
		return err
	}
	b.Wake = feed.NewWake(b.Pool, b.Telemetry.Logger)
	b.Add(
		run.Part{Name: "database", Stage: run.Pool, Start: b.migrate, Stop: func(context.Context) error { b.Pool.Close(); return nil }},
		run.Part{Name: "feed wake-up", Stage: run.Workers, Serve: b.Wake.Run},
	)
	return nil
}

// migrate runs before anything uses the pool, whose connections check the epoch in a table that it makes.
func (b *Base) migrate(ctx context.Context) error {
	return Migrate(ctx, b.cfg.DB.URL, b.Telemetry.Logger, b.schemas)
}

func (b *Base) loadTokenKeys(context.Context, Deps) error {
	keys, err := b.cfg.Tokens.decode()
	if err != nil {
		return err
	}
	if b.PageTokens, err = pagetoken.New(keys...); err != nil {
		return err
	}
	b.resume, err = pagetoken.NewResume(keys...)
	return err
}

func (b *Base) loadPolicies(context.Context, Deps) (err error) {
	if b.Authorizer, err = auth.NewAuthorizer(b.spec.Policies, b.spec.PolicySchema, b.Telemetry.Logger); err != nil {
		return err
	}
	b.operators, err = newOperators(b.spec.Name, b.cfg.Admins, b.Telemetry.Logger)
	return err
}

func (b *Base) buildServer(_ context.Context, deps Deps) error {
	catalog, err := fault.NewCatalog(feed.ErrorTexts(), b.spec.Texts)
	if err != nil {
		return err
	}
	tokens, err := auth.NewTokenVerifier(auth.TokenConfig{Issuers: []auth.Issuer{b.cfg.OIDC}}, b.Clock, deps.HTTP)
	if err != nil {
		return err
	}
	b.Server, err = rpc.NewServer(b.cfg.RPC, rpc.Deps{
		Credentials: b.Credentials,
		Authenticator: auth.NewAuthenticator(tokens, auth.Policy{
			Public: auth.PublicMethods, SpeaksForTools: b.spec.SpeaksForTools,
		}, b.Clock),
		Catalog:        catalog,
		Faults:         pg.Translate,
		TracerProvider: b.Telemetry.TracerProvider, MeterProvider: b.Telemetry.MeterProvider,
		Propagator: b.Telemetry.Propagator, Logger: b.Telemetry.Logger, Clock: b.Clock,
		Probes: []rpc.Probe{
			{Name: "database", Check: b.Pool.Ping},
			{Name: "schema", Check: func(ctx context.Context) error { return pg.SchemaCurrent(ctx, b.Pool, b.schemas...) }},
		},
	})
	if err != nil {
		return err
	}
	b.Add(b.Server.Parts()...)
	return nil
}

// ServeFeed serves the service's own events to those whom visibility lets see them.
func (b *Base) ServeFeed(visibility feed.Visibility, upcasters *feed.Upcasters) {
	server := feed.NewServer(feed.ServerConfig{
		Source: b.spec.Name, Reader: feed.NewReader(b.Pool), Wake: b.Wake, Visibility: visibility, Tokens: b.resume,
		Upcasters: upcasters, MaxStreams: b.cfg.Feed.MaxStreams,
	})
	eventv1.RegisterFeedServer(b.Server, server)
	b.Add(run.Part{Name: "feed", Stage: run.Servers, Stop: func(context.Context) error { server.Stop(); return nil }})
}

// DrawJourneys draws the journeys of the service's own events, where there is a collector to send them to.
func (b *Base) DrawJourneys(describe func(*eventv1.Record) (journey.Step, bool)) error {
	if !b.Telemetry.Exports() {
		return nil
	}
	var sender resourcepb.Resource
	for _, a := range b.Telemetry.Resource.Attributes() {
		sender.Attributes = append(sender.Attributes, journey.Attribute(string(a.Key), a.Value.String()))
	}
	return b.Hear(feed.SubscriberConfig{
		Name: "journeys", Source: feed.Local(b.spec.Name, feed.NewReader(b.Pool), b.Wake, feed.Unhurried()),
		Handler: &journey.Handler{Exporter: b.Telemetry, Resource: &sender, Describe: describe},
		Tracer:  noop.NewTracerProvider(), // that a journey was drawn is no part of the request
	})
}

// Hear adds a subscriber of a feed to the service: config without pool, clock and telemetry, which are the service's.
func (b *Base) Hear(config feed.SubscriberConfig) error {
	subscriber, err := b.NewSubscriber(config)
	if err != nil {
		return err
	}
	b.Add(run.Part{Name: config.Name + " of " + config.Source.Name(), Stage: run.Workers, Serve: subscriber.Run})
	return nil
}

// NewSubscriber makes the subscriber that Hear adds, for a caller who keeps it; run it as a part. What it puts aside can be seen
// and replayed through the service's own door.
func (b *Base) NewSubscriber(config feed.SubscriberConfig) (*feed.Subscriber, error) {
	config.Pool, config.Clock, config.Logger, config.Meter = b.Pool, b.Clock, b.Telemetry.Logger, b.Telemetry.MeterProvider
	if b.Telemetry.Exports() {
		config.Tracer = cmp.Or(config.Tracer, b.Telemetry.TracerProvider)
	}
	subscriber, err := feed.NewSubscriber(config)
	if err != nil {
		return nil, fmt.Errorf("set up %s: %w", b.spec.Name, err)
	}
	if b.subscriptions == nil {
		b.subscriptions = &feed.SubscriptionServer{
			Service: b.spec.Name, Pool: b.Pool, Clock: b.Clock, Logger: b.Telemetry.Logger, Operators: b.operators, Pages: b.PageTokens,
		}
		eventv1.RegisterSubscriptionServiceServer(b.Server, b.subscriptions)
	}
	b.subscriptions.Subscribers = append(b.subscriptions.Subscribers, subscriber)
	return subscriber, nil
}

// Dial connects to another service. Calls of the named idempotent services are repeated when it cannot be reached.
func (b *Base) Dial(service string, cfg dial.Config, idempotent ...string) (*grpc.ClientConn, error) {
	conn, err := dial.To(cfg, dial.Deps{
		Credentials:    b.Credentials.Client(service),
		TracerProvider: b.Telemetry.TracerProvider, MeterProvider: b.Telemetry.MeterProvider, Propagator: b.Telemetry.Propagator,
		Idempotent: idempotent,
	})
	if err != nil {
		return nil, fmt.Errorf("set up %s: %w", b.spec.Name, err)
	}
	b.Add(run.Part{
		Name: "connection to " + service, Stage: run.Pool, Stop: func(context.Context) error { return conn.Close() },
	})
	return conn, nil
}

// Jobs makes the River client that inserts and works the service's jobs, and prunes old request ids. periodic
// are the service's own jobs that the one client that leads inserts.
func (b *Base) Jobs(workers *river.Workers, periodic ...*river.PeriodicJob) (*jobs.Client, error) {
	river.AddWorker(workers, &pruneRequestsWorker{pool: b.Pool, clock: b.Clock})
	client, err := jobs.New(b.cfg.Jobs, jobs.Deps{
		Pool: b.Pool, Clock: b.Clock, Workers: workers, Periodic: append(periodic, prunePeriodically()),
		TracerProvider: b.Telemetry.TracerProvider, MeterProvider: b.Telemetry.MeterProvider, Logger: b.Telemetry.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("set up %s: %w", b.spec.Name, err)
	}
	b.Add(client.Part())
	return client, nil
}

// Add adds parts of the service's own: subscribers, listeners.
func (b *Base) Add(parts ...run.Part) { b.parts = append(b.parts, parts...) }

// Group is the whole service, ready to run.
func (b *Base) Group() *run.Group { return run.New(b.cfg.Run, b.Telemetry.Logger, b.parts...) }
