package feed

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// atOnce is how old an event may be for its effect to be drawn. A subscriber that catches up after days, or a read model that is
// made again from nothing, would otherwise stretch the traces of requests that ended long ago.
const atOnce = time.Minute

// subscriberSpans draw, in the trace of the request that caused an event, what a subscriber makes of it: one span per event, from
// the beginning of its batch to the commit. Only what the request's own trace keeps is drawn; any other event costs a look at the
// last letter of its traceparent. Never a root of its own.
type subscriberSpans struct {
	tracer trace.Tracer // nil draws nothing
	common []attribute.KeyValue
}

func newSubscriberSpans(c SubscriberConfig) subscriberSpans {
	if c.Tracer == nil {
		return subscriberSpans{}
	}
	return subscriberSpans{
		tracer: c.Tracer.Tracer("github.com/bavn/bavn/platform/feed"),
		common: []attribute.KeyValue{
			semconv.MessagingSystemKey.String("bavn"), semconv.MessagingOperationName("apply"), semconv.MessagingOperationTypeProcess,
			semconv.MessagingDestinationName(c.Source.Name()), semconv.MessagingConsumerGroupName(c.Name),
		},
	}
}

// begin opens the spans of a batch. An event that is tried again goes on with the span that it has; one that comes again in
// another session gets another, and the first, which never ends, is never sent.
func (s subscriberSpans) begin(ctx context.Context, batch []*Event, now time.Time) {
	if s.tracer == nil {
		return
	}
	for _, e := range batch {
		if !sampled(e.Record.GetTraceparent()) || now.Sub(e.Record.GetRecordedAt().AsTime()) > atOnce {
			continue
		}
		carrier := propagation.MapCarrier{"traceparent": e.Record.GetTraceparent()}
		request := propagation.TraceContext{}.Extract(ctx, carrier)
		if !trace.SpanContextFromContext(request).IsSampled() {
			continue
		}
		options := []trace.SpanStartOption{
			trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(s.common...), trace.WithAttributes(
				attribute.String("bavn.event.resource_type", resourceType(e.Record.GetResource())),
				attribute.Int64("bavn.event.revision", e.Record.GetRevision()),
			),
		}
		_, e.span = s.tracer.Start(request, "apply "+e.Record.GetType(), options...) //nolint:spancheck // applied or parked ends it
	}
}

// applied ends the spans of events whose effect has been committed.
func (s subscriberSpans) applied(events []*Event) {
	for _, e := range events {
		if e.span != nil {
			e.span.End()
		}
	}
}

// parked ends the spans of events that were put aside: their effect is missing, and the trace says so.
func (s subscriberSpans) parked(events []*Event) {
	for _, e := range events {
		if e.span != nil {
			e.span.SetStatus(codes.Error, "parked") // the error's text is kept with the event, not in the trace
			e.span.End()
		}
	}
}

// sampled reads the flag of a W3C traceparent, 00-{trace}-{span}-{flags}, without parsing the rest.
func sampled(traceparent string) bool {
	const length = 55
	return len(traceparent) >= length && strings.IndexByte("13579bdf", traceparent[length-1]) >= 0
}

// resourceType is the collection of a resource: "tickets" of desks/nsp/tickets/ASCP00000042.
func resourceType(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) < 2 {
		return ""
	}
	return parts[len(parts)-2]
}

// Traceparent is where in a trace that which follows from the event belongs: under the subscriber's span, and where none is
// drawn, directly under the request that caused the event.
func (e *Event) Traceparent() string {
	if e.span == nil {
		return e.Record.GetTraceparent()
	}
	return Traceparent(trace.ContextWithSpan(context.Background(), e.span))
}
