package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/bavn/bavn/platform/clock"
)

// processed returns the spans of the attempts, in order.
func (b *bench) processed() tracetest.SpanStubs {
	var attempts tracetest.SpanStubs
	for _, span := range b.spans.GetSpans() {
		if span.SpanKind == trace.SpanKindConsumer {
			attempts = append(attempts, span)
		}
	}
	return attempts
}

func TestOnlyWorkThatFollowsAtOnceContinuesTheTrace(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		options *river.InsertOpts
		first   error // of the first attempt
		want    []bool
	}{
		"first delivery":           {nil, nil, []bool{true}},
		"retry":                    {nil, errors.New("away"), []bool{true, false}},
		"snoozed":                  {nil, river.JobSnooze(time.Second), []bool{true, false}},
		"scheduled":                {&river.InsertOpts{ScheduledAt: midsummer.Add(time.Second)}, nil, []bool{false}},
		"scheduled for now":        {&river.InsertOpts{ScheduledAt: midsummer}, nil, []bool{true}},
		"with metadata of its own": {&river.InsertOpts{Metadata: []byte(`{"desk":"nsp"}`)}, nil, []bool{true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := clock.NewManual(midsummer)
			attempts := make(chan trace.SpanContext, 2)
			result := tt.first
			b := newBench(t, quick(), now, func(ctx context.Context, _ *river.Job[step]) error {
				err := result
				result = nil
				attempts <- trace.SpanContextFromContext(ctx)
				return err
			})
			b.start(t)
			ctx, request := b.traces.Tracer("test").Start(t.Context(), "request")
			row := b.insert(ctx, t, tt.options)
			request.End()
			for range tt.want {
				// The attempt before may still be on its way to the database: its next one is never due later than this.
				now.Advance(2 * time.Second)
				receive(t, "the attempt", attempts)
				eventually(t, "attempt stored", func() bool { return b.state(t, row.ID) != rivertype.JobStateRunning })
			}
			eventually(t, "job completed", func() bool { return b.state(t, row.ID) == rivertype.JobStateCompleted })

			spans := b.processed()
			if len(spans) != len(tt.want) {
				t.Fatalf("%d attempts, want %d", len(spans), len(tt.want))
			}
			for i, continued := range tt.want {
				span := spans[i]
				if same := span.SpanContext.TraceID() == request.SpanContext().TraceID(); same != continued {
					t.Errorf("attempt %d in the request's trace is %v, want %v", i+1, same, continued)
				}
				if continued {
					if span.Parent.SpanID() != request.SpanContext().SpanID() {
						t.Errorf("attempt %d has parent %v, want the request %v", i+1, span.Parent.SpanID(), request.SpanContext().SpanID())
					}
					continue
				}
				if span.Parent.IsValid() || len(span.Links) != 1 || span.Links[0].SpanContext.SpanID() != request.SpanContext().SpanID() {
					t.Errorf("attempt %d must be a root with a link to the request, has parent %v and links %v", i+1, span.Parent, span.Links)
				}
			}
		})
	}
}

func TestTheInsertersMetadataStays(t *testing.T) {
	t.Parallel()
	b := newBench(t, quick(), clock.NewManual(midsummer), nothing)
	ctx, request := b.traces.Tracer("test").Start(t.Context(), "request")
	defer request.End()
	row := b.insert(ctx, t, &river.InsertOpts{Metadata: []byte(`{"desk":"nsp"}`)})
	var desk, traceparent string
	const stored = "SELECT metadata->>'desk', metadata->>'bavn_traceparent' FROM river_job WHERE id = $1"
	err := b.pool.QueryRow(t.Context(), stored, row.ID).Scan(&desk, &traceparent)
	if err != nil || desk != "nsp" || traceparent == "" {
		t.Errorf("got desk %q, traceparent %q, %v", desk, traceparent, err)
	}
}

func TestAPanicEndsTheSpanAndTheJobIsRetried(t *testing.T) {
	t.Parallel()
	ran := make(chan struct{})
	b := newBench(t, quick(), clock.NewManual(midsummer), func(context.Context, *river.Job[step]) error {
		defer close(ran)
		panic("nil map")
	})
	b.start(t)
	row := b.insert(t.Context(), t, nil)
	receive(t, "the job", ran)
	eventually(t, "up for a retry", func() bool { return b.state(t, row.ID) == rivertype.JobStateAvailable })
	if spans := b.processed(); len(spans) != 1 || spans[0].Status.Description != "panicked" {
		t.Errorf("got %+v", spans)
	}
}

func TestAnAttemptIsMeasuredByKindAndOutcome(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(midsummer)
	done := make(chan struct{})
	b := newBench(t, quick(), now, func(context.Context, *river.Job[step]) error {
		defer close(done)
		now.Advance(time.Second)
		return river.JobCancel(errors.New("the ticket is closed"))
	})
	b.insert(t.Context(), t, &river.InsertOpts{ScheduledAt: midsummer})
	now.Advance(3 * time.Second)
	b.start(t)
	receive(t, "the job", done)
	eventually(t, "the attempt is traced", func() bool { return len(b.processed()) == 1 })

	var got metricdata.ResourceMetrics
	if err := b.metrics.Collect(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	sums := map[string]float64{}
	for _, m := range got.ScopeMetrics[0].Metrics {
		point := m.Data.(metricdata.Histogram[float64]).DataPoints[0]
		sums[m.Name] = point.Sum
		outcome, measured := point.Attributes.Value("bavn.job.outcome")
		if m.Name == "bavn.job.duration" && (!measured || outcome.AsString() != "cancelled") {
			t.Errorf("%s has attributes %v", m.Name, point.Attributes.ToSlice())
		}
	}
	if sums["bavn.job.lateness"] != 3 || sums["bavn.job.duration"] != 1 {
		t.Errorf("started 3 s late and took 1 s, measured %v", sums)
	}
}
