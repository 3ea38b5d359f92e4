package pg_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/platform/localpg"
	"github.com/bavn/bavn/platform/pg"
)

// BenchmarkCommand runs the same five-statement command (lock, update, three inserts) in the ways there are, by 8 clients
// on a durable server, and reports commands per second. "one statement" is the floor: all of it in a single CTE.
//
//	go test ./pg -run '^$' -bench Command -benchtime 2s
func BenchmarkCommand(b *testing.B) {
	const clients = 8
	server, err := localpg.Start(b.Context(), localpg.Options{Durable: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { server.Stop(context.WithoutCancel(b.Context())) }) //nolint:errcheck // temporary
	pool := openPool(b, pg.Config{URL: server.URL("postgres")})
	if _, err := pool.Exec(b.Context(), `
		CREATE TABLE ticket (name text PRIMARY KEY, moves bigint NOT NULL DEFAULT 0);
		CREATE TABLE event (ticket text NOT NULL, position bigint GENERATED ALWAYS AS IDENTITY, body text NOT NULL);
		INSERT INTO ticket SELECT 'ticket-' || n FROM generate_series(1, 10000) n`); err != nil {
		b.Fatal(err)
	}
	for _, way := range []struct {
		name string
		run  func(ctx context.Context, pool *pgxpool.Pool, ticket string) error
	}{
		{"InTx", moveInTx},
		{"InPipeline", moveInPipeline},
		{"one statement", func(ctx context.Context, pool *pgxpool.Pool, ticket string) error {
			_, err := pool.Exec(ctx, `
				WITH moved AS (UPDATE ticket SET moves = moves + 1 WHERE name = $1 RETURNING name)
				INSERT INTO event (ticket, body) SELECT name, unnest('{event,request,text}'::text[]) FROM moved`, ticket)
			return err
		}},
	} {
		b.Run(way.name, func(b *testing.B) {
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ReportAllocs()
			b.ResetTimer()
			for range clients {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						if err := way.run(b.Context(), pool, fmt.Sprintf("ticket-%d", n%10000+1)); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
		})
	}
}
