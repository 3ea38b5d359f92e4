package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river/riverdriver"

	"github.com/bavn/bavn/platform/clock"
)

// promoteEvery is how often due jobs are made available, and promotedAtOnce how many at a time.
const (
	promoteEvery   = time.Second
	promotedAtOnce = 1000
)

// promoter makes due jobs available to those who fetch, on every replica. River leaves it to the client that leads: when that
// dies, its lease holds every timer back for fifteen seconds, and the next one looks every five. By the same statement it is
// done twice at worst, which changes nothing.
type promoter struct {
	exec   riverdriver.Executor
	clock  clock.Clock // nil for the database's
	every  time.Duration
	logger *slog.Logger
	cancel context.CancelFunc
	done   chan struct{}
}

func (p *promoter) start(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	p.cancel, p.done = cancel, make(chan struct{})
	go p.run(ctx)
}

func (p *promoter) stop() {
	p.cancel()
	<-p.done
}

func (p *promoter) run(ctx context.Context) {
	defer close(p.done)
	ticker := time.NewTicker(p.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		due := &riverdriver.JobScheduleParams{Max: promotedAtOnce}
		if p.clock != nil {
			now := p.clock.Now()
			due.Now = &now
		}
		if _, err := p.exec.JobSchedule(ctx, due); err != nil && ctx.Err() == nil {
			p.logger.Warn("due jobs not made available", slog.Any("error", err))
		}
	}
}
