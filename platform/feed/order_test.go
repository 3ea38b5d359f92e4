package feed_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/localpg"
	"github.com/bavn/bavn/platform/pg"
)

// TestNoGapAndNoReorder is the promise of the feed, under every interleaving that the script can draw.
func TestNoGapAndNoReorder(t *testing.T) {
	t.Parallel()
	st := newStage(t, practice{})
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
	flawed := func(flaw feed.Flaw) func(t testing.TB, pool *pgxpool.Pool) practice {
		return func(t testing.TB, pool *pgxpool.Pool) practice {
			return practice{read: func(ctx context.Context, after feed.Position, limit int) (feed.Page, error) {
				return feed.ReadFlawed(ctx, t, pool, flaw, after, limit)
			}}
		}
	}
	for name, broken := range map[string]func(t testing.TB, pool *pgxpool.Pool) practice{
		"the transaction id is taken before the lock": func(testing.TB, *pgxpool.Pool) practice { return practice{xidFirst: true} },
		"rows above xmin are read":                    flawed(feed.WithoutXmin),
		"the bound ignores the epoch":                 flawed(feed.EpochOnlyInTheBound),
		"the order ignores the epoch":                 flawed(feed.EpochNotInTheOrder),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStage(t, practice{})
			st.practice = broken(t, st.pool)
			if st.practice.read == nil {
				st.practice.read = reading(st.pool)
			}
			for seed := range 300 {
				if err := st.perform(t.Context(), scripts.Example(seed)); err != nil {
					t.Logf("noticed in script %d: %v", seed, err)
					return
				}
			}
			t.Error("300 scripts ran and nothing was noticed")
		})
	}
}

// newStage has a server of its own, because every open transaction of a server holds back its feeds.
func newStage(t *testing.T, p practice) *stage {
	t.Helper()
	server, err := localpg.Start(t.Context(), localpg.Options{Settings: map[string]string{"autovacuum": "off"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopServer(t, server) })
	pool := openPool(t, migrated(t, server))
	if p.read == nil {
		p.read = reading(pool)
	}
	return &stage{t: t, pool: pool, practice: p}
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
