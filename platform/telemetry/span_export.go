package telemetry

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	commonv1 "go.opentelemetry.io/proto/otlp/common/v1"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
)

// guardedClient hides personal data in the one place that every span passes, whether the SDK made it or a journey.
type guardedClient struct{ otlptrace.Client }

func (c guardedClient) UploadTraces(ctx context.Context, batches []*tracev1.ResourceSpans) error {
	for _, batch := range batches {
		for _, scope := range batch.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				hideInSpan(span)
			}
		}
	}
	return c.Client.UploadTraces(ctx, batches)
}

func hideInSpan(span *tracev1.Span) {
	span.Name = clean(span.Name)
	hideAttributes(span.Attributes)
	for _, event := range span.Events {
		event.Name = clean(event.Name)
		hideAttributes(event.Attributes)
	}
	for _, link := range span.Links {
		hideAttributes(link.Attributes)
	}
	if span.Status != nil {
		span.Status.Message = clean(span.Status.Message)
	}
}

func hideAttributes(attributes []*commonv1.KeyValue) {
	for _, attribute := range attributes {
		if isHidden(attribute.Key) {
			attribute.Value = &commonv1.AnyValue{Value: &commonv1.AnyValue_StringValue{StringValue: hidden}}
			continue
		}
		hideValue(attribute.Value)
	}
}

func hideValue(value *commonv1.AnyValue) {
	switch value := value.GetValue().(type) {
	case *commonv1.AnyValue_StringValue:
		value.StringValue = clean(value.StringValue)
	case *commonv1.AnyValue_ArrayValue:
		for _, item := range value.ArrayValue.GetValues() {
			hideValue(item)
		}
	case *commonv1.AnyValue_KvlistValue:
		hideAttributes(value.KvlistValue.GetValues())
	}
}

// reportingExporter logs and counts a failed export itself. The SDK would hand it to OpenTelemetry's global error handler,
// which writes to standard error in a form of its own and for all services alike.
type reportingExporter struct {
	sdktrace.SpanExporter
	logger   *slog.Logger
	failures prometheus.Counter
}

func (e reportingExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := e.SpanExporter.ExportSpans(ctx, spans); err != nil {
		e.failures.Inc()
		e.logger.Warn("spans lost: collector did not take them", slog.Int("spans", len(spans)), slog.Any("error", err))
	}
	return nil
}
