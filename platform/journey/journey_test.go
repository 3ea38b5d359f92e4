package journey_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/journey"
)

const (
	traceID  = "4bf92f3577b34da6a3ce929d0e0e4736"
	rootSpan = "00f067aa0ba902b7"
)

// exporter keeps the spans that it was sent.
type exporter struct {
	spans []*tracepb.Span
	down  bool
}

func (e *exporter) UploadSpans(_ context.Context, batches []*tracepb.ResourceSpans) error {
	if e.down {
		return errors.New("collector is away")
	}
	for _, batch := range batches {
		for _, scope := range batch.GetScopeSpans() {
			e.spans = append(e.spans, scope.GetSpans()...)
		}
	}
	return nil
}

func decode(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// life is two events of a ticket and one of something that has no journey.
func life(t *testing.T) []*feed.Event {
	t.Helper()
	j := &eventv1.Journey{TraceId: decode(t, traceID), RootSpanId: decode(t, rootSpan)}
	at := time.Date(2010, 3, 31, 14, 59, 42, 0, time.UTC)
	return []*feed.Event{
		{Record: &eventv1.Record{
			Resource: "desks/nsp/tickets/ASCP00000001", Revision: 1, Type: "ticket.opened", Journey: j,
			OccurredAt: timestamppb.New(at), Traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		}},
		{Record: &eventv1.Record{
			Resource: "desks/nsp/tickets/ASCP00000001", Revision: 2, Type: "ticket.taken", Journey: j,
			OccurredAt: timestamppb.New(at.Add(72 * time.Hour)), Traceparent: "not a traceparent",
		}},
		{Record: &eventv1.Record{Resource: "desks/nsp", Revision: 1, Type: "desk.created"}},
	}
}

func handler(e *exporter) *journey.Handler {
	return &journey.Handler{Exporter: e, Describe: func(r *eventv1.Record) (journey.Step, bool) {
		return journey.Step{
			Name: r.GetType(), Root: r.GetRevision() == 1, Title: "ticket",
			Attributes: map[string]string{"bavn.party": "sds", "bavn.group": ""},
		}, true
	}}
}

func TestEachStepIsOneShortSpanUnderTheTicketsRoot(t *testing.T) {
	t.Parallel()
	e := new(exporter)
	if err := handler(e).Handle(t.Context(), nil, life(t)); err != nil {
		t.Fatal(err)
	}
	if len(e.spans) != 3 {
		t.Fatalf("%d spans, want the root and two steps", len(e.spans))
	}
	root, opened, taken := e.spans[0], e.spans[1], e.spans[2]
	if hex.EncodeToString(root.GetSpanId()) != rootSpan || len(root.GetParentSpanId()) != 0 {
		t.Errorf("the root is %x with parent %x", root.GetSpanId(), root.GetParentSpanId())
	}
	for _, step := range []*tracepb.Span{opened, taken} {
		if !bytes.Equal(step.GetParentSpanId(), root.GetSpanId()) || hex.EncodeToString(step.GetTraceId()) != traceID {
			t.Errorf("%s is not below the root of its trace", step.GetName())
		}
	}
	if days := time.Duration(taken.GetStartTimeUnixNano() - opened.GetStartTimeUnixNano()); days != 72*time.Hour {
		t.Errorf("the steps are %v apart, want the three days that they were", days)
	}
	if len(opened.GetLinks()) != 1 || hex.EncodeToString(opened.GetLinks()[0].GetTraceId()) != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("the first step links to %v, want to its request", opened.GetLinks())
	}
	if len(taken.GetLinks()) != 0 {
		t.Errorf("a traceparent that is none is linked: %v", taken.GetLinks())
	}
	if len(opened.GetAttributes()) != 1 {
		t.Errorf("attributes %v, want the party alone: empty ones say nothing", opened.GetAttributes())
	}
}

func TestAfterACrashTheSameSpansAreSentAgain(t *testing.T) {
	t.Parallel()
	first, again := new(exporter), new(exporter)
	for _, e := range []*exporter{first, again} {
		if err := handler(e).Handle(t.Context(), nil, life(t)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range first.spans {
		if !bytes.Equal(first.spans[i].GetSpanId(), again.spans[i].GetSpanId()) {
			t.Errorf("span %d has another id the second time: it would be doubled", i)
		}
	}
	if bytes.Equal(first.spans[1].GetSpanId(), first.spans[2].GetSpanId()) {
		t.Error("two steps share a span id")
	}
}

func TestACollectorThatIsAwayDelaysTheJourneyAndParksNothing(t *testing.T) {
	t.Parallel()
	err := handler(&exporter{down: true}).Handle(t.Context(), nil, life(t))
	if err == nil || !feed.IsLater(err) {
		t.Errorf("with the collector away the handler says %v, want later", err)
	}
}
