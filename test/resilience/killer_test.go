package resilience_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bavn/bavn/cmd/bavn/suite"
	"github.com/bavn/bavn/test/house"
)

// killer ends services and the database as crashes would, each on its own, so that some are down together.
type killer struct {
	processes *suite.Processes

	mu     sync.Mutex
	random *rand.Rand
	deaths map[string]int
	failed map[string]int // starts that did not come up, because what they need was down too
}

// postgres is the name of the database among the victims.
const postgres = "PostgreSQL"

// rage kills and revives until everybody has had their share, and returns when all stand again.
func (k *killer) rage(ctx context.Context, d trouble) error {
	k.deaths, k.failed = map[string]int{}, map[string]int{}
	share := map[string]int{postgres: d.outages}
	for i := range d.kills { // everybody once, then by chance
		victim := suite.Names[i%len(suite.Names)]
		if i >= len(suite.Names) {
			victim = suite.Names[k.below(len(suite.Names))]
		}
		share[victim]++
	}
	group, ctx := errgroup.WithContext(ctx)
	for victim, times := range share {
		group.Go(func() error {
			for range times {
				// On average the deaths fill the run; what is over is caught up with at its end.
				if err := k.wait(ctx, time.Duration(2*k.fraction()*float64(d.duration)/float64(times+1))); err != nil {
					return err
				}
				if err := k.strike(ctx, victim); err != nil {
					return fmt.Errorf("%s: %w", victim, err)
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// strike kills, lets a moment pass in which nobody answers, and revives.
func (k *killer) strike(ctx context.Context, victim string) error {
	kill, revive := func() error { return k.processes.Kill(victim) }, func(ctx context.Context) error { return k.processes.Start(ctx, victim) }
	if victim == postgres {
		kill, revive = k.processes.Postgres().Kill, k.processes.Postgres().Restart
	}
	if err := kill(); err != nil {
		return err
	}
	k.count(k.deaths, victim)
	if err := k.wait(ctx, time.Duration(k.below(int(500*time.Millisecond)))); err != nil {
		return err
	}
	return house.Until(ctx, func(ctx context.Context) error {
		err := revive(ctx)
		if err != nil {
			k.count(k.failed, victim)
		}
		return err
	})
}

func (k *killer) count(of map[string]int, victim string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	of[victim]++
}

func (k *killer) below(n int) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.random.IntN(n)
}

func (k *killer) fraction() float64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.random.Float64()
}

func (k *killer) wait(ctx context.Context, d time.Duration) error { return pause(ctx, d) }

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
