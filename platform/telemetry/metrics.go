package telemetry

import (
	"log/slog"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// startMetrics joins both kinds of instruments in one registry: OpenTelemetry's (gRPC, HTTP, ours) and Prometheus collectors
// (the Go runtime, the process). A measurement made within a sampled span leaves its trace id as an exemplar, which a scraper
// gets when it asks for OpenMetrics.
func (t *Telemetry) startMetrics() error {
	t.Registry = prometheus.NewRegistry()
	reader, err := otelprometheus.New(otelprometheus.WithRegisterer(t.Registry), otelprometheus.WithoutScopeInfo())
	if err != nil {
		return err
	}
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader), sdkmetric.WithResource(t.Resource))
	t.MeterProvider = provider
	t.shutdown = append(t.shutdown, provider.Shutdown)

	for _, collector := range []prometheus.Collector{
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := t.Registry.Register(collector); err != nil {
			return err
		}
	}
	t.MetricsHandler = metricsHandler(t.Registry, t.Logger)
	return nil
}

func metricsHandler(registry *prometheus.Registry, logger *slog.Logger) http.Handler {
	return promhttp.InstrumentMetricHandler(registry, promhttp.HandlerFor(guardedGatherer{registry, logger}, promhttp.HandlerOpts{
		EnableOpenMetrics: true,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelError),
		ErrorHandling:     promhttp.ContinueOnError, // one broken collector must not blind the rest
	}))
}

// guardedGatherer withholds a series with a label that could name a person, and says so: hiding only the value would make two
// persons' series one. Of an exemplar only the way to the trace is kept, because OpenTelemetry puts the attributes there
// that a view took out of the labels.
type guardedGatherer struct {
	prometheus.Gatherer
	logger *slog.Logger
}

func (g guardedGatherer) Gather() ([]*dto.MetricFamily, error) {
	families, err := g.Gatherer.Gather()
	for _, family := range families {
		shown := slices.DeleteFunc(family.Metric, func(m *dto.Metric) bool { return slices.ContainsFunc(m.Label, isPersonal) })
		if withheld := len(family.Metric) - len(shown); withheld > 0 {
			g.logger.Error("series withheld: a label could name a person",
				slog.String("metric", family.GetName()), slog.Int("series", withheld))
		}
		family.Metric = shown
		for _, m := range shown {
			if m.Counter != nil {
				m.Counter.Exemplar = traceOnly(m.Counter.Exemplar)
			}
			for _, bucket := range m.GetHistogram().GetBucket() {
				bucket.Exemplar = traceOnly(bucket.Exemplar)
			}
		}
	}
	return slices.DeleteFunc(families, func(f *dto.MetricFamily) bool { return len(f.Metric) == 0 }), err
}

func isPersonal(label *dto.LabelPair) bool { return isHidden(label.GetName()) }

// traceOnly returns a copy: a collector may hold the original.
func traceOnly(exemplar *dto.Exemplar) *dto.Exemplar {
	if exemplar == nil {
		return nil
	}
	kept := &dto.Exemplar{Value: exemplar.Value, Timestamp: exemplar.Timestamp}
	for _, label := range exemplar.Label {
		if label.GetName() == "trace_id" || label.GetName() == "span_id" {
			kept.Label = append(kept.Label, label)
		}
	}
	return kept
}
