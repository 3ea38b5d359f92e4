package feed_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// crowd lets twelve writers append to one ticket as fast as they can, and returns how many were refused for their order.
func (st *stage) crowd(t testing.TB) int {
	t.Helper()
	mustWrite(t, st.pool, ticket(1), draft(ticket(1)))
	var refused atomic.Int64
	var writers sync.WaitGroup
	for range 12 {
		writers.Go(func() {
			for range 10 {
				err := pgx.BeginFunc(t.Context(), st.pool, func(tx pgx.Tx) error { return st.append(t.Context(), tx) })
				switch {
				case refusedForItsOrder(err):
					refused.Add(1)
				case err != nil:
					t.Errorf("a command failed: %v", err)
				}
			}
		})
	}
	writers.Wait()
	return int(refused.Load())
}

func (st *stage) append(ctx context.Context, tx pgx.Tx) error {
	head, err := st.practice.lock(ctx, tx, ticket(1))
	if err != nil {
		return err
	}
	return appendTo(ctx, tx, ticket(1), head, draft(ticket(1)))
}

// inversions counts the events that stand before the one they follow.
func (st *stage) inversions(t testing.TB) (n int) {
	t.Helper()
	err := st.pool.QueryRow(t.Context(), `SELECT count(*) FROM events e
		JOIN events p ON p.desk = e.desk AND p.resource = e.resource AND p.revision = e.revision - 1
		WHERE (e.epoch, e.xid) < (p.epoch, p.xid)`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
