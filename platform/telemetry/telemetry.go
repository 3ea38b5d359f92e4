// Package telemetry gives a service its traces, metrics and logs.
//
// Nothing here is global: `bavn dev` runs five services in one process, and each keeps a tracer provider, a registry and a
// logger of its own, handed to whatever needs them. Spans leave by OTLP over gRPC, metrics are scraped from MetricsHandler with
// exemplars that lead to a trace, logs are JSON lines with trace_id and span_id. Personal data is in none of the three.
package telemetry

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc/credentials"

	"github.com/bavn/bavn/platform/config"
)

// The log formats.
const (
	LogJSON = "json" // one object per line, for machines
	LogText = "text" // key=value, for a person at a terminal
)

// Config is nested in each process's configuration under the key telemetry. Service, Version and Instance are the process's
// own knowledge, not a setting.
type Config struct {
	Service  string `koanf:"-"` // triage
	Version  string `koanf:"-"` // of the build; what Go wrote into the binary if empty
	Instance string `koanf:"-"` // this replica; a random UUID if empty

	OTLPEndpoint   string        `koanf:"otlp_endpoint" usage:"host:port of an OTLP/gRPC collector; empty exports nothing"`
	OTLPInsecure   bool          `koanf:"otlp_insecure" usage:"talk to the collector without TLS"`
	SampleRatio    float64       `koanf:"sample_ratio" usage:"share of request traces kept, 0 to 1; journeys are always kept"`
	ExportInterval time.Duration `koanf:"export_interval" usage:"longest time a finished span waits to be sent"`
	LogLevel       slog.Level    `koanf:"log_level" usage:"debug, info, warn or error"`
	LogFormat      string        `koanf:"log_format" usage:"json or text"`
}

// DefaultConfig is what a process starts from.
func DefaultConfig(service string) Config {
	return Config{Service: service, SampleRatio: 1, ExportInterval: time.Second, LogFormat: LogJSON}
}

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	var errs []error
	if c.SampleRatio < 0 || c.SampleRatio > 1 {
		errs = append(errs, config.Invalid("sample_ratio", "must be between 0 and 1, is %v", c.SampleRatio))
	}
	if c.ExportInterval <= 0 {
		errs = append(errs, config.Invalid("export_interval", "must be more than 0, is %v", c.ExportInterval))
	}
	if !slices.Contains([]string{LogJSON, LogText}, c.LogFormat) {
		errs = append(errs, config.Invalid("log_format", "must be json or text, is %q", c.LogFormat))
	}
	return errors.Join(errs...)
}

// Deps is what the process may replace.
type Deps struct {
	TLS    *tls.Config      // for the collector; the system's roots if nil
	Log    io.Writer        // standard error if nil
	Client otlptrace.Client // takes the finished spans instead of OTLPEndpoint: a test, or `bavn dev`'s own collector
}

// Telemetry is one service's. All fields are set by New.
type Telemetry struct {
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
	Propagator     propagation.TextMapPropagator // W3C Trace Context
	Logger         *slog.Logger
	Registry       *prometheus.Registry // for collectors that speak Prometheus themselves
	MetricsHandler http.Handler         // /metrics
	Resource       *resource.Resource   // who sends: for spans that are made by hand, such as a journey's

	export   otlptrace.Client // nil without a collector
	shutdown []func(context.Context) error
}

// New connects nothing and waits for nothing: a collector that is down costs spans, never a start.
func New(ctx context.Context, cfg Config, deps Deps) (*Telemetry, error) {
	if deps.Log == nil {
		deps.Log = os.Stderr
	}
	if cfg.Version == "" {
		cfg.Version = buildVersion()
	}
	if cfg.Instance == "" {
		cfg.Instance = uuid.NewString()
	}
	sender, err := resource.New(ctx, resource.WithFromEnv(), resource.WithTelemetrySDK(), resource.WithAttributes(
		semconv.ServiceName(cfg.Service), semconv.ServiceNamespace("bavn"),
		semconv.ServiceVersion(cfg.Version), semconv.ServiceInstanceID(cfg.Instance),
	))
	if err != nil {
		return nil, fmt.Errorf("describe %s for telemetry: %w", cfg.Service, err)
	}
	t := &Telemetry{Propagator: propagation.TraceContext{}, Resource: sender, Logger: newLogger(cfg, deps.Log)}
	if err := t.startMetrics(); err != nil {
		return nil, fmt.Errorf("start metrics: %w", err)
	}
	if err := t.startTraces(ctx, cfg, deps); err != nil {
		return nil, fmt.Errorf("start traces: %w", err)
	}
	return t, nil
}

// buildVersion is the module's version, or for a build from a checkout the commit.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return info.Main.Version
}

func (t *Telemetry) startTraces(ctx context.Context, cfg Config, deps Deps) error {
	options := []sdktrace.TracerProviderOption{
		sdktrace.WithResource(t.Resource),
		// The caller decides for the whole trace; the ratio counts only where a trace begins.
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(cfg.SampleRatio))),
	}
	if client := otlpClient(cfg, deps); client != nil {
		failures := prometheus.NewCounter(prometheus.CounterOpts{
			Name: "bavn_span_export_failures_total", Help: "Batches of spans that the collector did not take.",
		})
		if err := t.Registry.Register(failures); err != nil {
			return err
		}
		t.export = guardedClient{client}
		exporter, err := otlptrace.New(ctx, t.export)
		if err != nil {
			return err
		}
		options = append(options, sdktrace.WithBatcher(reportingExporter{exporter, t.Logger, failures},
			sdktrace.WithBatchTimeout(cfg.ExportInterval)))
	}
	provider := sdktrace.NewTracerProvider(options...)
	t.TracerProvider = provider
	t.shutdown = append(t.shutdown, provider.Shutdown)
	return nil
}

// otlpClient returns nil when spans have nowhere to go. They are still made: logs and exemplars name them.
func otlpClient(cfg Config, deps Deps) otlptrace.Client {
	switch {
	case deps.Client != nil:
		return deps.Client
	case cfg.OTLPEndpoint == "":
		return nil
	case cfg.OTLPInsecure:
		return otlptracegrpc.NewClient(otlptracegrpc.WithEndpoint(cfg.OTLPEndpoint), otlptracegrpc.WithInsecure())
	}
	return otlptracegrpc.NewClient(otlptracegrpc.WithEndpoint(cfg.OTLPEndpoint),
		otlptracegrpc.WithTLSCredentials(credentials.NewTLS(deps.TLS)))
}

// UploadSpans sends finished spans with ids and times of the caller's choice, past the sampler: a ticket's journey is always
// kept. It returns after the collector took them, so a caller that remembers its position loses none; without a collector it
// does nothing. An error means that some or all may be missing: send them again, a span id that arrives twice is one span.
func (t *Telemetry) UploadSpans(ctx context.Context, spans []*tracev1.ResourceSpans) error {
	if t.export == nil || len(spans) == 0 {
		return nil
	}
	return t.export.UploadTraces(ctx, spans)
}

// Exports reports whether there is a collector.
func (t *Telemetry) Exports() bool { return t.export != nil }

// Shutdown sends what is left and is called last, so that the shutdown itself can be seen.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	var errs []error
	for _, stop := range slices.Backward(t.shutdown) {
		errs = append(errs, stop(ctx))
	}
	return errors.Join(errs...)
}
