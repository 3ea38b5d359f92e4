package collector

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"go.opentelemetry.io/otel/trace"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// origin is who made a span: the service and the instrumentation in it.
type origin struct {
	key                    string
	resource               *resourcepb.Resource
	scope                  *commonpb.InstrumentationScope
	resourceURL, scopesURL string // schemas
}

// storedSpan is kept encoded: that is a third of its size in memory.
type storedSpan struct {
	raw    []byte
	start  uint64
	origin *origin
}

// arrival is one span on its way in or out.
type arrival struct {
	trace trace.TraceID
	span  trace.SpanID
	storedSpan
	decoded *tracepb.Span
}

// unpack flattens a batch and leaves out what cannot be kept under a trace and a span id.
func unpack(batch []*tracepb.ResourceSpans) (arrivals []arrival, rejected int64, reason string, err error) {
	for _, resource := range batch {
		for _, scope := range resource.GetScopeSpans() {
			from, err := newOrigin(resource, scope)
			if err != nil {
				return nil, 0, "", err
			}
			for _, span := range scope.GetSpans() {
				traceID, validTrace := traceID(span.GetTraceId())
				spanID, validSpan := spanID(span.GetSpanId())
				if !validTrace || !validSpan {
					rejected++
					reason = fmt.Sprintf("span %q has no valid trace id and span id", span.GetName())
					continue
				}
				raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(span)
				if err != nil {
					return nil, 0, "", fmt.Errorf("encode span: %w", err)
				}
				arrivals = append(arrivals, arrival{
					trace: traceID, span: spanID, decoded: span,
					storedSpan: storedSpan{raw: raw, start: span.GetStartTimeUnixNano(), origin: from},
				})
			}
		}
	}
	return arrivals, rejected, reason, nil
}

func newOrigin(resource *tracepb.ResourceSpans, scope *tracepb.ScopeSpans) (*origin, error) {
	key, err := proto.MarshalOptions{Deterministic: true}.Marshal(&tracepb.ResourceSpans{
		Resource: resource.GetResource(), SchemaUrl: resource.GetSchemaUrl(),
		ScopeSpans: []*tracepb.ScopeSpans{{Scope: scope.GetScope(), SchemaUrl: scope.GetSchemaUrl()}},
	})
	if err != nil {
		return nil, fmt.Errorf("encode resource: %w", err)
	}
	return &origin{
		key: string(key), resource: resource.GetResource(), scope: scope.GetScope(),
		resourceURL: resource.GetSchemaUrl(), scopesURL: scope.GetSchemaUrl(),
	}, nil
}

// pack groups spans by their origin, keeping their order.
func pack(arrivals []arrival) []*tracepb.ResourceSpans {
	var packed []*tracepb.ResourceSpans
	groups := map[string]*tracepb.ScopeSpans{}
	for _, a := range arrivals {
		group := groups[a.origin.key]
		if group == nil {
			group = &tracepb.ScopeSpans{Scope: a.origin.scope, SchemaUrl: a.origin.scopesURL}
			groups[a.origin.key] = group
			packed = append(packed, &tracepb.ResourceSpans{
				Resource: a.origin.resource, SchemaUrl: a.origin.resourceURL, ScopeSpans: []*tracepb.ScopeSpans{group},
			})
		}
		group.Spans = append(group.Spans, a.decoded)
	}
	return packed
}

// arrivals returns the trace's spans in the order of their start.
func (t *storedTrace) arrivals() []arrival {
	found := make([]arrival, 0, len(t.spans))
	for id, stored := range t.spans {
		span := &tracepb.Span{}
		if err := proto.Unmarshal(stored.raw, span); err != nil {
			continue // it was encoded here, so it decodes
		}
		found = append(found, arrival{trace: t.id, span: id, storedSpan: stored, decoded: span})
	}
	slices.SortFunc(found, func(a, b arrival) int {
		return cmp.Or(cmp.Compare(a.start, b.start), bytes.Compare(a.span[:], b.span[:]))
	})
	return found
}

func traceID(raw []byte) (trace.TraceID, bool) {
	var id trace.TraceID
	if len(raw) != len(id) {
		return id, false
	}
	id = trace.TraceID(raw)
	return id, id.IsValid()
}

func spanID(raw []byte) (trace.SpanID, bool) {
	var id trace.SpanID
	if len(raw) != len(id) {
		return id, false
	}
	id = trace.SpanID(raw)
	return id, id.IsValid()
}
