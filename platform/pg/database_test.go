package pg_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/platform/pgtest"
)

// database has one table that every constraint of interest sits on.
var database = pgtest.NewTemplate(func(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `
		CREATE TABLE ticket (
			name    text   PRIMARY KEY,
			parent  text   CONSTRAINT ticket_parent REFERENCES ticket DEFERRABLE INITIALLY DEFERRED,
			holder  text   NOT NULL DEFAULT 'desk',
			moves   bigint NOT NULL DEFAULT 0 CONSTRAINT ticket_moves CHECK (moves >= 0)
		);
		CREATE TABLE event (ticket text NOT NULL, position bigint GENERATED ALWAYS AS IDENTITY, body text NOT NULL);
		INSERT INTO ticket (name) VALUES ('one'), ('two');`)
	return err
})

func count(t testing.TB, pool *pgxpool.Pool, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// poolIsClean fails unless every connection comes back and none of them is left in a transaction. A broken connection is
// closed in the background.
func poolIsClean(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	eventually(t, "a connection was not given back", func() bool { return pool.Stat().AcquiredConns() == 0 })
	eventually(t, "a connection is still in a transaction", func() bool {
		return count(t, pool, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'`) == 0
	})
}

// eventually fails with complaint unless done becomes true within ten seconds.
func eventually(t testing.TB, complaint string, done func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatal(complaint)
		}
	}
}

// dbtx is what sqlc's generated code asks for.
type dbtx interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// move is a command as services write them: lock the ticket, decide, write it and what belongs to it.
func move(ctx context.Context, db dbtx, ticket string) error {
	var moves int64
	if err := db.QueryRow(ctx, "SELECT moves FROM ticket WHERE name = $1 FOR UPDATE", ticket).Scan(&moves); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, "UPDATE ticket SET moves = $2 WHERE name = $1", ticket, moves+1); err != nil {
		return err
	}
	for _, body := range []string{"event", "request", "text"} {
		if _, err := db.Exec(ctx, "INSERT INTO event (ticket, body) VALUES ($1, $2)", ticket, body); err != nil {
			return err
		}
	}
	return nil
}

// countingPool is a pool that counts round trips: every turn from writing to reading is one.
func countingPool(t testing.TB, url string) (*pgxpool.Pool, *atomic.Int64) {
	t.Helper()
	trips := new(atomic.Int64)
	return dialledPool(t, url, func(conn net.Conn) net.Conn { return &turnCounter{Conn: conn, turns: trips} }), trips
}

// dialledPool is a pool of one connection whose traffic a test watches or disturbs.
func dialledPool(t testing.TB, url string, wrap func(net.Conn) net.Conn) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 1
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return wrap(conn), nil
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

type turnCounter struct {
	net.Conn
	turns   *atomic.Int64
	writing atomic.Bool
}

func (c *turnCounter) Write(b []byte) (int, error) {
	if c.writing.CompareAndSwap(false, true) {
		c.turns.Add(1)
	}
	return c.Conn.Write(b)
}

func (c *turnCounter) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.writing.Store(false)
	}
	return n, err
}
