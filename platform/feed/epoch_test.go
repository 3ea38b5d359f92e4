package feed_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/localpg"
	"github.com/bavn/bavn/platform/pg"
)

func TestAConnectionThatWasNotCheckedCannotInsert(t *testing.T) {
	t.Parallel()
	unchecked := database.Pool(t)
	if err := write(t.Context(), unchecked, ticket(1), draft(ticket(1))); err == nil {
		t.Fatal("an event was written on a connection whose epoch nobody knows")
	}
	var n int
	if err := unchecked.QueryRow(t.Context(), "SELECT count(*) FROM events").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d events, %v; want none", n, err)
	}
}

func TestAnEpochLastsAsLongAsTheServersTimeline(t *testing.T) {
	t.Parallel()
	url := database.URL(t)
	for i := range 3 {
		pool := openPool(t, url)
		mustWrite(t, pool, ticket(i), draft(ticket(i)))
	}
	if got := epochs(t, openPool(t, url)); got != 1 {
		t.Errorf("%d epochs after three pools on one server, want 1", got)
	}
}

// TestAPromotionBeginsAnEpoch brings a copy of a stopped cluster up as a standby and promotes it, as a failover and a
// point-in-time recovery do: the same system identifier, another timeline. While it is a standby nobody gets in.
func TestAPromotionBeginsAnEpoch(t *testing.T) {
	t.Parallel()
	home := reachableDir(t)
	server, err := localpg.Start(t.Context(), localpg.Options{Dir: filepath.Join(home, "before")})
	if err != nil {
		t.Fatal(err)
	}
	pool := openPool(t, migrated(t, server))
	mustWrite(t, pool, ticket(1), draft(ticket(1)))
	pool.Close()
	stopServer(t, server)

	copied := filepath.Join(home, "after")
	run(t, "cp", "-a", filepath.Join(home, "before"), copied)
	run(t, "sh", "-c", fmt.Sprintf("f=%s/data/standby.signal; touch $f && chown --reference=%s/data $f", copied, copied))
	standby, err := localpg.Start(t.Context(), localpg.Options{Dir: copied})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopServer(t, standby) })
	pool = openPool(t, standby.URL("feed"))
	if err := pool.Ping(t.Context()); !errors.Is(err, feed.ErrNotPrimary) {
		t.Fatalf("a connection to a standby got %v, want ErrNotPrimary", err)
	}
	plain, err := pgx.Connect(t.Context(), standby.URL("feed"))
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close(context.WithoutCancel(t.Context()))
	if _, err := plain.Exec(t.Context(), "SELECT pg_promote()"); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, pool, ticket(1), draft(ticket(1)))
	requireHistory(t, pool, 2, ticket(1))
}

// TestALoadedDumpBeginsAnEpoch moves the tables into another cluster, whose transaction ids are lower than those that came
// along: without the epoch the new events would sort before the old ones.
func TestALoadedDumpBeginsAnEpoch(t *testing.T) {
	t.Parallel()
	before, after := startServer(t), startServer(t)
	from, to := openPool(t, migrated(t, before)), migrated(t, after)
	burnTransactionIDs(t, from, 500)
	mustWrite(t, from, ticket(1), draft(ticket(1), feed.Text{Name: "title", Text: "a"}))
	for _, table := range []string{"feed_epochs", "events", "event_texts", "things"} {
		copyTable(t, from.Config().ConnString(), to, table)
	}
	position := readAll(t, from, 10)[0].Position

	pool := openPool(t, to)
	mustWrite(t, pool, ticket(1), draft(ticket(1)))
	rows := requireHistory(t, pool, 2, ticket(1))
	if rows[0].Position != position {
		t.Errorf("the old event moved from %s to %s", position, rows[0].Position)
	}
	if rows[1].Position.XID >= position.XID {
		t.Fatalf("the new event has transaction id %d, not lower than %d: this test proves nothing", rows[1].Position.XID, position.XID)
	}
}

// requireHistory fails unless the feed is the ticket's revisions in order, one epoch each.
func requireHistory(t testing.TB, pool *pgxpool.Pool, n int, resource string) []feed.Row {
	t.Helper()
	rows := readAll(t, pool, 1)
	if len(rows) != n {
		t.Fatalf("%d events were read, want %d", len(rows), n)
	}
	for i, row := range rows {
		if row.Resource != resource || row.Revision != int64(i+1) || row.Position.Epoch != int64(i+1) {
			t.Errorf("event %d is %s@%d of epoch %d", i, row.Resource, row.Revision, row.Position.Epoch)
		}
	}
	return rows
}

