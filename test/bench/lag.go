package bench

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// lagMetric is the age of an event when its effect commits: from recorded_at, which the writer takes before its commit, to after
// the commit of the subscriber's transaction. Both are on this machine's clock.
const lagMetric = "bavn_feed_lag_seconds"

// subscription is one feed as one service hears it.
type subscription struct{ subscriber, source string }

// lags are the counts of a subscription's lag histogram.
type lags struct {
	bounds []float64 // upper bounds in seconds, ascending, the last one +Inf
	counts []uint64  // events at or below each bound
}

// readLags scrapes /metrics of a service.
func readLags(ctx context.Context, admin string) (map[subscription]lags, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	defer response.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		return nil, fmt.Errorf("read metrics of %s: %w", admin, err)
	}
	all := map[subscription]lags{}
	for _, m := range families[lagMetric].GetMetric() {
		all[subscriptionOf(m)] = lagsOf(m.GetHistogram())
	}
	return all, nil
}

func subscriptionOf(m *dto.Metric) subscription {
	var s subscription
	for _, label := range m.GetLabel() {
		switch label.GetName() {
		case "bavn_subscriber":
			s.subscriber = label.GetValue()
		case "bavn_source":
			s.source = label.GetValue()
		}
	}
	return s
}

func lagsOf(h *dto.Histogram) lags {
	var l lags
	for _, bucket := range h.GetBucket() {
		l.bounds = append(l.bounds, bucket.GetUpperBound())
		l.counts = append(l.counts, bucket.GetCumulativeCount())
	}
	if len(l.bounds) == 0 || !math.IsInf(l.bounds[len(l.bounds)-1], 1) {
		l.bounds = append(l.bounds, math.Inf(1))
		l.counts = append(l.counts, h.GetSampleCount())
	}
	return l
}

// since are the events that came after an earlier reading.
func (l lags) since(earlier lags) lags {
	counts := slices.Clone(l.counts)
	for i := range earlier.counts {
		counts[i] -= earlier.counts[i]
	}
	return lags{bounds: l.bounds, counts: counts}
}

// events is how many.
func (l lags) events() uint64 {
	if len(l.counts) == 0 {
		return 0
	}
	return l.counts[len(l.counts)-1]
}

// quantile is the lag that a share of the events did not exceed, placed within its bucket as Prometheus does: exact at the
// bounds, of which 250 ms is one. Above the last finite bound it is infinite.
func (l lags) quantile(share float64) time.Duration {
	rank := share * float64(l.events())
	below, lower := 0.0, 0.0
	for i, bound := range l.bounds {
		count := float64(l.counts[i])
		if count >= rank && count > below {
			if math.IsInf(bound, 1) {
				return math.MaxInt64
			}
			return time.Duration((lower + (bound-lower)*(rank-below)/(count-below)) * float64(time.Second))
		}
		below, lower = count, bound
	}
	return 0
}
