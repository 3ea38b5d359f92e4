package telemetry_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	collectorv1 "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"

	"github.com/bavn/bavn/platform/telemetry"
)

// collector keeps what reaches it, as a client of the exporter or as an OTLP server.
type collector struct {
	collectorv1.UnimplementedTraceServiceServer
	mu      sync.Mutex
	batches []*tracev1.ResourceSpans
	refuse  error
}

func (c *collector) Start(context.Context) error { return nil }
func (c *collector) Stop(context.Context) error  { return nil }

func (c *collector) UploadTraces(_ context.Context, batches []*tracev1.ResourceSpans) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.batches = append(c.batches, batches...)
	return c.refuse
}

func (c *collector) Export(ctx context.Context, r *collectorv1.ExportTraceServiceRequest) (
	*collectorv1.ExportTraceServiceResponse, error,
) {
	return &collectorv1.ExportTraceServiceResponse{}, c.UploadTraces(ctx, r.ResourceSpans)
}

func (c *collector) spans() []*tracev1.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	var spans []*tracev1.Span
	for _, batch := range c.batches {
		for _, scope := range batch.ScopeSpans {
			spans = append(spans, scope.Spans...)
		}
	}
	return spans
}

// log is a place for log lines that may be written and read at once.
type log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func start(t *testing.T, cfg telemetry.Config, deps telemetry.Deps) *telemetry.Telemetry {
	t.Helper()
	if deps.Log == nil {
		deps.Log = &log{}
	}
	tel, err := telemetry.New(t.Context(), cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tel.Shutdown(context.WithoutCancel(t.Context())) })
	return tel
}

func TestShutdownSendsWhatIsLeft(t *testing.T) {
	t.Parallel()
	sink := &collector{}
	tel := start(t, telemetry.DefaultConfig("triage"), telemetry.Deps{Client: sink})
	_, span := tel.TracerProvider.Tracer("test").Start(t.Context(), "drain")
	span.End()
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if spans := sink.spans(); len(spans) != 1 || spans[0].Name != "drain" {
		t.Errorf("the collector has %v, want the span of the drain", spans)
	}
}

func TestTheCallerDecidesWhetherATraceIsKept(t *testing.T) {
	t.Parallel()
	const caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-"
	tests := map[string]struct {
		ratio       float64
		traceparent string
		want        bool
	}{
		"caller keeps, own ratio 0":  {0, caller + "01", true},
		"caller drops, own ratio 1":  {1, caller + "00", false},
		"trace begins here, ratio 1": {1, "", true},
		"trace begins here, ratio 0": {0, "", false},
		"caller sends nonsense":      {1, "00-zzz", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := telemetry.DefaultConfig("triage")
			cfg.SampleRatio = tt.ratio
			tel := start(t, cfg, telemetry.Deps{})
			ctx := telemetry.ContextWithTraceparent(t.Context(), tt.traceparent)
			_, span := tel.TracerProvider.Tracer("test").Start(ctx, "step")
			defer span.End()
			if got := span.SpanContext().IsSampled(); got != tt.want {
				t.Errorf("sampled is %v, want %v", got, tt.want)
			}
		})
	}
}

func TestATraceparentLeadsFromOneContextToTheNext(t *testing.T) {
	t.Parallel()
	tel := start(t, telemetry.DefaultConfig("triage"), telemetry.Deps{})
	ctx, span := tel.TracerProvider.Tracer("test").Start(t.Context(), "request")
	defer span.End()

	later := trace.SpanContextFromContext(telemetry.ContextWithTraceparent(t.Context(), telemetry.Traceparent(ctx)))
	if later.TraceID() != span.SpanContext().TraceID() || later.SpanID() != span.SpanContext().SpanID() || !later.IsRemote() {
		t.Errorf("got %v, want the remote parent %v", later, span.SpanContext())
	}
	if got := telemetry.Traceparent(t.Context()); got != "" {
		t.Errorf("without a span there is no traceparent, got %q", got)
	}
}

func TestAJourneySpanIsKeptWithItsOwnIdsWhateverTheRatio(t *testing.T) {
	t.Parallel()
	sink := &collector{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	collectorv1.RegisterTraceServiceServer(server, sink)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)

	cfg := telemetry.DefaultConfig("triage")
	cfg.OTLPEndpoint, cfg.OTLPInsecure, cfg.SampleRatio = listener.Addr().String(), true, 0
	tel := start(t, cfg, telemetry.Deps{})
	journey := &tracev1.Span{TraceId: bytes.Repeat([]byte{1}, 16), SpanId: bytes.Repeat([]byte{2}, 8), Name: "ticket.hand_over"}
	scope := &tracev1.ScopeSpans{Spans: []*tracev1.Span{journey}}
	if err := tel.UploadSpans(t.Context(), []*tracev1.ResourceSpans{{ScopeSpans: []*tracev1.ScopeSpans{scope}}}); err != nil {
		t.Fatal(err)
	}
	if spans := sink.spans(); len(spans) != 1 || !bytes.Equal(spans[0].SpanId, journey.SpanId) {
		t.Errorf("the collector has %v, want the journey span as it was made", spans)
	}
}

