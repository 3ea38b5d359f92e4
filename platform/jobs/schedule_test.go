package jobs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/bavn/bavn/platform/clock"
)

func TestAScheduledJobRunsWhenTheClockSaysSoAndNotBefore(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(midsummer)
	ran := make(chan time.Time, 1)
	b := newBench(t, quick(), now, func(context.Context, *river.Job[step]) error {
		ran <- now.Now()
		return nil
	})
	b.start(t)
	due := midsummer.Add(15 * 24 * time.Hour) // R106: silence closes after days
	row := b.insert(t.Context(), t, &river.InsertOpts{ScheduledAt: due})

	now.Set(due.Add(-time.Microsecond))
	marker := b.insert(t.Context(), t, nil)
	receive(t, "the marker, which proves that the queue was looked at", ran)
	eventually(t, "marker completed", func() bool { return b.state(t, marker.ID) == rivertype.JobStateCompleted })
	if state := b.state(t, row.ID); state != rivertype.JobStateScheduled {
		t.Fatalf("a microsecond before its time the job is %s", state)
	}

	now.Set(due)
	if got := receive(t, "the job", ran); !got.Equal(due) {
		t.Errorf("ran at %v, due at %v", got, due)
	}
}

func TestAFailedJobIsRetriedWhenTheClockReachesItsNextAttempt(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(midsummer)
	cfg := quick()
	cfg.RetryBase, cfg.RetryMax, cfg.MaxAttempts = time.Hour, time.Hour, 2
	attempts := make(chan int, 2)
	b := newBench(t, cfg, now, func(_ context.Context, job *river.Job[step]) error {
		attempts <- job.Attempt
		return errors.New("the receiver is away")
	})
	b.start(t)
	row := b.insert(t.Context(), t, nil)
	receive(t, "the first attempt", attempts)
	eventually(t, "waits for its retry", func() bool { return b.state(t, row.ID) == rivertype.JobStateRetryable })

	now.Advance(2 * time.Hour)
	if got := receive(t, "the second attempt", attempts); got != 2 {
		t.Errorf("attempt %d, want 2", got)
	}
	eventually(t, "is given up and kept", func() bool { return b.state(t, row.ID) == rivertype.JobStateDiscarded })
	for level, outcome := range map[string]string{"WARN": "failed", "ERROR": "given_up"} {
		want := "level=" + level + ` msg="job attempt ended" outcome=` + outcome
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log must say %s:\n%s", want, b.log)
		}
	}
}

func TestTheWaitDoublesWithEveryFailureUpToItsLimit(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(midsummer)
	cfg := quick()
	cfg.RetryBase, cfg.RetryMax = time.Hour, 3*time.Hour
	attempts := make(chan int, 1)
	b := newBench(t, cfg, now, func(_ context.Context, job *river.Job[step]) error {
		attempts <- job.Attempt
		return errors.New("away")
	})
	b.start(t)
	row := b.insert(t.Context(), t, nil)
	for _, want := range []time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour, 3 * time.Hour} {
		attempt := receive(t, "the attempt", attempts)
		eventually(t, "waits", func() bool { return b.state(t, row.ID) == rivertype.JobStateRetryable })
		var next time.Time
		if err := b.pool.QueryRow(t.Context(), "SELECT scheduled_at FROM river_job WHERE id = $1", row.ID).Scan(&next); err != nil {
			t.Fatal(err)
		}
		if wait := next.Sub(now.Now()); wait < want || wait > want+want/10 {
			t.Errorf("after attempt %d the wait is %v, want %v and at most a tenth more", attempt, wait, want)
		}
		now.Set(next)
	}
	receive(t, "the last attempt", attempts)
}

func TestAJobDueWithinSecondsDoesNotWaitForTheLeader(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		in   time.Duration
		want rivertype.JobState
	}{
		"overdue":             {-time.Hour, rivertype.JobStateAvailable},
		"due in five seconds": {5 * time.Second, rivertype.JobStateAvailable},
		"due later":           {5*time.Second + time.Microsecond, rivertype.JobStateScheduled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, quick(), clock.NewManual(midsummer), nothing)
			row := b.insert(t.Context(), t, &river.InsertOpts{ScheduledAt: midsummer.Add(tt.in)})
			if state := b.state(t, row.ID); state != tt.want {
				t.Errorf("inserted as %s, want %s", state, tt.want)
			}
		})
	}
}

func TestAJobIsNeverRunBeforeItIsDue(t *testing.T) {
	t.Parallel()
	ran := make(chan time.Time, 1)
	b := newBench(t, quick(), clock.System(), func(context.Context, *river.Job[step]) error {
		ran <- time.Now()
		return nil
	})
	b.start(t)
	due := time.Now().Add(300 * time.Millisecond)
	b.insert(t.Context(), t, &river.InsertOpts{ScheduledAt: due})
	if at := receive(t, "the job", ran); at.Before(due) {
		t.Errorf("ran %v before it was due", due.Sub(at))
	}
}
