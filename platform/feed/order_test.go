package feed_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/localpg"
	"github.com/bavn/bavn/platform/pg"
)

// TestNoGapAndNoReorder is the promise of the feed, under every interleaving that the script can draw.
func TestNoGapAndNoReorder(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := scripts.Draw(rt, "script")
		if err := st.perform(t.Context(), s); err != nil {
			rt.Fatal(err)
		}
	})
}

// TestTheOrderTestNoticesWhatIsBroken makes the mistakes on purpose that the design rules out, and fails if the test above
// would have let one of them pass.
func TestTheOrderTestNoticesWhatIsBroken(t *testing.T) {
	t.Parallel()
	misread := func(flaw feed.Flaw) func(t testing.TB, st *stage) {
		return func(t testing.TB, st *stage) {
			t.Helper()
			st.practice.read = func(ctx context.Context, after feed.Position, limit int) (feed.Page, error) {
				return feed.ReadFlawed(ctx, t, st.pool, flaw, after, limit)
			}
		}
	}
	for name, spoil := range map[string]func(t testing.TB, st *stage){
		"the transaction id is taken before the lock": func(t testing.TB, st *stage) {
			t.Helper()
			dropGuard(t, st)
			st.practice.lock = xidFirst
		},
		"rows above xmin are read":    misread(feed.WithoutXmin),
		"the bound ignores the epoch": misread(feed.EpochOnlyInTheBound),
		"the order ignores the epoch": misread(feed.EpochNotInTheOrder),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStage(t)
			spoil(t, st)
			for seed := range 1000 {
				if err := st.perform(t.Context(), scripts.Example(seed)); err != nil {
					t.Logf("noticed in script %d: %v", seed, err)
					return
				}
			}
			t.Error("1000 scripts ran and nothing was noticed")
		})
	}
}

// TestTheEventsTableRefusesWhatWouldBeReadTooEarly: with its guard in place, commands that take their transaction id too early
// are refused, and what is stored is in order.
func TestTheEventsTableRefusesWhatWouldBeReadTooEarly(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.practice.lock = xidFirst
	rapid.Check(t, func(rt *rapid.T) {
		s := scripts.Draw(rt, "script")
		if err := st.perform(t.Context(), s); err != nil {
			rt.Fatal(err)
		}
	})
}

// TestTheRowLockAloneDoesNotKeepTheOrder lets many commands crowd on one ticket: see Lock for what PostgreSQL does then.
func TestTheRowLockAloneDoesNotKeepTheOrder(t *testing.T) {
	t.Parallel()
	t.Run("row lock only, without the guard: stored out of order", func(t *testing.T) {
		t.Parallel()
		st := newStage(t)
		dropGuard(t, st)
		st.practice.lock = rowOnly
		for range 100 {
			st.crowd(t)
			if n := st.inversions(t); n > 0 {
				t.Logf("%d revisions stand before the one they follow", n)
				return
			}
		}
		t.Error("PostgreSQL kept the order: Lock may no longer be needed")
	})
	t.Run("row lock only: refused, and tried again by the caller", func(t *testing.T) {
		t.Parallel()
		st := newStage(t)
		st.practice.lock = rowOnly
		refused := 0
		for i := 0; i < 100 && refused == 0; i++ {
			refused += st.crowd(t)
		}
		if n := st.inversions(t); n > 0 || refused == 0 {
			t.Errorf("%d out of order, %d refused; want none and some", n, refused)
		}
	})
	t.Run("with Lock: in order, and nobody is refused", func(t *testing.T) {
		t.Parallel()
		st := newStage(t)
		refused := 0
		for range 5 {
			refused += st.crowd(t)
		}
		if n := st.inversions(t); n > 0 || refused > 0 {
			t.Errorf("%d out of order, %d refused; want none", n, refused)
		}
	})
}

func xidFirst(ctx context.Context, tx pgx.Tx, ticket string) (feed.Head, error) {
	if _, err := tx.Exec(ctx, "SELECT pg_current_xact_id()"); err != nil {
		return feed.Head{}, err
	}
	return lock(ctx, tx, ticket)
}

func rowOnly(ctx context.Context, tx pgx.Tx, ticket string) (feed.Head, error) {
	return lockRow(ctx, tx, ticket)
}

func dropGuard(t testing.TB, st *stage) {
	t.Helper()
	if _, err := st.pool.Exec(t.Context(), "ALTER TABLE events DISABLE TRIGGER event_follows"); err != nil {
		t.Fatal(err)
	}
}

// newStage has a server of its own, because every open transaction of a server holds back its feeds.
func newStage(t *testing.T) *stage {
	t.Helper()
	server, err := localpg.Start(t.Context(), localpg.Options{Settings: map[string]string{"autovacuum": "off"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopServer(t, server) })
	pool := openPool(t, migrated(t, server))
	return &stage{t: t, pool: pool, practice: practice{read: reading(pool), lock: rightly}}
}

func rightly(ctx context.Context, tx pgx.Tx, ticket string) (feed.Head, error) {
	return lock(ctx, tx, ticket)
}

func reading(pool *pgxpool.Pool) func(context.Context, feed.Position, int) (feed.Page, error) {
	reader := feed.NewReader(pool)
	return func(ctx context.Context, after feed.Position, limit int) (feed.Page, error) {
		return reader.Read(ctx, after, feed.Filter{}, limit)
	}
}

// migrated returns the URL of a new database of a server with the feed's tables and the aggregate.
func migrated(t testing.TB, server *localpg.Server) string {
	t.Helper()
	if err := server.CreateDatabase(t.Context(), "feed"); err != nil {
		t.Fatal(err)
	}
	url := server.URL("feed")
	if err := pg.Migrate(t.Context(), url, nil, feed.Migrations()); err != nil {
		t.Fatal(err)
	}
	if err := createThings(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	return url
}

func stopServer(t testing.TB, server *localpg.Server) {
	t.Helper()
	if err := server.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Errorf("stop PostgreSQL: %v", err)
	}
}
