package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// tally is what a load did.
type tally struct {
	took      time.Duration
	latencies []time.Duration // of every call, sorted
}

// perSecond is how many calls were answered in a second.
func (t tally) perSecond() float64 { return float64(len(t.latencies)) / t.took.Seconds() }

// quantile is the latency that a share of the calls did not exceed.
func (t tally) quantile(share float64) time.Duration {
	if len(t.latencies) == 0 {
		return 0
	}
	return t.latencies[min(int(share*float64(len(t.latencies))), len(t.latencies)-1)]
}

// call is one call of one client. A client never calls twice at the same time.
type call func(ctx context.Context, client int) error

// closedLoop lets every client call again as soon as it is answered, for a while: the most that clients without patience get
// out of a system. The first error ends it, because a load that fails measures nothing.
func closedLoop(ctx context.Context, clients int, last time.Duration, do call) (tally, error) {
	began := time.Now()
	end := began.Add(last)
	return gather(ctx, clients, began, func(ctx context.Context, client int, answered func(time.Time)) error {
		for {
			now := time.Now()
			if !now.Before(end) || ctx.Err() != nil {
				return ctx.Err()
			}
			if err := do(ctx, client); err != nil {
				return err
			}
			answered(now)
		}
	})
}

// behindSchedule is how late an open loop's last call may begin; beyond, the system did not carry the rate.
const behindSchedule = time.Second

// openLoop calls at a steady rate whether or not earlier calls were answered, as people do who do not know of each other. A
// latency counts from when the call was due, so that a stall shows in every call that it delayed.
func openLoop(ctx context.Context, clients int, rate float64, last time.Duration, do call) (tally, error) {
	began := time.Now()
	calls := int64(rate * last.Seconds())
	var next atomic.Int64
	return gather(ctx, clients, began, func(ctx context.Context, client int, answered func(time.Time)) error {
		for {
			n := next.Add(1) - 1
			if n >= calls {
				return nil
			}
			due := began.Add(time.Duration(float64(n) / rate * float64(time.Second)))
			if err := waitUntil(ctx, due); err != nil {
				return err
			}
			if late := time.Since(due); late > behindSchedule {
				return fmt.Errorf("call %d of %.0f/s began %v late: %d clients are all busy", n, rate, late, clients)
			}
			if err := do(ctx, client); err != nil {
				return err
			}
			answered(due)
		}
	})
}

func gather(
	ctx context.Context, clients int, began time.Time,
	run func(ctx context.Context, client int, answered func(since time.Time)) error,
) (tally, error) {
	var (
		mu  sync.Mutex
		all tally
	)
	group, ctx := errgroup.WithContext(ctx)
	for client := range clients {
		group.Go(func() error {
			var latencies []time.Duration
			err := run(ctx, client, func(since time.Time) { latencies = append(latencies, time.Since(since)) })
			mu.Lock()
			defer mu.Unlock()
			all.latencies = append(all.latencies, latencies...)
			return err
		})
	}
	err := group.Wait()
	all.took = time.Since(began)
	slices.Sort(all.latencies)
	return all, err
}

func waitUntil(ctx context.Context, due time.Time) error {
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
