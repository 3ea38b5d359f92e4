package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"github.com/bavn/bavn/platform/clock"
)

// A test moves the clock and expects the jobs that became due. River takes a clock for what concerns jobs, but its leader does
// not survive one that leaps (its lease has then run out), and its rescuer and cleaner compare the injected time with the
// machine's. So under a steered clock no client leads, and this scheduler does the leader's one needed task.

const steeredPoll = 50 * time.Millisecond // of real time

// steer gives River the test's clock and lets it poll fast.
func steer(settings *river.Config, c clock.Clock) {
	settings.Test.Time = steeredTime{c}
	settings.LeaderElectionDisabled = true
	settings.TestOnly = true
	settings.FetchPollInterval = steeredPoll
	settings.FetchCooldown = min(settings.FetchCooldown, steeredPoll)
}

// steeredTime is the clock in River's shape.
type steeredTime struct{ clock clock.Clock }

func (t steeredTime) Now() time.Time { return t.clock.Now() }

// NowOrNil is the time for SQL; nil would mean the database's.
func (t steeredTime) NowOrNil() *time.Time {
	now := t.clock.Now()
	return &now
}

type steeredScheduler struct {
	exec   riverdriver.Executor
	clock  clock.Clock
	logger *slog.Logger
	cancel context.CancelFunc
	done   chan struct{}
}

func newSteeredScheduler(exec riverdriver.Executor, c clock.Clock, logger *slog.Logger) *steeredScheduler {
	return &steeredScheduler{exec: exec, clock: c, logger: logger}
}

func (s *steeredScheduler) start(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	s.cancel, s.done = cancel, make(chan struct{})
	go s.run(ctx)
}

func (s *steeredScheduler) stop() {
	s.cancel()
	<-s.done
}

func (s *steeredScheduler) run(ctx context.Context) {
	defer close(s.done)
	ticker := time.NewTicker(steeredPoll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := s.clock.Now()
		if _, err := s.exec.JobSchedule(ctx, &riverdriver.JobScheduleParams{Max: 1000, Now: &now}); err != nil && ctx.Err() == nil {
			s.logger.Warn("due jobs not made available", slog.Any("error", err))
		}
	}
}
