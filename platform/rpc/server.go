// Package rpc builds the gRPC servers and clients of every service, all alike: mutual TLS, telemetry, one checked order of
// interceptors, limits, health that keeps looking, reflection, bounded shutdown.
package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc/filters"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/run"
)

// Deps are what a server is built from. All fields are needed but Authorize, Faults and Probes.
type Deps struct {
	Credentials    *identity.Credentials
	Authenticator  *auth.Authenticator
	Catalog        *fault.Catalog
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
	Propagator     propagation.TextMapPropagator
	Logger         *slog.Logger
	Clock          clock.Clock
	// Authorize is asked for every message of every call before its rules are checked; nil leaves authorization to the
	// handlers, which know the resource.
	Authorize Authorize
	// Faults turns an error of what the handlers stand on, such as the database, into a fault, and passes every other error as it
	// is. A handler need not do so itself: one that forgot would answer INTERNAL where a caller had better try again. May be nil.
	Faults func(error) error
	// Probes decide whether the service is SERVING.
	Probes []Probe
}

func (d Deps) validate() error {
	var errs []error
	for name, missing := range map[string]bool{
		"Credentials": d.Credentials == nil, "Authenticator": d.Authenticator == nil, "Catalog": d.Catalog == nil,
		"TracerProvider": d.TracerProvider == nil, "MeterProvider": d.MeterProvider == nil,
		"Propagator": d.Propagator == nil, "Logger": d.Logger == nil, "Clock": d.Clock == nil,
	} {
		if missing {
			errs = append(errs, errors.New(name+" is missing"))
		}
	}
	return errors.Join(errs...)
}

// Server is a gRPC server of one service. Register its services before it listens.
type Server struct {
	cfg      ServerConfig
	grpc     *grpc.Server
	health   *health
	logger   *slog.Logger
	listener net.Listener
	// endStreams ends the contexts of all streams, which would otherwise use up the whole shutdown time.
	endStreams context.CancelFunc
}

// streamWorkers are goroutines that serve one call after the other, so that a call finds a stack that has already grown: growing
// one anew for each is 4 % of a busy service's processor time. Calls beyond them, and streams that stay, get their own.
const streamWorkers = 64

// cutOff is how long a handler whose context has ended may still take.
const cutOff = time.Second

var _ grpc.ServiceRegistrar = (*Server)(nil)

// NewServer builds a server that is complete but for the services, which the caller registers.
func NewServer(cfg ServerConfig, deps Deps) (*Server, error) {
	if err := errors.Join(cfg.Validate(), deps.validate()); err != nil {
		return nil, fmt.Errorf("build gRPC server: %w", err)
	}
	if errValidator != nil {
		return nil, fmt.Errorf("build gRPC server: make validator: %w", errValidator)
	}
	serving, endStreams := context.WithCancel(context.Background())
	chain := interceptors(serving, cfg, deps, validator)
	if err := checkOrder(chain); err != nil {
		endStreams()
		return nil, fmt.Errorf("build gRPC server: %w", err)
	}
	s := &Server{cfg: cfg, logger: deps.Logger, health: newHealth(cfg, deps.Probes, deps.Logger), endStreams: endStreams}
	s.grpc = grpc.NewServer(
		grpc.Creds(credentials.NewTLS(deps.Credentials.ServerTLS())),
		grpc.StatsHandler(otelgrpc.NewServerHandler(
			otelgrpc.WithTracerProvider(deps.TracerProvider),
			otelgrpc.WithMeterProvider(deps.MeterProvider),
			otelgrpc.WithPropagators(deps.Propagator),
			otelgrpc.WithFilter(filters.Not(filters.HealthCheck())),
		)),
		grpc.ChainUnaryInterceptor(unaries(chain)...),
		grpc.ChainStreamInterceptor(streams(chain)...),
		grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error {
			return fault.New(codes.Unimplemented, fault.Unimplemented)
		}),
		grpc.ForceServerCodecV2(strictCodec(cfg.MaxMessageBytes)),
		// gRPC itself refuses only what is far too large, and without a reason; what is too large is refused by the codec.
		grpc.MaxRecvMsgSize(4*cfg.MaxMessageBytes),
		grpc.MaxConcurrentStreams(cfg.MaxStreams),
		grpc.MaxHeaderListSize(64<<10),
		grpc.ConnectionTimeout(10*time.Second),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			Time: 30 * time.Second, Timeout: 10 * time.Second,
			// Clients behind one address find new replicas only when they connect anew.
			MaxConnectionAge: 30 * time.Minute, MaxConnectionAgeGrace: time.Minute,
		}),
		grpc.NumStreamWorkers(streamWorkers),
		grpc.WaitForHandlers(true), // Stop returns when no handler uses the database any more
	)
	s.health.register(s.grpc)
	if cfg.Reflection {
		reflection.RegisterV1(s.grpc)
	}
	return s, nil
}

// RegisterService adds a service, as the generated Register functions do.
func (s *Server) RegisterService(desc *grpc.ServiceDesc, impl any) {
	s.grpc.RegisterService(desc, impl)
	s.health.add(desc.ServiceName)
}

// Methods returns the full names of all registered RPCs, for the check that each has a policy.
func (s *Server) Methods() []string {
	var methods []string
	for service, info := range s.grpc.GetServiceInfo() {
		for _, m := range info.Methods {
			methods = append(methods, "/"+service+"/"+m.Name)
		}
	}
	return methods
}

// Listen takes the port. Serve then answers calls; they are refused by health until the probes have passed once.
func (s *Server) Listen(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.cfg.Listen, err)
	}
	s.listener = listener
	return nil
}

// ListenOn uses a listener of the caller's, as a unit test does with bufconn.
func (s *Server) ListenOn(listener net.Listener) { s.listener = listener }

// Addr is where the server listens, as host:port; empty before Listen.
func (s *Server) Addr() string {
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Serving is what the health service says of the whole server, for those who cannot ask over mutual TLS, such as a kubelet.
func (s *Server) Serving() bool { return s.health.serving() }

// Serve answers calls until Stop.
func (s *Server) Serve(context.Context) error {
	if err := s.grpc.Serve(s.listener); err != nil {
		return fmt.Errorf("serve gRPC: %w", err)
	}
	return nil
}

// Stop tells streams to end, lets running calls finish for at most the configured time, or until ctx ends, and then cuts
// them off. A handler that does not heed its context even then is left behind and is the error.
func (s *Server) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.StopTimeout)
	defer cancel()
	s.endStreams()
	finished := make(chan struct{})
	go func() {
		s.grpc.GracefulStop()
		close(finished)
	}()
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
	}
	s.logger.Warn("calls are still running at the end of the shutdown time and are cut off")
	go s.grpc.Stop() // ends their contexts, and waits for their handlers
	select {
	case <-finished:
		return nil
	case <-time.After(cutOff):
		return errors.New("stop gRPC: a handler does not heed its context")
	}
}

// Parts are the server and its health for run.Group: health says NOT_SERVING before the server stops.
func (s *Server) Parts() []run.Part {
	return []run.Part{
		{Name: "grpc", Stage: run.Servers, Start: s.Listen, Serve: s.Serve, Stop: s.Stop, Timeout: s.cfg.StopTimeout + 2*cutOff},
		{Name: "grpc health", Stage: run.Health, Start: s.health.check, Serve: s.health.watch, Stop: s.health.stop},
	}
}
