package mail

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/bavn/bavn/platform/telemetry"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// traced draws one attempt at one message, with the server's reply and in no case its text, which may repeat the address.
func (c *Courier) traced(ctx context.Context, m domain.Dispatch, send func() (domain.Attempt, error)) (domain.Attempt, error) {
	parent, options := c.placed(ctx, m)
	_, span := c.tracer.Start(parent, "send mail", options...)
	defer span.End()
	attempt, err := send()
	if attempt.Reply != 0 {
		span.SetAttributes(attribute.Int("bavn.smtp.reply", attempt.Reply))
	}
	if attempt != domain.Accepted {
		span.SetStatus(codes.Error, attempt.Reason)
	}
	return attempt, err
}

// placed says where an attempt belongs. A job sends the messages of many requests: the first attempt is drawn in the trace of the
// message's own request. A later one would stretch that trace over hours, so it belongs to the job. Each has a link to where it
// does not belong.
func (c *Courier) placed(ctx context.Context, m domain.Dispatch) (context.Context, []trace.SpanStartOption) {
	parent, other := telemetry.ContextWithTraceparent(ctx, m.Cause), ctx
	job, request := trace.SpanContextFromContext(ctx), trace.SpanContextFromContext(parent)
	if m.Attempt > 1 || job.TraceID() == request.TraceID() {
		parent, other = ctx, parent
	}
	options := []trace.SpanStartOption{
		trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(
			semconv.ServerAddress(c.cfg.Host), semconv.ServerPort(c.cfg.Port),
			attribute.String("bavn.notification", m.Notification), attribute.Int("bavn.attempt", m.Attempt),
		),
	}
	if link := trace.LinkFromContext(other); link.SpanContext.IsValid() && job.TraceID() != request.TraceID() {
		options = append(options, trace.WithLinks(link))
	}
	return parent, options
}
