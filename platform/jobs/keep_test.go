package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/pg"
)

// urgent is a job with options of its own.
type urgent struct{ step }

func (urgent) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 3, Priority: 1, Queue: "urgent"}
}

func TestAKeptJobIsTheRowThatRiverWouldWrite(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args river.JobArgs
		due  time.Time
	}{
		"at once":           {args: step{Name: "ø"}},
		"within seconds":    {args: step{}, due: midsummer.Add(time.Second)},
		"in days":           {args: step{}, due: midsummer.Add(72 * time.Hour)},
		"options of a kind": {args: urgent{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, quick(), clock.NewManual(midsummer), nothing)
			ctx, request := b.traces.Tracer("test").Start(t.Context(), "request")
			defer request.End()
			err := pg.InTx(ctx, b.pool, func(ctx context.Context, tx pgx.Tx) error {
				_, err := b.InsertTx(ctx, tx, tt.args, &river.InsertOpts{ScheduledAt: tt.due})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			err = pg.InPipeline(ctx, b.pool, func(ctx context.Context, p *pg.Pipeline) error {
				return b.Keep(ctx, p, tt.args, tt.due)
			})
			if err != nil {
				t.Fatal(err)
			}
			rows, err := b.pool.Query(t.Context(), "SELECT to_jsonb(river_job) - 'id' FROM river_job ORDER BY id")
			if err != nil {
				t.Fatal(err)
			}
			stored, err := pgx.CollectRows(rows, pgx.RowTo[map[string]any])
			if err != nil || len(stored) != 2 {
				t.Fatalf("%d rows, %v", len(stored), err)
			}
			if diff := cmp.Diff(stored[0], stored[1]); diff != "" {
				t.Errorf("River's row (-) and the kept one (+) differ:\n%s", diff)
			}
		})
	}
}

func TestAKeptJobIsWorked(t *testing.T) {
	t.Parallel()
	ran := make(chan string, 1)
	b := newBench(t, quick(), clock.System(), func(_ context.Context, job *river.Job[step]) error {
		ran <- job.Args.Name
		return nil
	})
	b.start(t)
	if err := b.Keep(t.Context(), b.pool, step{Name: "kept"}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := receive(t, "the job", ran); got != "kept" {
		t.Errorf("got %q", got)
	}
}

func TestAKeptJobIsDroppedUnlessItRuns(t *testing.T) {
	t.Parallel()
	begun, finish := make(chan string), make(chan struct{})
	b := newBench(t, quick(), clock.System(), func(_ context.Context, job *river.Job[step]) error {
		begun <- job.Args.Name
		<-finish
		return nil
	})
	next := func() (id int64) {
		if err := b.pool.QueryRow(t.Context(), "SELECT "+jobs.NextID).Scan(&id); err != nil {
			t.Fatal(err)
		}
		return id
	}
	waiting, running := next(), next()
	for id, due := range map[int64]time.Time{waiting: time.Now().Add(time.Hour), running: {}} {
		if err := b.KeepAs(t.Context(), b.pool, id, step{}, due); err != nil {
			t.Fatal(err)
		}
	}
	b.start(t)
	receive(t, "the job that runs", begun)
	for _, id := range []int64{waiting, running} {
		if err := jobs.Drop(t.Context(), b.pool, id); err != nil {
			t.Fatal(err)
		}
	}
	var left []int64
	if err := b.pool.QueryRow(t.Context(), "SELECT array_agg(id) FROM river_job").Scan(&left); err != nil {
		t.Fatal(err)
	}
	close(finish)
	if diff := cmp.Diff([]int64{running}, left); diff != "" {
		t.Errorf("only the job that runs may be left:\n%s", diff)
	}
}

// once is a job that exists once per arguments, which takes River's own insertion to hold.
type once struct{ step }

func (once) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{rivertype.JobStateAvailable}, ByArgs: true}}
}

func TestAKeptJobCannotBeUnique(t *testing.T) {
	t.Parallel()
	b := newBench(t, quick(), clock.System(), nothing)
	if err := b.Keep(t.Context(), b.pool, once{}, time.Time{}); err == nil {
		t.Error("a unique job must be refused, not silently inserted twice")
	}
}
