package command_test

import (
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/services/triage/internal/command"
)

// R65, R67, R91, R106: nothing that time brings is given up because something was away for a night.
func TestNoTimerGivesUpOverNight(t *testing.T) {
	t.Parallel()
	for _, job := range []river.JobArgs{
		command.HandOverExpiry{}, command.TicketTimer{}, command.NextOnDuty{}, command.FollowMain{},
	} {
		options, has := job.(river.JobArgsWithInsertOpts)
		if !has {
			t.Errorf("%s gives up after as many attempts as any other job", job.Kind())
			continue
		}
		if tries := time.Duration(options.InsertOpts().MaxAttempts) * jobs.DefaultConfig().RetryMax; tries < 72*time.Hour {
			t.Errorf("%s gives up after %v", job.Kind(), tries)
		}
	}
}
