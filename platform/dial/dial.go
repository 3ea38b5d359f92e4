// Package dial makes the connections over which one process calls another. It is apart from the server, package rpc, because who
// only calls holds no rules of messages in memory.
package dial

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc/filters"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"

	"github.com/bavn/bavn/platform/auth"
)

// Deps are what a connection is built from.
type Deps struct {
	// Credentials say who is calling and whom the call is for: identity.Credentials.Client(service).
	Credentials    credentials.TransportCredentials
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
	Propagator     propagation.TextMapPropagator
	// Idempotent are the services ("package.Service") and methods ("package.Service/Method") whose calls may be repeated
	// when the server cannot be reached: reads, and writes with a request id.
	Idempotent []string
	// Dialer replaces the network in unit tests; nil for TCP.
	Dialer func(ctx context.Context, address string) (net.Conn, error)
}

// To makes a connection, which connects when the first call needs it. A call passes on the bearer token and the
// language of the call that ctx belongs to.
func To(cfg Config, deps Deps) (*grpc.ClientConn, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", cfg.Target, err)
	}
	if deps.Credentials == nil || deps.TracerProvider == nil || deps.MeterProvider == nil || deps.Propagator == nil {
		return nil, fmt.Errorf("connect to %s: %w", cfg.Target, errors.New("credentials or telemetry are missing"))
	}
	service, err := serviceConfig(deps.Idempotent)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", cfg.Target, err)
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(deps.Credentials),
		grpc.WithPerRPCCredentials(callersToken{}),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler(
			otelgrpc.WithTracerProvider(deps.TracerProvider),
			otelgrpc.WithMeterProvider(deps.MeterProvider),
			otelgrpc.WithPropagators(deps.Propagator),
			otelgrpc.WithFilter(filters.Not(filters.HealthCheck())),
		)),
		grpc.WithChainUnaryInterceptor(passLanguageUnary, clientDeadline(cfg.Timeout)),
		grpc.WithChainStreamInterceptor(passLanguageStream),
		grpc.WithDefaultServiceConfig(service),
		grpc.WithDisableServiceConfig(), // what DNS says must not change it
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(cfg.MaxMessageBytes)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: 20 * time.Second, Timeout: 5 * time.Second, PermitWithoutStream: true,
		}),
	}
	if deps.Dialer != nil {
		options = append(options, grpc.WithContextDialer(deps.Dialer))
	}
	conn, err := grpc.NewClient(cfg.Target, options...)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", cfg.Target, err)
	}
	return conn, nil
}

// serviceConfig spreads calls over all replicas and repeats idempotent ones when a server cannot be reached.
// https://github.com/grpc/grpc/blob/master/doc/service_config.md
func serviceConfig(idempotent []string) (string, error) {
	type name struct {
		Service string `json:"service"`
		Method  string `json:"method,omitempty"`
	}
	type retryPolicy struct {
		MaxAttempts          int      `json:"maxAttempts"`
		InitialBackoff       string   `json:"initialBackoff"`
		MaxBackoff           string   `json:"maxBackoff"`
		BackoffMultiplier    float64  `json:"backoffMultiplier"`
		RetryableStatusCodes []string `json:"retryableStatusCodes"`
	}
	type methodConfig struct {
		Name        []name      `json:"name"`
		RetryPolicy retryPolicy `json:"retryPolicy"`
	}
	names := make([]name, 0, len(idempotent))
	for _, full := range idempotent {
		service, method, _ := strings.Cut(strings.TrimPrefix(full, "/"), "/")
		names = append(names, name{Service: service, Method: method})
	}
	config := map[string]any{"loadBalancingConfig": []map[string]any{{"round_robin": map[string]any{}}}}
	if len(names) > 0 {
		config["methodConfig"] = []methodConfig{{Name: names, RetryPolicy: retryPolicy{
			MaxAttempts: 4, InitialBackoff: "0.05s", MaxBackoff: "1s", BackoffMultiplier: 2,
			RetryableStatusCodes: []string{"UNAVAILABLE"},
		}}}
	}
	raw, err := json.Marshal(config)
	if err != nil {
		return "", fmt.Errorf("write service config: %w", err)
	}
	return string(raw), nil
}

// callersToken passes the verified token of the call in ctx along, over TLS only.
type callersToken struct{}

func (callersToken) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	token := auth.Token(ctx)
	if token == "" {
		return nil, nil
	}
	return map[string]string{"authorization": "Bearer " + token}, nil
}

func (callersToken) RequireTransportSecurity() bool { return true }

// passLanguage lets the refusals of the called service speak the caller's language.
func passLanguage(ctx context.Context) context.Context {
	if outgoing, ok := metadata.FromOutgoingContext(ctx); ok && len(outgoing.Get("accept-language")) > 0 {
		return ctx
	}
	for _, header := range []string{"accept-language", "grpcgateway-accept-language"} {
		if values := metadata.ValueFromIncomingContext(ctx, header); len(values) > 0 {
			return metadata.AppendToOutgoingContext(ctx, "accept-language", values[0])
		}
	}
	return ctx
}

func passLanguageUnary(
	ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption,
) error {
	return invoke(passLanguage(ctx), method, req, reply, conn, opts...)
}

func passLanguageStream(
	ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption,
) (grpc.ClientStream, error) {
	return open(passLanguage(ctx), desc, conn, method, opts...)
}

func clientDeadline(limit time.Duration) grpc.UnaryClientInterceptor {
	return func(
		ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker,
		opts ...grpc.CallOption,
	) error {
		if _, ok := ctx.Deadline(); !ok {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, limit)
			defer cancel()
		}
		return invoke(ctx, method, req, reply, conn, opts...)
	}
}
