package feed

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// subscriberMetrics are what operators watch: bavn.feed.lag (how old events are when their effect commits),
// bavn.feed.behind (how old the newest effect is while the feed is not known to be quiet), bavn.feed.parked, bavn.feed.gaps,
// bavn.feed.batch_size, bavn.feed.shards.
type subscriberMetrics struct {
	labels metric.MeasurementOption
	lag    metric.Float64Histogram
	batch  metric.Int64Histogram
	gaps   metric.Int64Counter

	owned     atomic.Int64 // shards
	parked    atomic.Int64 // events, on all replicas
	resets    atomic.Int64 // how often this replica was reset
	caughtUp  atomic.Int64 // 1 + resets when the source said that was all, 0 when something came since
	freshness atomic.Int64 // up to when everything is applied, in Unix microseconds; 0 before the first session
}

func newSubscriberMetrics(s *Subscriber) (*subscriberMetrics, error) {
	meter := s.Meter.Meter("github.com/bavn/bavn/platform/feed")
	m := &subscriberMetrics{labels: metric.WithAttributeSet(attribute.NewSet(
		attribute.String("bavn.subscriber", s.Name), attribute.String("bavn.source", s.Source.Name()),
	))}
	var err error
	if m.lag, err = meter.Float64Histogram("bavn.feed.lag", metric.WithUnit("s"),
		metric.WithDescription("Age of an event when its effect commits."),
		metric.WithExplicitBucketBoundaries(.005, .01, .025, .05, .075, .1, .15, .2, .25, .5, 1, 2.5, 5, 10, 30, 60, 300)); err != nil {
		return nil, err
	}
	if m.batch, err = meter.Int64Histogram("bavn.feed.batch_size", metric.WithUnit("{event}"),
		metric.WithDescription("Events whose effect commits in one transaction."),
		metric.WithExplicitBucketBoundaries(1, 2, 5, 10, 20, 50, 100, 200, 500)); err != nil {
		return nil, err
	}
	if m.gaps, err = meter.Int64Counter("bavn.feed.gaps", metric.WithUnit("{gap}"),
		metric.WithDescription("Resources whose revisions were not contiguous. Anything above zero is an alarm.")); err != nil {
		return nil, err
	}
	m.gaps.Add(context.Background(), 0, m.labels) // so that the alarm has something to look at
	behind, err := meter.Float64ObservableGauge("bavn.feed.behind", metric.WithUnit("s"),
		metric.WithDescription("Time since everything that had happened was applied."))
	if err != nil {
		return nil, err
	}
	parked, err := meter.Int64ObservableGauge("bavn.feed.parked", metric.WithUnit("{event}"),
		metric.WithDescription("Events put aside because one of their resource failed."))
	if err != nil {
		return nil, err
	}
	owned, err := meter.Int64ObservableGauge("bavn.feed.shards", metric.WithUnit("{shard}"),
		metric.WithDescription("Shards that this replica has."))
	if err != nil {
		return nil, err
	}
	_, err = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		o.ObserveInt64(parked, m.parked.Load(), m.labels)
		o.ObserveInt64(owned, m.owned.Load(), m.labels)
		if fresh := m.freshness.Load(); fresh > 0 {
			o.ObserveFloat64(behind, max(s.Clock.Now().Sub(time.UnixMicro(fresh)).Seconds(), 0), m.labels)
		}
		return nil
	}, behind, parked, owned)
	return m, err
}

// applied counts a committed batch.
func (m *subscriberMetrics) applied(ctx context.Context, batch []*Event, now time.Time) {
	m.batch.Record(ctx, int64(len(batch)), m.labels)
	for _, e := range batch {
		m.lag.Record(ctx, max(now.Sub(e.Record.GetRecordedAt().AsTime()).Seconds(), 0), m.labels)
	}
}

// heard remembers how fresh the effects are: as fresh as the last event, or as now when the source says that was all.
func (m *subscriberMetrics) heard(last Arrival, resets int64, now time.Time) {
	fresh := now
	if last.Event != nil {
		fresh = last.Event.Record.GetRecordedAt().AsTime()
	}
	m.freshness.Store(fresh.UnixMicro())
	if last.Event == nil {
		m.caughtUp.Store(1 + resets)
	} else {
		m.caughtUp.Store(0)
	}
}

func (m *subscriberMetrics) gap(ctx context.Context) { m.gaps.Add(ctx, 1, m.labels) }
