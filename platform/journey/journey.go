// Package journey draws a ticket's own trace, from its registration to its end, however many days and companies that takes.
//
// Nothing holds a span open for days. Trace id and root span are made when the ticket is opened and travel with every event of
// it; each event becomes one short span with the event's own time and an id that follows from resource and revision. So spans
// are made from the feed, a crash neither loses nor doubles one (the same span sent twice is one span), and every party's steps
// come together in one trace. Each span links to the trace of the request that caused it; a partner's traceparent is linked in
// the same way, never trusted as parent. Journeys are always sampled.
//
// The time of a span is when the step happened: for imported history, in the past.
package journey

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/feed"
)

// Scope is the instrumentation scope of journey spans, by which a collector can tell them from those of requests.
const Scope = "bavn.journey"

// length of a span: a step is a moment, and a viewer wants to see something.
const length = time.Microsecond

// Step is how one event shows in the journey.
type Step struct {
	// Name of the span, such as "ticket.hand_over".
	Name string
	// Attributes such as bavn.party, bavn.status; no personal data.
	Attributes map[string]string
	// Root is true for the event that began the journey: it also draws the root span, named after Title.
	Root  bool
	Title string
}

// Exporter takes finished spans and returns when it has them: telemetry.Telemetry.
type Exporter interface {
	UploadSpans(ctx context.Context, spans []*tracepb.ResourceSpans) error
}

// Handler draws the journeys of one service's events. Use it with a subscriber of the service's own feed.
type Handler struct {
	Exporter Exporter
	// Resource says whose spans they are.
	Resource *resourcepb.Resource
	// Describe says how an event shows, and false where it does not.
	Describe func(*eventv1.Record) (Step, bool)
}

// Handle sends the spans of a batch before the position moves, so that a crash in between sends them again, not never. A
// collector that is away delays the journey and loses nothing.
func (h *Handler) Handle(ctx context.Context, _ pgx.Tx, batch []*feed.Event) error {
	var spans []*tracepb.Span
	for _, event := range batch {
		if len(event.Record.GetJourney().GetTraceId()) == 0 {
			continue
		}
		if step, ok := h.Describe(event.Record); ok {
			spans = append(spans, draw(event.Record, step)...)
		}
	}
	if len(spans) == 0 {
		return nil
	}
	err := h.Exporter.UploadSpans(ctx, []*tracepb.ResourceSpans{{
		Resource:   h.Resource,
		ScopeSpans: []*tracepb.ScopeSpans{{Scope: &commonpb.InstrumentationScope{Name: Scope}, Spans: spans}},
	}})
	if err != nil {
		return feed.Later(fmt.Errorf("send journey spans: %w", err))
	}
	return nil
}

// draw makes the span of a step, and before it the root span where the journey begins.
func draw(record *eventv1.Record, step Step) []*tracepb.Span {
	j := record.GetJourney()
	begin := record.GetOccurredAt().AsTime()
	span := &tracepb.Span{
		TraceId: j.GetTraceId(), SpanId: SpanID(record.GetResource(), record.GetRevision()), ParentSpanId: j.GetRootSpanId(),
		Name: step.Name, Kind: tracepb.Span_SPAN_KIND_INTERNAL,
		StartTimeUnixNano: uint64(begin.UnixNano()), EndTimeUnixNano: uint64(begin.Add(length).UnixNano()),
		Attributes: attributes(step.Attributes), Flags: uint32(trace.FlagsSampled),
	}
	if link := linkTo(record.GetTraceparent()); link != nil {
		span.Links = []*tracepb.Span_Link{link}
	}
	if !step.Root {
		return []*tracepb.Span{span}
	}
	root := &tracepb.Span{
		TraceId: j.GetTraceId(), SpanId: j.GetRootSpanId(), Name: step.Title, Kind: tracepb.Span_SPAN_KIND_INTERNAL,
		StartTimeUnixNano: span.GetStartTimeUnixNano(), EndTimeUnixNano: span.GetEndTimeUnixNano(),
		Attributes: span.GetAttributes(), Flags: uint32(trace.FlagsSampled),
	}
	return []*tracepb.Span{root, span}
}

// SpanID is the id of the span of one event: the first 8 bytes of SHA-256 over resource and revision, never all zero.
func SpanID(resource string, revision int64) []byte {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(resource), uint64(revision)))
	id := sum[:8:8]
	if binary.BigEndian.Uint64(id) == 0 {
		id[7] = 1
	}
	return id
}

// linkTo is the link to the request that caused a step; nil where its traceparent is none.
func linkTo(traceparent string) *tracepb.Span_Link {
	carrier := propagation.MapCarrier{"traceparent": traceparent}
	request := trace.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), carrier))
	if !request.IsValid() {
		return nil
	}
	traceID, spanID := request.TraceID(), request.SpanID()
	return &tracepb.Span_Link{TraceId: traceID[:], SpanId: spanID[:], Flags: uint32(request.TraceFlags())}
}

func attributes(values map[string]string) []*commonpb.KeyValue {
	list := make([]*commonpb.KeyValue, 0, len(values))
	for key, value := range values {
		if value != "" {
			list = append(list, Attribute(key, value))
		}
	}
	return list
}

// Attribute is a string attribute of a span or a resource.
func Attribute(key, value string) *commonpb.KeyValue {
	return &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: value}}}
}
