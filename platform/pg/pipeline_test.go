package pg_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/platform/pg"
)

func TestPipelineCommitsWhatItKept(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	err := pg.InPipeline(t.Context(), pool, func(ctx context.Context, p *pg.Pipeline) error {
		var holder string
		if err := p.QueryRow(ctx, "SELECT holder FROM ticket WHERE name = $1 FOR UPDATE", "one").Scan(&holder); err != nil {
			return err
		}
		if _, err := p.Exec(ctx, "UPDATE ticket SET holder = $2, moves = moves + 1 WHERE name = $1", "one", holder+"+"); err != nil {
			return err
		}
		if n := count(t, pool, "SELECT count(*) FROM ticket WHERE moves > 0"); n != 0 {
			t.Errorf("others see %d uncommitted rows", n)
		}
		_, err := p.Exec(ctx, "INSERT INTO event (ticket, body) VALUES ($1, 'moved')", "one")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, pool, "SELECT count(*) FROM ticket JOIN event ON ticket = name WHERE holder = 'desk+' AND moves = 1"); n != 1 {
		t.Errorf("%d rows are as written, want 1", n)
	}
	poolIsClean(t, pool)
}

// The pipeline's queries see what was kept before them, in one transaction, however they are asked.
func TestPipelineQueriesComeAfterWhatWasKept(t *testing.T) {
	t.Parallel()
	const insert, read = "INSERT INTO event (ticket, body) VALUES ('one', $1)", "SELECT body FROM event ORDER BY position"
	asks := map[string]func(ctx context.Context, p *pg.Pipeline) ([]string, error){
		"Query": func(ctx context.Context, p *pg.Pipeline) ([]string, error) {
			rows, err := p.Query(ctx, read)
			if err != nil {
				return nil, err
			}
			return pgx.CollectRows(rows, pgx.RowTo[string])
		},
		"QueryRow": func(ctx context.Context, p *pg.Pipeline) ([]string, error) {
			var all []string
			err := p.QueryRow(ctx, "SELECT array_agg(body ORDER BY position) FROM event").Scan(&all)
			return all, err
		},
		"SendBatch": func(ctx context.Context, p *pg.Pipeline) ([]string, error) {
			var batch pgx.Batch
			var all []string
			batch.Queue("SELECT 1")
			batch.Queue(read).Query(func(rows pgx.Rows) (err error) {
				all, err = pgx.CollectRows(rows, pgx.RowTo[string])
				return err
			})
			return all, p.SendBatch(ctx, &batch).Close()
		},
		"Tx": func(ctx context.Context, p *pg.Pipeline) ([]string, error) {
			tx, err := p.Tx(ctx)
			if err != nil {
				return nil, err
			}
			rows, err := tx.Query(ctx, read)
			if err != nil {
				return nil, err
			}
			return pgx.CollectRows(rows, pgx.RowTo[string])
		},
	}
	for name, ask := range asks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := database.Pool(t)
			err := pg.InPipeline(t.Context(), pool, func(ctx context.Context, p *pg.Pipeline) error {
				for _, bodies := range [][]string{{"a"}, {"a", "b"}} {
					if _, err := p.Exec(ctx, insert, bodies[len(bodies)-1]); err != nil {
						return err
					}
					got, err := ask(ctx, p)
					if err != nil {
						return err
					}
					if len(got) != len(bodies) {
						t.Errorf("reads %v, want %v", got, bodies)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if n := count(t, pool, "SELECT count(*) FROM event"); n != 2 {
				t.Errorf("%d events committed, want 2", n)
			}
			poolIsClean(t, pool)
		})
	}
}

// Whatever goes wrong, nothing is written and the connection goes back clean.
func TestFailedPipelineWritesNothing(t *testing.T) {
	t.Parallel()
	refusal := errors.New("a domain rule said no")
	const insert = "INSERT INTO event (ticket, body) VALUES ('one', $1)"
	write := func(ctx context.Context, p *pg.Pipeline) { _, _ = p.Exec(ctx, insert, "x") }
	cases := map[string]struct {
		do   func(ctx context.Context, p *pg.Pipeline) error
		code codes.Code
	}{
		"refused before anything was sent": {func(ctx context.Context, p *pg.Pipeline) error {
			write(ctx, p)
			return refusal
		}, codes.Unknown},
		"refused after a query": {func(ctx context.Context, p *pg.Pipeline) error {
			write(ctx, p)
			if err := p.QueryRow(ctx, "SELECT 1").Scan(new(int)); err != nil {
				return err
			}
			return refusal
		}, codes.Unknown},
		"a kept write is refused at the commit": {func(ctx context.Context, p *pg.Pipeline) error {
			write(ctx, p)
			_, _ = p.Exec(ctx, "UPDATE ticket SET moves = -1 WHERE name = 'one'")
			write(ctx, p)
			return nil
		}, codes.Internal},
		"a kept write is refused at the next query": {func(ctx context.Context, p *pg.Pipeline) error {
			write(ctx, p)
			_, _ = p.Exec(ctx, "UPDATE ticket SET moves = -1 WHERE name = 'one'")
			return p.QueryRow(ctx, "SELECT 1").Scan(new(int))
		}, codes.Internal},
		"the commit itself is refused": {func(ctx context.Context, p *pg.Pipeline) error {
			write(ctx, p)
			_, err := p.Exec(ctx, "UPDATE ticket SET parent = 'nobody' WHERE name = 'one'")
			return err
		}, codes.Internal},
		"an error of a query is swallowed": {func(ctx context.Context, p *pg.Pipeline) error {
			write(ctx, p)
			_ = p.QueryRow(ctx, "SELECT 1/0").Scan(new(int))
			write(ctx, p)
			return nil
		}, codes.Internal},
		"an error of the last query is swallowed": {func(ctx context.Context, p *pg.Pipeline) error {
			write(ctx, p)
			_ = p.QueryRow(ctx, "SELECT 1/0").Scan(new(int))
			return nil
		}, codes.Unknown},
		"an error of the first query is swallowed, before BEGIN could run": {func(ctx context.Context, p *pg.Pipeline) error {
			_ = p.QueryRow(ctx, "SELECT no_such_column").Scan(new(int))
			write(ctx, p)
			return nil
		}, codes.Internal},
		"an argument cannot be sent": {func(ctx context.Context, p *pg.Pipeline) error {
			write(ctx, p)
			_, _ = p.Exec(ctx, insert, make(chan int))
			write(ctx, p)
			return nil
		}, codes.Unknown},
		"rows are left open": {func(ctx context.Context, p *pg.Pipeline) error {
			write(ctx, p)
			rows, err := p.Query(ctx, "SELECT generate_series(1, 3)")
			if err != nil {
				return err
			}
			rows.Next()
			return nil
		}, codes.Unknown},
		"a row is of another type": {func(ctx context.Context, p *pg.Pipeline) error {
			write(ctx, p)
			return p.QueryRow(ctx, "SELECT 'word'").Scan(new(int))
		}, codes.Unknown},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := database.Pool(t)
			err := pg.InPipeline(t.Context(), pool, c.do)
			if err == nil {
				t.Fatal("committed")
			}
			if got := status.Code(err); got != c.code {
				t.Errorf("code %v, want %v: %v", got, c.code, err)
			}
			if n := count(t, pool, "SELECT count(*) FROM event"); n != 0 {
				t.Errorf("%d events were written", n)
			}
			poolIsClean(t, pool)
			if err := pg.InPipeline(t.Context(), pool, func(ctx context.Context, p *pg.Pipeline) error {
				write(ctx, p)
				return nil
			}); err != nil {
				t.Errorf("the pool does not work any more: %v", err)
			}
		})
	}
}

