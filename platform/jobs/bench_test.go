package jobs_test

import (
	"bytes"
	"context"
	"log/slog"
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

func nothing(context.Context, *river.Job[step]) error { return nil }
