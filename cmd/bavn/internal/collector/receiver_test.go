package collector_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/bavn/bavn/cmd/bavn/internal/collector"
)

// serve runs the collector on loopback and returns its OTLP address and a client of its HTTP side.
func serve(t *testing.T, store *collector.Store) (string, collector.Client) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := collector.NewServer(store)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	web := httptest.NewServer(store.Handler())
	t.Cleanup(func() {
		server.Stop()
		web.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String(), collector.Client{BaseURL: web.URL, HTTP: web.Client()}
}

func TestWhatTheOpenTelemetrySDKExportsIsOneTraceForBavnTrace(t *testing.T) {
	t.Parallel()
	address, client := serve(t, open(t))
	exporter, err := otlptracegrpc.New(t.Context(), otlptracegrpc.WithEndpoint(address), otlptracegrpc.WithInsecure(),
		otlptracegrpc.WithCompressor("gzip"))
	if err != nil {
		t.Fatal(err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter))
	ctx, parent := provider.Tracer("test").Start(t.Context(), "parent")
	_, child := provider.Tracer("test").Start(ctx, "child")
	child.End()
	parent.End()
	if err := provider.Shutdown(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}

	data, err := client.Trace(t.Context(), parent.SpanContext().TraceID())
	if err != nil {
		t.Fatal(err)
	}
	if got := names(data); !strings.Contains(got, "/parent ") || !strings.HasSuffix(got, "/child") {
		t.Errorf("the trace holds %q, want parent and child", got)
	}
}

func TestATraceIsServedAsOTLPJSON(t *testing.T) {
	t.Parallel()
	store := open(t)
	_, client := serve(t, store)
	add(t, store, from("triage", span(id(1), 1, "open")))
	response, err := client.HTTP.Get(client.BaseURL + "/traces/" + id(1).String())
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	var document struct {
		ResourceSpans []struct {
			ScopeSpans []struct {
				Spans []struct{ TraceID, SpanID, Name string }
			}
		}
	}
	if err := json.Unmarshal(body, &document); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	got := document.ResourceSpans[0].ScopeSpans[0].Spans[0]
	if got.TraceID != id(1).String() || got.SpanID != "0000000000000001" || got.Name != "open" {
		t.Errorf("the span is %+v, want its ids in hex; whole: %s", got, body)
	}
}

func TestAnUnknownTraceAndAnIDThatIsNoneAreToldApart(t *testing.T) {
	t.Parallel()
	_, client := serve(t, open(t))
	if _, err := client.Trace(t.Context(), id(1)); !errors.Is(err, collector.ErrUnknownTrace) {
		t.Errorf("an unknown trace: %v", err)
	}
	for path, status := range map[string]int{
		"/traces/" + id(1).String():            http.StatusNotFound,
		"/traces/xyz":                          http.StatusBadRequest,
		"/traces/" + strings.Repeat("0", 32):   http.StatusBadRequest,
		"/traces/" + id(1).String() + "/spans": http.StatusNotFound,
	} {
		response, err := client.HTTP.Get(client.BaseURL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != status {
			t.Errorf("%s answers %s, want %d", path, response.Status, status)
		}
	}
}

func TestRejectedSpansAreAPartialSuccess(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, open(t))
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	response, err := collectorpb.NewTraceServiceClient(connection).Export(t.Context(),
		&collectorpb.ExportTraceServiceRequest{ResourceSpans: from("triage", span(id(1), 1, "good"), span(id(1), 0, "bad"))})
	if err != nil || response.GetPartialSuccess().GetRejectedSpans() != 1 || response.GetPartialSuccess().GetErrorMessage() == "" {
		t.Errorf("%v, %v; want one rejected span and why", response, err)
	}
}