// TestACrashThatReusesTransactionIDsLosesNothing: an id that never reached the log is handed out again after a crash. A
// reader must not have moved past it.
func TestACrashThatReusesTransactionIDsLosesNothing(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	pool := openPool(t, migrated(t, server))
	mustWrite(t, pool, ticket(1), draft(ticket(1)))
	var unlogged uint64
	for range 50 {
		if err := pool.QueryRow(t.Context(), "SELECT pg_current_xact_id()").Scan(&unlogged); err != nil { // writes nothing
			t.Fatal(err)
		}
	}
	filters := map[string]feed.Filter{
		"all": {}, "filtered": {Types: []string{"nothing.like_it"}}, "by resource": {Resources: []string{ticket(9)}},
	}
	reached := map[string]feed.Position{}
	for name, filter := range filters {
		page, err := feed.NewReader(pool).Read(t.Context(), feed.Position{}, filter, 10)
		if err != nil {
			t.Fatal(err)
		}
		reached[name] = page.Through
	}
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	pool.Reset()
	mustWrite(t, pool, ticket(2), draft(ticket(2)))
	rows := readAll(t, pool, 10)
	next := rows[len(rows)-1]
	if next.Position.XID > unlogged {
		t.Skipf("this server logged %d before the crash; the new event has %d", unlogged, next.Position.XID)
	}
	for name, position := range reached {
		if !next.Position.After(position) {
			t.Errorf("a reader of %s was at %s and never sees the event at %s", name, position, next.Position)
		}
	}
}

func TestAPositionFromTheFutureIsRefused(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	mustWrite(t, pool, ticket(1), draft(ticket(1)))
	at := readAll(t, pool, 10)[0].Position
	for name, ahead := range map[string]feed.Position{
		"a later transaction": {Epoch: at.Epoch, XID: at.XID + 1<<30, Seq: 1},
		"a later epoch":       {Epoch: at.Epoch + 1, XID: 1, Seq: 1},
	} {
		if _, err := feed.NewReader(pool).Read(t.Context(), ahead, feed.Filter{}, 10); !errors.Is(err, feed.ErrAhead) {
			t.Errorf("%s: error = %v, want ErrAhead: the feed was put back to an older state", name, err)
		}
	}
}

func TestAnOperatorBeginsAnEpochByHandWhenNobodyElseIsConnected(t *testing.T) {
	t.Parallel()
	url := database.URL(t)
	pool := openPool(t, url)
	mustWrite(t, pool, ticket(1), draft(ticket(1)))
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := feed.BeginEpoch(t.Context(), conn); !errors.Is(err, feed.ErrInUse) {
		t.Fatalf("while a service is connected, which would go on in the old epoch: %v; want ErrInUse", err)
	}
	pool.Close()
	var epoch int64
	eventually(t, "the service's sessions to end", func(ctx context.Context) error {
		epoch, err = feed.BeginEpoch(ctx, conn)
		return err
	})
	if epoch != 2 {
		t.Errorf("epoch %d, want 2", epoch)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	pool = openPool(t, url)
	mustWrite(t, pool, ticket(1), draft(ticket(1)))
	requireHistory(t, pool, 2, ticket(1))
}

func epochs(t testing.TB, pool *pgxpool.Pool) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM feed_epochs").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// reachableDir is a folder that PostgreSQL's own user gets to as well, when root runs the test.
func reachableDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "bavn-feed-") //nolint:usetesting // t.TempDir's parent is closed to that user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func startServer(t testing.TB) *localpg.Server {
	t.Helper()
	server, err := localpg.Start(t.Context(), localpg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopServer(t, server) })
	return server
}

func burnTransactionIDs(t testing.TB, pool *pgxpool.Pool, n int) {
	t.Helper()
	err := pg.InTx(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, fmt.Sprintf(`DO $$ BEGIN FOR i IN 1..%d LOOP
			BEGIN PERFORM pg_current_xact_id(); CREATE TEMP TABLE burnt (); DROP TABLE burnt; EXCEPTION WHEN OTHERS THEN NULL; END;
			END LOOP; END $$`, n))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// copyTable does what pg_dump and psql do with the data.
func copyTable(t testing.TB, from, to, table string) {
	t.Helper()
	ctx := t.Context()
	source, err := pgx.Connect(ctx, from)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close(ctx)
	target, err := pgx.Connect(ctx, to)
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close(ctx)
	read, written := io.Pipe()
	go func() {
		_, err := source.PgConn().CopyTo(ctx, written, "COPY "+table+" TO STDOUT (FORMAT binary)")
		written.CloseWithError(err)
	}()
	if _, err := target.PgConn().CopyFrom(ctx, read, "COPY "+table+" FROM STDIN (FORMAT binary)"); err != nil {
		t.Fatalf("copy %s: %v", table, err)
	}
}

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// eventually calls try until it succeeds, for a minute at most.
func eventually(t testing.TB, what string, try func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try(ctx)
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited for %s: %v", what, err)
		}
	}
}
