package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/pg"
)

func TestAJobExistsExactlyIfItsTransactionCommits(t *testing.T) {
	t.Parallel()
	ran := make(chan string, 10)
	b := newBench(t, quick(), clock.System(), func(_ context.Context, job *river.Job[step]) error {
		ran <- job.Args.Name
		return nil
	})
	b.start(t)
	refused := errors.New("the command was refused")
	for name, result := range map[string]error{"rolled back": refused, "committed": nil} {
		err := pg.InTx(t.Context(), b.pool, func(ctx context.Context, tx pgx.Tx) error {
			if _, err := b.InsertTx(ctx, tx, step{Name: name}, nil); err != nil {
				return err
			}
			return result
		})
		if !errors.Is(err, result) {
			t.Fatal(err)
		}
	}
	if got := receive(t, "the job", ran); got != "committed" {
		t.Errorf("the job that ran is the one that was %s", got)
	}
	var left int
	if err := b.pool.QueryRow(t.Context(), "SELECT count(*) FROM river_job").Scan(&left); err != nil || left != 1 {
		t.Errorf("%d jobs are stored, want 1 (%v)", left, err)
	}
}

func TestTheLeaderRescuesWhatADeadProcessLeftAndClearsWhatIsDone(t *testing.T) {
	t.Parallel()
	cfg := quick()
	cfg.JobTimeout, cfg.RescueAfter, cfg.CompletedRetention = time.Second, 2*time.Second, time.Second
	b := newBench(t, cfg, clock.System(), nothing)
	const row = `INSERT INTO river_job (kind, args, max_attempts, attempt, attempted_at, attempted_by, state, finalized_at)
		VALUES ('step', '{}', 5, 1, now() - interval '1 minute', '{dead}', $1::river_job_state, $2) RETURNING id`
	var stuck, done int64
	if err := errors.Join(
		b.pool.QueryRow(t.Context(), row, "running", nil).Scan(&stuck),
		b.pool.QueryRow(t.Context(), row, "completed", time.Now().Add(-time.Minute)).Scan(&done),
	); err != nil {
		t.Fatal(err)
	}
	b.start(t)
	eventually(t, "the stuck job is up for another attempt", func() bool { return b.state(t, stuck) != rivertype.JobStateRunning })
	eventually(t, "the completed job is gone", func() bool {
		var left int
		err := b.pool.QueryRow(t.Context(), "SELECT count(*) FROM river_job WHERE id = $1", done).Scan(&left)
		return err == nil && left == 0
	})
}

func TestStopLetsARunningJobFinish(t *testing.T) {
	t.Parallel()
	running, finish := make(chan struct{}), make(chan struct{})
	b := newBench(t, quick(), clock.System(), func(context.Context, *river.Job[step]) error {
		close(running)
		<-finish
		return nil
	})
	b.start(t)
	row := b.insert(t.Context(), t, nil)
	receive(t, "the job", running)
	stopped := make(chan error, 1)
	go func() { stopped <- b.Stop(t.Context()) }()
	close(finish)
	if err := receive(t, "the stop", stopped); err != nil {
		t.Fatal(err)
	}
	if state := b.state(t, row.ID); state != rivertype.JobStateCompleted {
		t.Errorf("after the stop the job is %s", state)
	}
}

func TestStopInterruptsAJobThatTakesTooLongWithoutCostingAnAttempt(t *testing.T) {
	t.Parallel()
	cfg := quick()
	cfg.StopTimeout = 10 * time.Millisecond
	running := make(chan struct{})
	b := newBench(t, cfg, clock.System(), func(ctx context.Context, _ *river.Job[step]) error {
		close(running)
		<-ctx.Done()
		return fmt.Errorf("send: %w", ctx.Err())
	})
	b.start(t)
	row := b.insert(t.Context(), t, nil)
	receive(t, "the job", running)
	if err := b.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	var attempt int
	if err := b.pool.QueryRow(t.Context(), "SELECT attempt FROM river_job WHERE id = $1", row.ID).Scan(&attempt); err != nil {
		t.Fatal(err)
	}
	if state := b.state(t, row.ID); state != rivertype.JobStateAvailable || attempt != 0 {
		t.Errorf("the interrupted job is %s with %d attempts, want available with 0", state, attempt)
	}
}

func TestWorkGoesOnAfterTheStartsContextHasEnded(t *testing.T) {
	t.Parallel()
	ran := make(chan struct{})
	b := newBench(t, quick(), clock.System(), func(context.Context, *river.Job[step]) error {
		close(ran)
		return nil
	})
	// The signal that ends the start's context may come at any time. Servers drain for a while then, and what they insert is
	// still done; here it has come already, because that is the same each time.
	ctx, signal := context.WithCancel(t.Context())
	signal()
	if err := b.Start(ctx); err != nil {
		t.Fatal(err)
	}
	b.insert(t.Context(), t, nil)
	receive(t, "the job", ran)
	if err := b.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestPollOnlyNeitherListensNorNotifies(t *testing.T) {
	t.Parallel()
	for name, pollOnly := range map[string]bool{"poll only": true, "with NOTIFY": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := quick()
			cfg.PollOnly = pollOnly
			ran := make(chan struct{})
			b := newBench(t, cfg, clock.System(), func(context.Context, *river.Job[step]) error {
				close(ran)
				return nil
			})
			listener, err := b.pool.Acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Release()
			if _, err := listener.Exec(t.Context(), `LISTEN "public.river_insert"`); err != nil {
				t.Fatal(err)
			}
			b.start(t)
			b.insert(t.Context(), t, nil)
			receive(t, "the job", ran)

			// A NOTIFY of a committed transaction arrives with the next answer.
			notified := false
			if _, err := listener.Exec(t.Context(), "SELECT 1"); err != nil {
				t.Fatal(err)
			}
			ctx, done := context.WithTimeout(t.Context(), time.Millisecond)
			defer done()
			if n, err := listener.Conn().WaitForNotification(ctx); err == nil {
				notified = n.Channel == "public.river_insert"
			}
			if notified == pollOnly {
				t.Errorf("NOTIFY sent is %v", notified)
			}
		})
	}
}

func TestConfigNamesWhatCannotWork(t *testing.T) {
	t.Parallel()
	if err := jobs.DefaultConfig().Validate(); err != nil {
		t.Fatalf("the defaults must be valid: %v", err)
	}
	cfg := jobs.Config{JobTimeout: time.Minute, RescueAfter: time.Minute}
	err := cfg.Validate()
	for _, key := range []string{
		"max_workers", "max_attempts", "rescue_after", "stop_timeout", "fetch_cooldown", "retry_base", "completed_retention",
	} {
		if err == nil || !strings.Contains(err.Error(), key+":") {
			t.Errorf("%s must be named in %v", key, err)
		}
	}
}
