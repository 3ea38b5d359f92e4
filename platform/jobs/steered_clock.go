package jobs

import (
	"time"

	"github.com/riverqueue/river"

	"github.com/bavn/bavn/platform/clock"
)

// A test moves the clock and expects the jobs that became due. River takes a clock for what concerns jobs, but its leader does
// not survive one that leaps (its lease has then run out), and its rescuer and cleaner compare the injected time with the
// machine's. So under a steered clock no client leads, and the promoter does the leader's one needed task.

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