func TestWithoutACollectorUploadSpansDoesNothing(t *testing.T) {
	t.Parallel()
	tel := start(t, telemetry.DefaultConfig("triage"), telemetry.Deps{})
	if err := tel.UploadSpans(t.Context(), []*tracev1.ResourceSpans{{}}); err != nil {
		t.Error(err)
	}
}

func TestACollectorThatRefusesIsLoggedAndCounted(t *testing.T) {
	t.Parallel()
	lines := &log{}
	tel := start(t, telemetry.DefaultConfig("triage"), telemetry.Deps{
		Log: lines, Client: &collector{refuse: errors.New("collector is full")},
	})
	_, span := tel.TracerProvider.Tracer("test").Start(t.Context(), "step")
	span.End()
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if metrics := scrape(t, tel); !strings.Contains(lines.String(), "collector is full") ||
		!strings.Contains(metrics, "bavn_span_export_failures_total 1") {
		t.Errorf("neither silent nor fatal, got log %s", lines)
	}
}

func TestACollectorThatIsDownHoldsNoStartBack(t *testing.T) {
	t.Parallel()
	for name, insecure := range map[string]bool{"TLS": false, "insecure": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := telemetry.DefaultConfig("triage")
			cfg.OTLPEndpoint, cfg.OTLPInsecure = "127.0.0.1:1", insecure
			start(t, cfg, telemetry.Deps{TLS: &tls.Config{MinVersion: tls.VersionTLS13}})
		})
	}
}

func TestTwoServicesInOneProcessShareNothing(t *testing.T) {
	t.Parallel()
	one := start(t, telemetry.DefaultConfig("triage"), telemetry.Deps{})
	other := start(t, telemetry.DefaultConfig("notify"), telemetry.Deps{})
	counter, err := one.MeterProvider.Meter("test").Int64Counter("tickets")
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(t.Context(), 1)
	if !strings.Contains(scrape(t, one), "tickets_total 1") || strings.Contains(scrape(t, other), "tickets") {
		t.Error("a measurement belongs to one service only")
	}
}

func TestConfigNamesWhatCannotWork(t *testing.T) {
	t.Parallel()
	cfg := telemetry.DefaultConfig("triage")
	if err := cfg.Validate(); err != nil {
		t.Fatalf("the defaults must be valid: %v", err)
	}
	cfg.SampleRatio, cfg.LogFormat, cfg.ExportInterval = 1.5, "xml", 0
	err := cfg.Validate()
	for _, key := range []string{"sample_ratio", "log_format", "export_interval"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s must be named in %v", key, err)
		}
	}
}

func TestPersonalDataIsInNoneOfTheThree(t *testing.T) {
	t.Parallel()
	const person, mail = "Anna Andersen", "anna@example.dk"
	lines, sink := &log{}, &collector{}
	tel := start(t, telemetry.DefaultConfig("notify"), telemetry.Deps{Log: lines, Client: sink})

	type contact struct{ Surname string }
	tel.Logger.With("reporter_name", person).WithGroup("user").Info("sent to "+mail,
		"phone", person, "error", errors.New("550 <"+mail+"> unknown"), "contact", contact{person}, "to", []string{mail},
		slog.Group("person", "name", person), slog.Group("email", "of", person))

	meter := tel.MeterProvider.Meter("test")
	histogram, err := meter.Float64Histogram("delivery")
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := tel.TracerProvider.Tracer("test").Start(t.Context(), "send to "+mail)
	histogram.Record(ctx, 1)
	gauge, err := meter.Int64Gauge("last")
	if err != nil {
		t.Fatal(err)
	}
	gauge.Record(ctx, 1, otelAttributes(attribute.String("user.email", person)))
	span.SetAttributes(attribute.String("user.email", person), attribute.StringSlice("to", []string{mail}),
		attribute.String("bavn.party", "netic"))
	span.RecordError(errors.New("550 <" + mail + "> unknown"))
	span.AddEvent("bounced", trace.WithAttributes(attribute.String("name", person)))
	span.AddLink(trace.Link{SpanContext: span.SpanContext(), Attributes: []attribute.KeyValue{attribute.String("token", person)}})
	span.End()
	metrics := scrape(t, tel)
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}

	var spans strings.Builder
	for _, s := range sink.spans() {
		spans.WriteString(s.String())
	}
	for what, text := range map[string]string{"logs": lines.String(), "metrics": metrics, "spans": spans.String()} {
		if strings.Contains(text, person) || strings.Contains(text, mail) {
			t.Errorf("personal data in %s:\n%s", what, text)
		}
	}
	if !strings.Contains(spans.String(), "netic") || !strings.Contains(metrics, "delivery_count") ||
		!strings.Contains(lines.String(), "telemetry_test.contact") {
		t.Errorf("what is not personal must stay:\n%s\n%s", spans.String(), lines)
	}
	if !strings.Contains(lines.String(), "series withheld") {
		t.Error("a withheld series must be said in the log")
	}
}
