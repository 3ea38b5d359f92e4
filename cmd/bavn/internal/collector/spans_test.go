package collector_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/bavn/bavn/cmd/bavn/internal/collector"
	"github.com/bavn/bavn/platform/clock"
)

var morning = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

func open(t *testing.T, adjust ...func(*collector.Config)) *collector.Store {
	t.Helper()
	config := collector.Config{Clock: clock.NewManual(morning)}
	for _, f := range adjust {
		f(&config)
	}
	store, err := collector.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func inFile(t *testing.T) (string, func(*collector.Config)) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dev", "traces.otlp")
	return file, func(c *collector.Config) { c.File = file }
}

// id makes a trace id that is easy to tell from others in a failure.
func id(n byte) trace.TraceID { return trace.TraceID{0: 0xaa, 15: n} }

// span makes the n-th span of a trace; it starts n seconds after the epoch.
func span(of trace.TraceID, n byte, name string, links ...trace.TraceID) *tracepb.Span {
	made := &tracepb.Span{
		TraceId: of[:], SpanId: []byte{7: n}, Name: name,
		StartTimeUnixNano: uint64(n) * 1e9, EndTimeUnixNano: uint64(n)*1e9 + 1,
	}
	for _, other := range links {
		made.Links = append(made.Links, &tracepb.Span_Link{TraceId: other[:], SpanId: []byte{7: 1}})
	}
	return made
}

func from(service string, spans ...*tracepb.Span) []*tracepb.ResourceSpans {
	name := &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: service}}
	return []*tracepb.ResourceSpans{{
		Resource: &resourcepb.Resource{Attributes: []*commonpb.KeyValue{{Key: "service.name", Value: name}}},
		ScopeSpans: []*tracepb.ScopeSpans{{
			Scope: &commonpb.InstrumentationScope{Name: "scope of " + service}, Spans: spans,
		}},
	}}
}

func add(t *testing.T, store *collector.Store, batch []*tracepb.ResourceSpans) {
	t.Helper()
	if rejected, reason, err := store.Add(batch); rejected != 0 || err != nil {
		t.Fatalf("%d spans rejected: %s, %v", rejected, reason, err)
	}
}

// names lists "service/span" in the order in which the store gives them back.
func names(data *tracepb.TracesData) string {
	var found []string
	for _, resource := range data.GetResourceSpans() {
		service := resource.GetResource().GetAttributes()[0].GetValue().GetStringValue()
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				found = append(found, service+"/"+span.GetName())
			}
		}
	}
	return strings.Join(found, " ")
}

func want(t *testing.T, store *collector.Store, of trace.TraceID, spans string) {
	t.Helper()
	if got := names(store.Trace(of)); got != spans {
		t.Errorf("trace %s holds %q, want %q", of, got, spans)
	}
}
