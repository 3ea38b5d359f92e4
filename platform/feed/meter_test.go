package feed_test

import (
	"testing"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// meter collects metrics in memory.
type meter struct {
	provider *metric.MeterProvider
	reader   *metric.ManualReader
}

func newMeter(t testing.TB) meter {
	t.Helper()
	reader := metric.NewManualReader()
	return meter{metric.NewMeterProvider(metric.WithReader(reader)), reader}
}

// sum adds up a counter or gauge of whole numbers.
func (m meter) sum(t testing.TB, name string) (total int64) {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := m.reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	for _, scope := range all.ScopeMetrics {
		for _, instrument := range scope.Metrics {
			if instrument.Name != name {
				continue
			}
			switch data := instrument.Data.(type) {
			case metricdata.Sum[int64]:
				for _, point := range data.DataPoints {
					total += point.Value
				}
			case metricdata.Gauge[int64]:
				for _, point := range data.DataPoints {
					total += point.Value
				}
			}
		}
	}
	return total
}
