package feed_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/platform/feed"
)

// TestReadsUseTheirIndexes fails when a reading query stops using its index, under the plan that is made for the values and
// under the generic one, which a prepared statement changes to after five runs.
//
// An empty table counts as well: its plan is kept while the first events pour in, until PostgreSQL looks at the table.
func TestReadsUseTheirIndexes(t *testing.T) {
	t.Parallel()
	full := newPool(t)
	fill(t, full, 20_000)
	if _, err := full.Exec(t.Context(), "ANALYZE events, event_texts"); err != nil {
		t.Fatal(err)
	}
	for size, pool := range map[string]*pgxpool.Pool{"full": full, "empty": newPool(t)} {
		t.Run(size, func(t *testing.T) {
			t.Parallel()
			requireIndexes(t, pool)
		})
	}
}

func requireIndexes(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	start := []any{int64(0), uint64(0), int64(0)}
	none := []any{nil, nil, nil, nil}
	for name, c := range map[string]struct {
		sql   string
		args  []any
		index []string
	}{
		"everything": {feed.ReadAllSQL, append(start, 500), []string{"events_order", "event_texts_pkey"}},
		"filtered": {
			feed.ReadFilteredSQL, append(append(start, 500, 4000, "nsp"), none...),
			[]string{"events_order", "event_texts_pkey"},
		},
		"by resource": {
			feed.ReadResourcesSQL, append(append(start, 500, []string{"nsp"}, []string{ticket(7)}), none...),
			[]string{"events_order", "events_pkey", "event_texts_pkey"},
		},
		"a history":      {feed.ReadHistorySQL, []any{"nsp", ticket(7), int64(10), 100}, []string{"events_pkey", "event_texts_pkey"}},
		"the last place": {feed.ReadLastSQL, nil, []string{"events_order"}},
		"an erasure":     {feed.EraseTextsSQL, []any{"nsp", []string{ticket(7)}, nil, noon}, []string{"event_texts_pkey"}},
	} {
		for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
			t.Run(name+", "+mode, func(t *testing.T) {
				t.Parallel()
				plan := explain(t, pool, mode, c.sql, c.args)
				for _, index := range c.index {
					if !strings.Contains(plan, "using "+index) && !strings.Contains(plan, "on "+index) {
						t.Errorf("does not use %s:\n%s", index, plan)
					}
				}
				if strings.Contains(plan, "Seq Scan") {
					t.Errorf("reads a whole table:\n%s", plan)
				}
			})
		}
	}
}

func explain(t testing.TB, pool *pgxpool.Pool, mode, sql string, args []any) string {
	t.Helper()
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), "SET plan_cache_mode = "+mode); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(t.Context(), "EXPLAIN (COSTS OFF) "+sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, values...)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
