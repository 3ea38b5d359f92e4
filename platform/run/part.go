package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// Stage is when a part is started and stopped.
type Stage int

// The stages in the order of starting. Stopping goes the other way.
const (
	Telemetry Stage = iota // traces, and the endpoint that serves metrics and probes
	Pool                   // database connections, migrations
	Workers                // jobs, subscribers, whatever acts without being called
	Servers                // gRPC and HTTP
	Health                 // tells callers to come, and first of all to stay away
)

// Part is one thing that runs. At least one of the three functions must be set.
type Part struct {
	Name  string
	Stage Stage

	// Start returns when the part is ready to be used by those of later stages. Its ctx ends when the process is told to stop,
	// which is before the part's own turn: what has to live on until Stop detaches from it (context.WithoutCancel).
	Start func(ctx context.Context) error
	// Serve does the work until it is stopped. If it returns before, with an error or without, the process stops.
	Serve func(ctx context.Context) error
	// Stop ends the part gracefully within its ctx. After Stop, or at once without it, the context of Serve ends.
	Stop func(ctx context.Context) error

	// Timeout bounds Stop and the end of Serve together. Zero means Config.StopTimeout.
	Timeout time.Duration
}

// running is a part that has been started.
type running struct {
	Part
	cancel   context.CancelFunc // ends the context of Serve
	stopping chan struct{}      // closed when the part is told to stop
	ended    chan struct{}      // closed when Serve has returned
	err      error              // of a Serve that was told to stop; read it after ended
}

var errEnded = errors.New("ended without being told to")

// start gives Serve a context that outlives the group's, so that the failure of one part, or a signal, ends the others in
// their order and not all at once.
func start(ctx context.Context, p Part, serving *errgroup.Group) (*running, error) {
	serveCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &running{Part: p, cancel: cancel, stopping: make(chan struct{}), ended: make(chan struct{})}
	if p.Start != nil {
		if err := p.Start(ctx); err != nil {
			cancel()
			return nil, err
		}
	}
	if p.Serve == nil {
		close(r.ended)
		return r, nil
	}
	serving.Go(func() error {
		defer close(r.ended)
		err := p.Serve(serveCtx)
		select {
		case <-r.stopping:
			r.err = err
			return nil
		default:
		}
		if err == nil {
			err = errEnded
		}
		return fmt.Errorf("%s: %w", p.Name, err)
	})
	return r, nil
}

// stop returns within the part's timeout even if neither Stop nor Serve heeds its context; what hangs is left behind, because
// the parts below must still get their turn.
func (r *running) stop(ctx context.Context) error {
	ctx, done := context.WithTimeout(ctx, r.Timeout)
	defer done()
	close(r.stopping)
	defer r.cancel()

	var stopErr error
	if r.Stop != nil {
		result := make(chan error, 1)
		go func() { result <- r.Stop(ctx) }()
		select {
		case stopErr = <-result:
		case <-ctx.Done():
			return fmt.Errorf("not done within %v", r.Timeout)
		}
	}
	r.cancel()
	select {
	case <-r.ended:
	case <-ctx.Done():
		return errors.Join(stopErr, fmt.Errorf("still serving after %v", r.Timeout))
	}
	if errors.Is(r.err, context.Canceled) {
		return stopErr
	}
	return errors.Join(stopErr, r.err)
}
