package feed_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/feed"
)

const (
	requestTrace = "0af7651916cd43dd8448eb211c80319c"
	requestSpan  = "b7ad6b7169203331"
	kept         = "00-" + requestTrace + "-" + requestSpan + "-01"
	notKept      = "00-" + requestTrace + "-" + requestSpan + "-00"
)

// caused writes one event that a request with this traceparent caused.
func (s *served) caused(t *testing.T, resource, traceparent string) {
	t.Helper()
	d := draft(resource)
	d.Traceparent = traceparent
	mustWrite(t, s.pool, resource, d)
	s.wake.Committed()
}

// traced is a subscriber whose spans are kept, as time after the events were recorded.
func (s *served) traced(t *testing.T, handle feed.HandlerFunc, after time.Duration) (*feed.Subscriber, *tracetest.SpanRecorder) {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	return s.subscriber(t, newPool(t), handle, func(c *feed.SubscriberConfig) {
		c.Tracer, c.Clock = provider, clock.NewManual(noon.Add(after))
	}), spans
}

func TestWhatASubscriberMakesOfAnEventIsDrawnUnderTheRequestThatCausedIt(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t))
	under := map[string]string{}
	subscriber, spans := s.traced(t, func(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
		for _, e := range batch {
			under[e.Ref()] = e.Traceparent()
		}
		return effect(ctx, tx, batch)
	}, time.Second)
	s.caused(t, ticket(1), kept)
	s.caused(t, ticket(2), notKept)
	s.caused(t, ticket(3), "")
	s.caused(t, ticket(4), "00-"+strings.Repeat("0", 32)+"-"+requestSpan+"-01") // no trace has this id
	background(t, subscriber.Run)
	reached(t, s, subscriber)
	drawn := spans.Ended()
	if len(drawn) != 1 {
		t.Fatalf("%d spans are drawn, want one for the event whose request is kept and none for the other three", len(drawn))
	}
	span := drawn[0]
	if span.Parent().TraceID().String() != requestTrace || span.Parent().SpanID().String() != requestSpan {
		t.Errorf("it hangs under %s of %s, want under the request", span.Parent().SpanID(), span.Parent().TraceID())
	}
	if span.Name() != "apply ticket.noted" {
		t.Errorf("it is named %q", span.Name())
	}
	attributes := map[string]string{}
	for _, a := range span.Attributes() {
		attributes[string(a.Key)] = a.Value.String()
	}
	for key, want := range map[string]string{
		"messaging.destination.name": "triage", "messaging.consumer.group.name": "reporting",
		"bavn.event.resource_type": "tickets", "bavn.event.revision": "1",
	} {
		if attributes[key] != want {
			t.Errorf("%s is %q, want %q", key, attributes[key], want)
		}
	}
	if got, want := under[ticket(1)+"@1"], fmt.Sprintf("00-%s-%s-01", requestTrace, span.SpanContext().SpanID()); got != want {
		t.Errorf("what follows from the event belongs under %s, want under the subscriber's span %s", got, want)
	}
	if got := under[ticket(2)+"@1"]; got != notKept {
		t.Errorf("what follows from an event that is not drawn belongs under %s, want under its request", got)
	}
}

func TestAnOldEventIsAppliedWithoutGrowingTheTraceOfItsRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t))
	subscriber, spans := s.traced(t, effect, time.Hour)
	s.caused(t, ticket(1), kept)
	background(t, subscriber.Run)
	reached(t, s, subscriber)
	if n := len(spans.Started()); n != 0 {
		t.Errorf("%d spans are drawn of an event that is an hour old", n)
	}
}

func TestAnEventThatIsTriedAgainAndParkedIsOneSpanThatSaysSo(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t))
	bad := &poison{ref: ticket(1) + "@1"}
	subscriber, spans := s.traced(t, bad.handle, time.Second)
	s.caused(t, ticket(1), kept)
	background(t, subscriber.Run)
	reached(t, s, subscriber)
	if drawn := spans.Ended(); len(drawn) != 1 || drawn[0].Status().Code != codes.Error {
		t.Errorf("%d attempts are drawn as %v, want one span that failed", bad.calls.Load(), drawn)
	}
}

func TestAnEventWhoseRequestIsNotKeptCostsTheSubscriberNoAllocation(t *testing.T) { //nolint:paralleltest // it counts allocations
	drawn := feed.DrawForTest(sdktrace.NewTracerProvider())
	batch := []*feed.Event{{Record: &eventv1.Record{Traceparent: notKept}}, {Record: &eventv1.Record{}}}
	if n := testing.AllocsPerRun(100, func() { drawn(batch) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
