package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
)

var database = pgtest.NewTemplate(jobs.Migrate)

// step is the job of these tests; what it does is the test's choice.
type step struct {
	Name string `json:"name"`
}

func (step) Kind() string { return "step" }

// bench is a client with all that can be seen of it.
type bench struct {
	*jobs.Client
	pool    *pgxpool.Pool
	traces  *sdktrace.TracerProvider
	spans   *tracetest.InMemoryExporter
	metrics *sdkmetric.ManualReader
	log     *lines
}

// lines is a log that may be written and read at once.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// quick is the default configuration without its waits.
func quick() jobs.Config {
	cfg := jobs.DefaultConfig()
	cfg.FetchCooldown, cfg.FetchPollInterval = time.Millisecond, 50*time.Millisecond
	return cfg
}

func newBench(tb testing.TB, cfg jobs.Config, c clock.Clock, work func(context.Context, *river.Job[step]) error) *bench {
	tb.Helper()
	b := &bench{pool: database.Pool(tb), spans: tracetest.NewInMemoryExporter(), metrics: sdkmetric.NewManualReader(), log: &lines{}}
	b.traces = sdktrace.NewTracerProvider(sdktrace.WithSyncer(b.spans))
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(work))
	var err error
	b.Client, err = jobs.New(cfg, jobs.Deps{
		Pool: b.pool, Clock: c, Workers: workers, TracerProvider: b.traces,
		MeterProvider: sdkmetric.NewMeterProvider(sdkmetric.WithReader(b.metrics)),
		Logger:        slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func (b *bench) start(tb testing.TB) {
	tb.Helper()
	if err := b.Start(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = b.Stop(context.WithoutCancel(tb.Context())) })
}

func (b *bench) insert(ctx context.Context, tb testing.TB, options *river.InsertOpts) *rivertype.JobRow {
	tb.Helper()
	var row *rivertype.JobRow
	err := pg.InTx(ctx, b.pool, func(ctx context.Context, tx pgx.Tx) error {
		result, err := b.InsertTx(ctx, tx, step{}, options)
		if err == nil {
			row = result.Job
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return row
}

// patience is how long a test waits for what must happen; it is only ever used up by a failure.
const patience = 20 * time.Second

func receive[T any](tb testing.TB, what string, from <-chan T) T {
	tb.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(patience):
		tb.Fatalf("%s did not happen within %v", what, patience)
		panic("unreachable")
	}
}

// eventually asks until the answer is yes.
func eventually(tb testing.TB, what string, ask func() bool) {
	tb.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ask() {
		select {
		case <-deadline:
			tb.Fatalf("not within %v: %s", patience, what)
		case <-tick.C:
		}
	}
}

func (b *bench) state(tb testing.TB, id int64) (state rivertype.JobState) {
	tb.Helper()
	if err := b.pool.QueryRow(tb.Context(), "SELECT state FROM river_job WHERE id = $1", id).Scan(&state); err != nil {
		tb.Fatal(err)
	}
	return state
}

var midsummer = time.Date(2030, 6, 21, 12, 0, 0, 0, time.UTC)

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

func nothing(context.Context, *river.Job[step]) error { return nil }

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

func TestReplicasMigrateTogether(t *testing.T) {
	t.Parallel()
	empty := pgtest.NewTemplate()
	url := empty.URL(t)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := jobs.SchemaCurrent(t.Context(), pool); err == nil {
		t.Error("an empty database has no job tables")
	}
	results := make(chan error, 4)
	for range cap(results) {
		go func() { results <- jobs.Migrate(t.Context(), url) }()
	}
	for range cap(results) {
		if err := receive(t, "migration", results); err != nil {
			t.Error(err)
		}
	}
	if err := jobs.SchemaCurrent(t.Context(), pool); err != nil {
		t.Error(err)
	}
	const forgetLast = "DELETE FROM river_migration WHERE version = (SELECT max(version) FROM river_migration)"
	if _, err := pool.Exec(t.Context(), forgetLast); err != nil {
		t.Fatal(err)
	}
	if err := jobs.SchemaCurrent(t.Context(), pool); err == nil {
		t.Error("a database restored from before the last migration is not current")
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
