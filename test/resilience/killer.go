package resilience

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bavn/bavn/cmd/bavn/suite"
)

const (
	// backWithin is how long a service may take until it serves again, with PostgreSQL killed meanwhile and a busy machine.
	backWithin = 2 * time.Minute
	// startAgain is the pause before a service is started that ended while it started, because its database was away.
	startAgain = 250 * time.Millisecond
)

// killer ends processes as a crash would (SIGKILL) and has them started again at once, as Kubernetes does. A process may be hit
// again while it starts.
type killer struct {
	processes *suite.Processes

	mu       sync.Mutex
	reviving map[string]bool
	kills    map[string]int // by victim
	again    map[string]int // starts that had to be repeated, by service
	alone    []string       // services that ended by themselves while they served
}

func newKiller(processes *suite.Processes) *killer {
	return &killer{processes: processes, reviving: map[string]bool{}, kills: map[string]int{}, again: map[string]int{}}
}

// carryOut strikes by plan and returns when all victims are back.
func (k *killer) carryOut(ctx context.Context, strikes []strike) error {
	revivals, ctx := errgroup.WithContext(ctx)
	revivals.Go(func() error {
		for _, s := range strikes {
			if err := pause(ctx, s.after); err != nil {
				return err
			}
			strike := k.strikeService
			if s.victim == postgreSQL {
				strike = k.strikePostgreSQL
			}
			if err := strike(ctx, s.victim, revivals.Go); err != nil {
				return err
			}
		}
		return nil
	})
	return revivals.Wait()
}

// strikeService kills one of the five. One that does not run at the moment, because an earlier blow has just hit it, is waited
// for.
func (k *killer) strikeService(ctx context.Context, name string, meanwhile func(func() error)) error {
	for !k.hit(ctx, name, meanwhile) {
		if err := pause(ctx, startAgain); err != nil {
			return err
		}
	}
	return nil
}

// hit reports whether there was a process to kill.
func (k *killer) hit(ctx context.Context, name string, meanwhile func(func() error)) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	killed := k.processes.Kill(name) == nil // the only other answer is that it does not run
	if killed {
		k.kills[name]++
	}
	if !k.reviving[name] {
		if !killed {
			k.alone = append(k.alone, name)
		}
		k.reviving[name] = true
		meanwhile(func() error { return k.revive(ctx, name) })
	}
	return killed
}

// revive starts a service until it serves.
func (k *killer) revive(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, backWithin, fmt.Errorf("%s does not serve after %v", name, backWithin))
	defer cancel()
	for {
		err := k.processes.Start(ctx, name)
		if ctx.Err() != nil {
			return errors.Join(context.Cause(ctx), err)
		}
		if k.stands(name, err == nil) {
			return nil
		}
		if err := pause(ctx, startAgain); err != nil {
			return errors.Join(context.Cause(ctx), err)
		}
	}
}

// stands ends the revival of a service that serves and has not been killed since.
func (k *killer) stands(name string, served bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, runs := k.processes.PID(name); served && runs {
		k.reviving[name] = false
		return true
	}
	k.again[name]++
	return false
}

// strikePostgreSQL kills the database server under everybody and starts it again on its data.
func (k *killer) strikePostgreSQL(ctx context.Context, _ string, meanwhile func(func() error)) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.processes.Postgres().Kill(); err != nil {
		return fmt.Errorf("kill PostgreSQL: %w", err)
	}
	k.kills[postgreSQL]++
	meanwhile(func() error { return k.processes.Postgres().Restart(ctx) })
	return nil
}

// gone are the services that do not run now.
func (k *killer) gone() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	gone := append([]string(nil), k.alone...)
	for _, name := range suite.Names {
		if _, runs := k.processes.PID(name); !runs {
			gone = append(gone, name)
		}
	}
	return gone
}

// toll is how often each was killed.
func (k *killer) toll() map[string]int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return maps.Clone(k.kills)
}

// pause waits for a while, or until ctx ends.
func pause(ctx context.Context, while time.Duration) error {
	timer := time.NewTimer(while)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
