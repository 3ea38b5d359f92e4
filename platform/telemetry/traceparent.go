package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
)

const traceparentHeader = "traceparent"

// Traceparent returns the W3C traceparent of the span in ctx, for what outlives the request: an event, a job, a mail header.
// It is empty when there is no span.
func Traceparent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier[traceparentHeader]
}

// ContextWithTraceparent returns ctx with the span that traceparent names as its remote parent, and ctx itself when
// traceparent is not valid.
func ContextWithTraceparent(ctx context.Context, traceparent string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{traceparentHeader: traceparent})
}
