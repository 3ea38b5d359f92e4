package rpc

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"google.golang.org/grpc"
	grpchealth "google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// Probe is something without which the service cannot work: the database, its migration version.
type Probe struct {
	Name string
	// Check returns nil if all is well, within its ctx.
	Check func(ctx context.Context) error
}

// health keeps checking the probes and says SERVING only while all of them pass.
type health struct {
	server   *grpchealth.Server
	probes   []Probe
	interval time.Duration
	timeout  time.Duration
	logger   *slog.Logger

	mu       sync.Mutex
	services []string
	failing  map[string]bool
	state    grpc_health_v1.HealthCheckResponse_ServingStatus
	stopped  bool
}

func newHealth(cfg ServerConfig, probes []Probe, logger *slog.Logger) *health {
	h := &health{
		server: grpchealth.NewServer(), probes: probes, interval: cfg.ProbeInterval, timeout: cfg.ProbeTimeout, logger: logger,
		failing: map[string]bool{}, state: grpc_health_v1.HealthCheckResponse_NOT_SERVING,
	}
	h.add("") // the whole server
	return h
}

func (h *health) register(registrar grpc.ServiceRegistrar) {
	grpc_health_v1.RegisterHealthServer(registrar, h.server)
}

// add makes a service known; it is NOT_SERVING until the probes have passed.
func (h *health) add(service string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.services = append(h.services, service)
	h.server.SetServingStatus(service, h.state)
}

// check asks all probes once, at the same time, and publishes the result. A failing probe is no error: it may pass later.
func (h *health) check(ctx context.Context) error {
	results := make([]error, len(h.probes))
	var wg sync.WaitGroup
	for i, probe := range h.probes {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, h.timeout)
			defer cancel()
			results[i] = ask(ctx, probe)
		})
	}
	wg.Wait()
	h.publish(ctx, results)
	return nil
}

// ask gives up on a probe that does not heed its context: one that hangs is the very thing to find out.
func ask(ctx context.Context, probe Probe) error {
	result := make(chan error, 1)
	go func() { result <- probe.Check(ctx) }()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return fmt.Errorf("no answer: %w", ctx.Err())
	}
}

func (h *health) publish(ctx context.Context, results []error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped || ctx.Err() != nil {
		return
	}
	state := grpc_health_v1.HealthCheckResponse_SERVING
	for i, err := range results {
		name := h.probes[i].Name
		switch {
		case err != nil && !h.failing[name]:
			h.logger.ErrorContext(ctx, "health probe fails", "probe", name, "error", err)
		case err == nil && h.failing[name]:
			h.logger.InfoContext(ctx, "health probe passes again", "probe", name)
		}
		h.failing[name] = err != nil
		if err != nil {
			state = grpc_health_v1.HealthCheckResponse_NOT_SERVING
		}
	}
	h.state = state
	for _, service := range h.services {
		h.server.SetServingStatus(service, state)
	}
}

// watch checks at every interval until ctx ends.
func (h *health) watch(ctx context.Context) error {
	ticker := time.NewTicker(h.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := h.check(ctx); err != nil {
				return err
			}
		}
	}
}

// serving is what the health service says of the whole server.
func (h *health) serving() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state == grpc_health_v1.HealthCheckResponse_SERVING && !h.stopped
}

// stop says NOT_SERVING for good, before the server stops.
func (h *health) stop(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	h.server.Shutdown()
	return nil
}
