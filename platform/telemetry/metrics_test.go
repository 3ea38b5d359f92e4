package telemetry_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/bavn/bavn/platform/telemetry"
)

func otelAttributes(attributes ...attribute.KeyValue) metric.MeasurementOption {
	return metric.WithAttributes(attributes...)
}

// scrape asks for /metrics as Prometheus does.
func scrape(t *testing.T, tel *telemetry.Telemetry) string {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	request.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	response := httptest.NewRecorder()
	tel.MetricsHandler.ServeHTTP(response, request)
	if response.Code != http.StatusOK || !strings.HasPrefix(response.Header().Get("Content-Type"), "application/openmetrics-text") {
		t.Fatalf("scrape: %d %s\n%s", response.Code, response.Header().Get("Content-Type"), response.Body)
	}
	return response.Body.String()
}

func TestAMeasurementLeadsToItsTrace(t *testing.T) {
	t.Parallel()
	tel := start(t, telemetry.DefaultConfig("triage"), telemetry.Deps{})
	meter := tel.MeterProvider.Meter("test")
	histogram, err := meter.Float64Histogram("command.duration", metric.WithUnit("s"))
	if err != nil {
		t.Fatal(err)
	}
	counter, err := meter.Int64Counter("commands")
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := tel.TracerProvider.Tracer("test").Start(t.Context(), "hand over")
	histogram.Record(ctx, 0.003, otelAttributes(attribute.String("command", "hand_over")))
	counter.Add(ctx, 1)
	span.End()

	body := scrape(t, tel)
	exemplar := `.* # \{[^}]*trace_id="` + span.SpanContext().TraceID().String() + `"`
	for _, series := range []string{`command_duration_seconds_bucket\{command="hand_over",le="5.0"\} 1`, `commands_total 1.0`} {
		if !regexp.MustCompile(series + exemplar).MatchString(body) {
			t.Errorf("no exemplar of trace %s on %s in\n%s", span.SpanContext().TraceID(), series, body)
		}
	}
}

func TestTheRuntimeIsMeasuredToo(t *testing.T) {
	t.Parallel()
	body := scrape(t, start(t, telemetry.DefaultConfig("triage"), telemetry.Deps{}))
	for _, want := range []string{"go_goroutines", "process_resident_memory_bytes", `target_info{`, `service_name="triage"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing in\n%s", want, body)
		}
	}
}
