package journeytree

import (
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

// Span is what the tree needs of an OpenTelemetry span.
type Span struct {
	Trace      trace.TraceID
	ID         trace.SpanID
	Parent     trace.SpanID // zero: none
	Name       string
	Service    string // `service.name` of the resource
	Start, End time.Time
	Attributes map[string]string
	Error      string          // why it failed; empty: it did not
	Links      []trace.TraceID // other traces it points to, in their order
}

// Spans reads OTLP as the collector keeps it, which takes no span without valid ids.
func Spans(data *tracepb.TracesData) []Span {
	var spans []Span
	for _, resource := range data.GetResourceSpans() {
		service := attributes(resource.GetResource().GetAttributes())["service.name"]
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				spans = append(spans, newSpan(service, span))
			}
		}
	}
	return spans
}

func newSpan(service string, span *tracepb.Span) Span {
	read := Span{
		Trace: traceID(span.GetTraceId()), ID: spanID(span.GetSpanId()), Parent: spanID(span.GetParentSpanId()),
		Name: span.GetName(), Service: service,
		Start: unixNano(span.GetStartTimeUnixNano()), End: unixNano(span.GetEndTimeUnixNano()),
		Attributes: attributes(span.GetAttributes()),
	}
	if span.GetStatus().GetCode() == tracepb.Status_STATUS_CODE_ERROR {
		read.Error = "failed"
		if message := span.GetStatus().GetMessage(); message != "" {
			read.Error = message
		}
	}
	for _, link := range span.GetLinks() {
		if other := traceID(link.GetTraceId()); other.IsValid() && other != read.Trace {
			read.Links = append(read.Links, other)
		}
	}
	return read
}

// attributes reads those that are text, numbers or truth values; the tree shows no others.
func attributes(pairs []*commonpb.KeyValue) map[string]string {
	read := make(map[string]string, len(pairs))
	for _, pair := range pairs {
		switch value := pair.GetValue().GetValue().(type) {
		case *commonpb.AnyValue_StringValue:
			read[pair.GetKey()] = value.StringValue
		case *commonpb.AnyValue_IntValue:
			read[pair.GetKey()] = strconv.FormatInt(value.IntValue, 10)
		case *commonpb.AnyValue_BoolValue:
			read[pair.GetKey()] = strconv.FormatBool(value.BoolValue)
		case *commonpb.AnyValue_DoubleValue:
			read[pair.GetKey()] = strconv.FormatFloat(value.DoubleValue, 'g', -1, 64)
		}
	}
	return read
}

func unixNano(nanoseconds uint64) time.Time { return time.Unix(0, int64(nanoseconds)).UTC() }

func traceID(raw []byte) (id trace.TraceID) {
	copy(id[:], raw)
	return id
}

func spanID(raw []byte) (id trace.SpanID) {
	copy(id[:], raw)
	return id
}

// lastSegment turns "desks/nsp/parties/netic" into "netic": inside one ticket everything belongs to the same desk.
func lastSegment(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
