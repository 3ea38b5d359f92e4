// Package run starts the parts of a process in order, keeps them together and stops them in order.
//
// A part says to which stage it belongs; the order of the stages is the same in every process:
//
//	start ↓  telemetry → pool → workers → servers → health (SERVING)
//	stop  ↑  health (NOT_SERVING) → drain delay → servers → workers → pool → telemetry
//
// So no request arrives before what it needs is there, callers are sent elsewhere before the server leaves, a worker never
// loses the database under its hands, and the telemetry of the shutdown itself still gets out. Every step of the shutdown is
// bounded. As soon as one part fails, all of them are stopped.
package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bavn/bavn/platform/config"
)

// Config is nested in each process's configuration under the key run.
type Config struct {
	DrainDelay  time.Duration `koanf:"drain_delay" usage:"time between NOT_SERVING and closing the servers, for callers to notice"`
	StopTimeout time.Duration `koanf:"stop_timeout" usage:"longest time one part may take to stop"`
}

// DefaultConfig suits Kubernetes, whose endpoints follow a pod's readiness within a few seconds.
func DefaultConfig() Config {
	return Config{DrainDelay: 3 * time.Second, StopTimeout: 10 * time.Second}
}

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	var errs []error
	if c.DrainDelay < 0 {
		errs = append(errs, config.Invalid("drain_delay", "must not be negative, is %v", c.DrainDelay))
	}
	if c.StopTimeout <= 0 {
		errs = append(errs, config.Invalid("stop_timeout", "must be more than 0, is %v", c.StopTimeout))
	}
	return errors.Join(errs...)
}

// Group runs parts. It is used once.
type Group struct {
	cfg    Config
	logger *slog.Logger
	parts  []Part // in the order of starting
	ready  chan struct{}
}

// New sorts the parts by stage; within a stage they start in the order given and stop in the reverse.
func New(cfg Config, logger *slog.Logger, parts ...Part) *Group {
	parts = slices.Clone(parts)
	slices.SortStableFunc(parts, func(a, b Part) int { return int(a.Stage - b.Stage) })
	for i := range parts {
		if parts[i].Timeout == 0 {
			parts[i].Timeout = cfg.StopTimeout
		}
	}
	return &Group{cfg: cfg, logger: logger, parts: parts, ready: make(chan struct{})}
}

// Ready is closed when every part has started.
func (g *Group) Ready() <-chan struct{} { return g.ready }

// Grace is the longest that a shutdown can take: what a supervisor must wait before it kills.
func (g *Group) Grace() time.Duration {
	grace := g.cfg.DrainDelay
	for _, p := range g.parts {
		grace += p.Timeout
	}
	return grace
}

// Run starts all parts and returns when all of them have been stopped: without an error after ctx ended, unless a part did not
// stop as it should, and with the first failure if a part failed.
func (g *Group) Run(ctx context.Context) error {
	serving, failed := errgroup.WithContext(ctx)
	started, err := g.start(failed, serving)
	if err == nil {
		g.logger.Info("all parts started", slog.Int("parts", len(started)))
		close(g.ready)
		<-failed.Done()
		err = context.Cause(failed) // what the part said that ended first
	}
	if ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
		err = nil // told to stop, perhaps while still starting
	}
	if err != nil {
		g.logger.Error("a part failed, all are stopped", slog.Any("error", err))
	} else {
		g.logger.Info("told to stop", slog.Duration("longest", g.Grace()))
	}
	// serving.Wait is not called: a Serve that ignores its end is given up after its part's timeout.
	return errors.Join(err, g.stop(context.WithoutCancel(ctx), started))
}

func (g *Group) start(ctx context.Context, serving *errgroup.Group) ([]*running, error) {
	var started []*running
	for _, p := range g.parts {
		r, err := start(ctx, p, serving)
		if err != nil {
			return started, fmt.Errorf("start %s: %w", p.Name, err)
		}
		g.logger.Debug("part started", slog.String("part", p.Name))
		started = append(started, r)
	}
	return started, nil
}

// stop takes the parts down in reverse, whatever becomes of each.
func (g *Group) stop(ctx context.Context, started []*running) error {
	var errs []error
	for i, r := range slices.Backward(started) {
		if err := r.stop(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", r.Name, err))
			g.logger.Error("part did not stop as it should", slog.String("part", r.Name), slog.Any("error", err))
		} else {
			g.logger.Debug("part stopped", slog.String("part", r.Name))
		}
		if r.Stage == Health && (i == 0 || started[i-1].Stage != Health) {
			<-time.After(g.cfg.DrainDelay) // NOT_SERVING is said: callers look away before the servers close
		}
	}
	return errors.Join(errs...)
}
