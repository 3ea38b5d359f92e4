package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/telemetry"
)

// origin is what a job's metadata remembers of the request that inserted it. Snoozes is River's own.
type origin struct {
	Traceparent string `json:"bavn_traceparent,omitempty"`
	Later       bool   `json:"bavn_later,omitempty"` // was not due when inserted
	Snoozes     int    `json:"snoozes,omitempty"`
}

// continues decides whether an attempt belongs to the trace of the request that inserted the job. Only work that follows at
// once does; a timer or a retry would stretch that trace over hours and days, so it begins one of its own and links back.
func (o origin) continues(attempt int) bool { return attempt <= 1 && !o.Later && o.Snoozes == 0 }

// tracing carries the trace context from insertion to work, and is where every attempt is traced, measured and logged.
type tracing struct {
	river.MiddlewareDefaults
	clock    clock.Clock
	tracer   trace.Tracer
	logger   *slog.Logger
	duration metric.Float64Histogram
	lateness metric.Float64Histogram
}

const scope = "github.com/bavn/bavn/platform/jobs"

func newTracing(deps Deps) (*tracing, error) {
	meter := deps.MeterProvider.Meter(scope)
	duration, errDuration := meter.Float64Histogram("bavn.job.duration", metric.WithUnit("s"),
		metric.WithDescription("Time one attempt at a job took."))
	lateness, errLateness := meter.Float64Histogram("bavn.job.lateness", metric.WithUnit("s"),
		metric.WithDescription("Time between a job's due time and the start of its attempt."))
	return &tracing{
		clock: deps.Clock, tracer: deps.TracerProvider.Tracer(scope), logger: deps.Logger, duration: duration, lateness: lateness,
	}, errors.Join(errDuration, errLateness)
}

// InsertMany is called by River around every insertion.
func (t *tracing) InsertMany(ctx context.Context, jobs []*rivertype.JobInsertParams,
	insert func(context.Context) ([]*rivertype.JobInsertResult, error),
) ([]*rivertype.JobInsertResult, error) {
	traceparent, now := telemetry.Traceparent(ctx), t.clock.Now()
	for _, job := range jobs {
		metadata, err := remember(job.Metadata, origin{
			Traceparent: traceparent, Later: job.ScheduledAt != nil && job.ScheduledAt.After(now),
		})
		if err != nil {
			return nil, fmt.Errorf("insert job %s: metadata: %w", job.Kind, err)
		}
		job.Metadata = metadata
	}
	return insert(ctx)
}

// remember adds o to metadata, which stays as the inserter gave it otherwise.
func remember(metadata []byte, o origin) ([]byte, error) {
	own, err := json.Marshal(o)
	if err != nil || len(metadata) == 0 || string(metadata) == "{}" {
		return own, err
	}
	all := map[string]json.RawMessage{}
	if err := errors.Join(json.Unmarshal(metadata, &all), json.Unmarshal(own, &all)); err != nil {
		return nil, err
	}
	return json.Marshal(all)
}

// Work is called by River around every attempt.
func (t *tracing) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	parent, options := t.attempt(ctx, job)
	ctx, span := t.tracer.Start(parent, "process "+job.Kind, options...)
	ctx = telemetry.WithAttrs(ctx, slog.String("job", job.Kind), slog.Int64("job_id", job.ID), slog.Int("attempt", job.Attempt))
	begin := t.clock.Now()
	t.lateness.Record(ctx, max(0, begin.Sub(job.ScheduledAt).Seconds()), metric.WithAttributes(kindKey.String(job.Kind)))

	result := outcome{name: "panicked", level: slog.LevelError} // unless work returns
	defer func() {
		t.duration.Record(ctx, t.clock.Now().Sub(begin).Seconds(),
			metric.WithAttributes(kindKey.String(job.Kind), outcomeKey.String(result.name)))
		span.SetAttributes(outcomeKey.String(result.name))
		if result.level > slog.LevelInfo {
			span.SetStatus(codes.Error, result.name) // the error's text is left to the log
		}
		t.logger.LogAttrs(ctx, result.level, "job attempt ended", result.attrs()...)
		span.End()
	}()
	err := work(ctx)
	result = outcomeOf(err, job)
	return err
}

var (
	kindKey    = attribute.Key("bavn.job.kind")
	outcomeKey = attribute.Key("bavn.job.outcome")
)

// attempt says how the attempt's span begins: where, and as what.
func (t *tracing) attempt(ctx context.Context, job *rivertype.JobRow) (context.Context, []trace.SpanStartOption) {
	var from origin
	if err := json.Unmarshal(job.Metadata, &from); err != nil {
		t.logger.WarnContext(ctx, "job does not know its origin", slog.Int64("job_id", job.ID), slog.Any("error", err))
	}
	options := []trace.SpanStartOption{
		trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithAttributes(kindKey.String(job.Kind), attribute.Int("bavn.job.attempt", job.Attempt),
			semconv.MessagingSystemKey.String("river"), semconv.MessagingDestinationName(job.Queue),
			semconv.MessagingOperationName("process"), semconv.MessagingMessageID(strconv.FormatInt(job.ID, 10))),
	}
	inserter := telemetry.ContextWithTraceparent(ctx, from.Traceparent)
	if from.continues(job.Attempt) {
		return inserter, options
	}
	options = append(options, trace.WithNewRoot())
	if link := trace.LinkFromContext(inserter); link.SpanContext.IsValid() {
		options = append(options, trace.WithLinks(link))
	}
	return ctx, options
}

// outcome is what became of an attempt.
type outcome struct {
	name  string
	level slog.Level
	err   error
}

func (o outcome) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.String("outcome", o.name)}
	if o.err != nil {
		attrs = append(attrs, slog.Any("error", o.err))
	}
	return attrs
}

func outcomeOf(err error, job *rivertype.JobRow) outcome {
	var snoozed *rivertype.JobSnoozeError
	var cancelled *rivertype.JobCancelError
	switch {
	case err == nil:
		return outcome{name: "completed", level: slog.LevelDebug}
	case errors.As(err, &snoozed):
		return outcome{name: "snoozed", level: slog.LevelDebug}
	case errors.As(err, &cancelled):
		return outcome{name: "cancelled", level: slog.LevelInfo, err: err}
	case errors.Is(err, context.Canceled): // a time-out would be DeadlineExceeded
		return outcome{name: "interrupted", level: slog.LevelInfo, err: err}
	case job.Attempt >= job.MaxAttempts:
		return outcome{name: "given_up", level: slog.LevelError, err: err}
	}
	return outcome{name: "failed", level: slog.LevelWarn, err: err}
}
