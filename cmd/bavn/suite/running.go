package suite

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// stopTimeout bounds one part's shutdown in development, where nobody waits for a load balancer.
const stopTimeout = 5 * time.Second

// group is what runs: a run.Group, or a service's app that embeds one.
type group interface {
	Run(ctx context.Context) error
	Ready() <-chan struct{}
}

// running is a group that has started.
type running struct {
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // read it after ended
}

// start runs a group until stop, whatever becomes of ctx, which bounds the start only.
func start(ctx context.Context, g group) (*running, error) {
	living, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &running{cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		r.err = g.Run(living)
	}()
	select {
	case <-g.Ready():
		return r, nil
	case <-r.ended:
		cancel()
		return nil, errors.Join(r.err, ctx.Err())
	case <-ctx.Done():
		cancel()
		<-r.ended
		return nil, errors.Join(ctx.Err(), r.err)
	}
}

// stop ends the group in its order and returns what did not go as it should.
func (r *running) stop(ctx context.Context) error {
	r.cancel()
	select {
	case <-r.ended:
		return r.err
	case <-ctx.Done():
		return fmt.Errorf("not stopped: %w", ctx.Err())
	}
}
