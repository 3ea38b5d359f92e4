package jobs_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/pg"
)

// BenchmarkLateness measures how long after its due time a job starts, under the default configuration and the machine's
// clock: 200 jobs due at even distances over fifteen seconds, so some are near when inserted and some wait for the leader.
//
//	go test -run '^$' -bench Lateness -benchtime 1x ./jobs
func BenchmarkLateness(b *testing.B) {
	for _, pollOnly := range []bool{false, true} {
		b.Run(fmt.Sprintf("poll_only=%v", pollOnly), func(b *testing.B) {
			cfg := jobs.DefaultConfig()
			cfg.PollOnly = pollOnly
			const count, span = 200, 15 * time.Second
			late := make(chan time.Duration, count)
			bench := newBench(b, cfg, clock.System(), func(_ context.Context, job *river.Job[step]) error {
				late <- time.Since(job.ScheduledAt)
				return nil
			})
			bench.start(b)
			for b.Loop() {
				begin := time.Now()
				for i := range count {
					bench.insert(b.Context(), b, &river.InsertOpts{ScheduledAt: begin.Add(span * time.Duration(i+1) / count)})
				}
				measured := make([]time.Duration, count)
				for i := range measured {
					measured[i] = receive(b, "a job", late)
				}
				slices.Sort(measured)
				for name, at := range map[string]int{"p50-ms": count / 2, "p99-ms": count * 99 / 100, "max-ms": count - 1} {
					b.ReportMetric(float64(measured[at].Microseconds())/1000, name)
				}
			}
		})
	}
}

// BenchmarkLatenessAfterALeaderDied measures the worst case: the leader's lease was renewed a moment before it died, and the
// job needs a leader.
func BenchmarkLatenessAfterALeaderDied(b *testing.B) {
	late := make(chan time.Duration, 1)
	bench := newBench(b, jobs.DefaultConfig(), clock.System(), func(_ context.Context, job *river.Job[step]) error {
		late <- time.Since(job.ScheduledAt)
		return nil
	})
	const dead = "INSERT INTO river_leader (elected_at, expires_at, leader_id) VALUES (now(), now() + interval '15 seconds', 'dead')"
	if _, err := bench.pool.Exec(b.Context(), dead); err != nil {
		b.Fatal(err)
	}
	bench.start(b)
	for b.Loop() {
		bench.insert(b.Context(), b, &river.InsertOpts{ScheduledAt: time.Now().Add(5100 * time.Millisecond)})
		b.ReportMetric(receive(b, "the job", late).Seconds()+5.1, "s-without-leader")
	}
}

// BenchmarkInsert measures a transaction that does nothing but insert a job, by River and by Keep, with and without NOTIFY.
func BenchmarkInsert(b *testing.B) {
	for _, pollOnly := range []bool{false, true} {
		b.Run(fmt.Sprintf("poll_only=%v", pollOnly), func(b *testing.B) {
			cfg := jobs.DefaultConfig()
			cfg.PollOnly, cfg.Queues = pollOnly, map[string]int{}
			bench := newBench(b, cfg, clock.System(), nothing)
			for name, insert := range map[string]func(context.Context, *pg.Pipeline) error{
				"InsertTx": func(ctx context.Context, p *pg.Pipeline) error {
					tx, err := p.Tx(ctx)
					if err != nil {
						return err
					}
					_, err = bench.InsertTx(ctx, tx, step{}, nil)
					return err
				},
				"Keep": func(ctx context.Context, p *pg.Pipeline) error { return bench.Keep(ctx, p, step{}, time.Time{}) },
			} {
				b.Run(name, func(b *testing.B) {
					b.RunParallel(func(p *testing.PB) {
						for p.Next() {
							if err := pg.InPipeline(b.Context(), bench.pool, insert); err != nil {
								b.Error(err)
							}
						}
					})
				})
			}
		})
	}
}