// A refusal is ordinary: it must not cost a connection, whose start takes longer than the command.
func TestRefusedCommandsKeepTheirConnection(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	refusal := errors.New("a domain rule said no")
	for range 5 {
		err := pg.InPipeline(t.Context(), pool, func(ctx context.Context, p *pg.Pipeline) error {
			if err := move(ctx, p, "one"); err != nil {
				return err
			}
			return refusal
		})
		if !errors.Is(err, refusal) {
			t.Fatal(err)
		}
	}
	if n := pool.Stat().NewConnsCount(); n != 1 {
		t.Errorf("five refusals needed %d connections, want 1", n)
	}
}

func TestPanicInAPipelineRollsBack(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	func() {
		defer func() { _ = recover() }()
		_ = pg.InPipeline(t.Context(), pool, func(ctx context.Context, p *pg.Pipeline) error {
			_, _ = p.Exec(ctx, "INSERT INTO event (ticket, body) VALUES ('one', 'x')")
			if err := p.QueryRow(ctx, "SELECT 1").Scan(new(int)); err != nil {
				t.Error(err)
			}
			panic("a bug")
		})
	}()
	if n := count(t, pool, "SELECT count(*) FROM event"); n != 0 {
		t.Errorf("%d events were written", n)
	}
	poolIsClean(t, pool)
}

// The point of a pipeline: a command of five statements is two round trips.
func TestPipelineNeedsTwoRoundTripsPerCommand(t *testing.T) {
	t.Parallel()
	pool, trips := countingPool(t, database.URL(t))
	command := func() error { return moveInPipeline(t.Context(), pool, "one") }
	for range 2 { // the first prepares the statements
		if err := command(); err != nil {
			t.Fatal(err)
		}
	}
	trips.Store(0)
	if err := command(); err != nil {
		t.Fatal(err)
	}
	if n := trips.Load(); n != 2 {
		t.Errorf("%d round trips, want 2", n)
	}
	trips.Store(0)
	if err := pg.InPipeline(t.Context(), pool, func(context.Context, *pg.Pipeline) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if n := trips.Load(); n != 0 {
		t.Errorf("%d round trips for a command without statements, want 0", n)
	}
}

// moveInPipeline and moveInTx are the same command: lock a ticket, change it, write three rows.
func moveInPipeline(ctx context.Context, pool *pgxpool.Pool, ticket string) error {
	return pg.InPipeline(ctx, pool, func(ctx context.Context, p *pg.Pipeline) error {
		return move(ctx, p, ticket)
	})
}

func moveInTx(ctx context.Context, pool *pgxpool.Pool, ticket string) error {
	return pg.InTx(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
		return move(ctx, tx, ticket)
	})
}
