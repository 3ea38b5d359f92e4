package pg_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
)

func TestTransactionIsAllOrNothing(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	refusal := errors.New("a domain rule said no")
	for _, outcome := range []error{refusal, nil} {
		err := pg.InTx(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
			if err := move(ctx, tx, "one"); err != nil {
				return err
			}
			return outcome
		})
		if !errors.Is(err, outcome) {
			t.Errorf("returned %v, want %v", err, outcome)
		}
	}
	if n := count(t, pool, "SELECT count(*) FROM event"); n != 3 {
		t.Errorf("%d events, want the 3 of the one that committed", n)
	}
	poolIsClean(t, pool)
}

func TestTransactionReadsCommittedWhateverTheDatabaseSays(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	levels := map[string]func(read func(ctx context.Context, db dbtx) error) error{
		"InTx": func(read func(context.Context, dbtx) error) error {
			return pg.InTx(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error { return read(ctx, tx) })
		},
		"InPipeline": func(read func(context.Context, dbtx) error) error {
			return pg.InPipeline(t.Context(), pool, func(ctx context.Context, p *pg.Pipeline) error { return read(ctx, p) })
		},
	}
	if _, err := pool.Exec(t.Context(), "ALTER ROLE bavn IN DATABASE "+pool.Config().ConnConfig.Database+
		" SET default_transaction_isolation = 'serializable'"); err != nil {
		t.Fatal(err)
	}
	pool.Reset()
	for name, run := range levels {
		err := run(func(ctx context.Context, db dbtx) error {
			var level string
			if err := db.QueryRow(ctx, "SELECT current_setting('transaction_isolation')").Scan(&level); err != nil {
				return err
			}
			if level != "read committed" {
				t.Errorf("%s runs at %s", name, level)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// A connection that breaks between COMMIT and its answer leaves the caller without knowledge: it must hear UNAVAILABLE, so
// that it asks again with the same request id, and nobody may retry the transaction itself.
func TestUnansweredCommitIsUnavailableAndNeverRetried(t *testing.T) {
	t.Parallel()
	runs := map[string]func(ctx context.Context, pool *pgxpool.Pool, do func(ctx context.Context, db dbtx) error) error{
		"InTx": func(ctx context.Context, pool *pgxpool.Pool, do func(context.Context, dbtx) error) error {
			return pg.InTx(ctx, pool, func(ctx context.Context, tx pgx.Tx) error { return do(ctx, tx) })
		},
		"InIsolation": func(ctx context.Context, pool *pgxpool.Pool, do func(context.Context, dbtx) error) error {
			return pg.InIsolation(ctx, pool, pgx.RepeatableRead, pg.Retry{}, func(ctx context.Context, tx pgx.Tx) error {
				return do(ctx, tx)
			})
		},
		"InPipeline": func(ctx context.Context, pool *pgxpool.Pool, do func(context.Context, dbtx) error) error {
			return pg.InPipeline(ctx, pool, func(ctx context.Context, p *pg.Pipeline) error { return do(ctx, p) })
		},
	}
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var deaf atomic.Bool
			pool := dialledPool(t, database.URL(t), func(conn net.Conn) net.Conn { return &deafConn{Conn: conn, deaf: &deaf} })
			if err := run(t.Context(), pool, func(ctx context.Context, db dbtx) error { return move(ctx, db, "one") }); err != nil {
				t.Fatal(err) // and now all statements are prepared
			}
			attempts := 0
			err := run(t.Context(), pool, func(ctx context.Context, db dbtx) error {
				attempts++
				err := move(ctx, db, "one")
				deaf.Store(true) // what is left is the COMMIT
				return err
			})
			deaf.Store(false)
			if !errors.Is(err, pg.ErrOutcomeUnknown) {
				t.Fatalf("returned %v, want ErrOutcomeUnknown", err)
			}
			if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code() != codes.Unavailable || f.Value("outcome") != "unknown" {
				t.Errorf("the caller hears %v, want UNAVAILABLE with outcome=unknown", err)
			}
			if attempts != 1 {
				t.Errorf("ran %d times", attempts)
			}
			eventually(t, "the transaction was committed, that is the point", func() bool {
				return count(t, pool, "SELECT count(*) FROM ticket WHERE moves = 2") == 1
			})
		})
	}
}

// deafConn delivers what is written and, when deaf, breaks before the answer.
type deafConn struct {
	net.Conn
	deaf *atomic.Bool
}

func (c *deafConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.deaf.Load() {
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

// Two transactions that change what the other has read: one of them must run again, and both happen.
func TestTransactionsThatMeetRunAgain(t *testing.T) {
	t.Parallel()
	for _, level := range []pgx.TxIsoLevel{pgx.RepeatableRead, pgx.Serializable} {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			pool := database.Pool(t)
			attempts := 0
			err := pg.InIsolation(t.Context(), pool, level, pg.Retry{}, func(ctx context.Context, tx pgx.Tx) error {
				attempts++
				var moves int
				if err := tx.QueryRow(ctx, "SELECT moves FROM ticket WHERE name = 'one'").Scan(&moves); err != nil {
					return err
				}
				if attempts == 1 {
					if err := moveInTx(ctx, pool, "one"); err != nil {
						return err
					}
				}
				_, err := tx.Exec(ctx, "UPDATE ticket SET moves = $1 WHERE name = 'one'", moves+1)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if attempts != 2 {
				t.Errorf("ran %d times, want 2", attempts)
			}
			if n := count(t, pool, "SELECT moves FROM ticket WHERE name = 'one'"); n != 2 {
				t.Errorf("moves is %d, want both moves counted", n)
			}
			poolIsClean(t, pool)
		})
	}
}

func TestRetriesAreBounded(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	var waits []float64
	attempts := 0
	retry := pg.Retry{Attempts: 3, Wait: time.Microsecond, Jitter: func() float64 { waits = append(waits, 0.5); return 0.5 }}
	err := pg.InIsolation(t.Context(), pool, pgx.RepeatableRead, retry, func(ctx context.Context, tx pgx.Tx) error {
		attempts++
		_, err := tx.Exec(ctx, "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")
		return err
	})
	if status.Code(err) != codes.Aborted {
		t.Errorf("returned %v, want ABORTED", err)
	}
	if attempts != 3 || len(waits) != 2 {
		t.Errorf("ran %d times with %d pauses, want 3 and 2", attempts, len(waits))
	}
	attempts = 0
	refusal := errors.New("a domain rule said no")
	err = pg.InIsolation(t.Context(), pool, pgx.RepeatableRead, retry, func(context.Context, pgx.Tx) error {
		attempts++
		return refusal
	})
	if attempts != 1 || !errors.Is(err, refusal) {
		t.Errorf("a refusal ran %d times and returned %v", attempts, err)
	}
	poolIsClean(t, pool)
}
