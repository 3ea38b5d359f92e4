package seed

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/bavn/bavn/services/triage/internal/store"
)

// Index fills the word index with what was seeded, as the background would: in order, some thousand at a time, and without the
// feed, which a million tickets would keep busy for long. Words are read ahead, in parallel; terms are counted one batch after
// the other.
func Index(ctx context.Context, pool *pgxpool.Pool, desk string) error {
	rows, err := pool.Query(ctx, "SELECT number FROM tickets WHERE desk = $1 ORDER BY number", desk)
	if err != nil {
		return fmt.Errorf("read the tickets to index: %w", err)
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read the tickets to index: %w", err)
	}
	chunks := slices.Collect(slices.Chunk(numbers, batch))
	read := make([]chan struct{}, len(chunks))
	for i := range read {
		read[i] = make(chan struct{})
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	group.Go(func() error {
		for i, chunk := range chunks {
			select {
			case <-read[i]:
			case <-ctx.Done():
				return ctx.Err()
			}
			if err := soon(ctx, pool, func(tx pgx.Tx) error { return store.IndexTerms(ctx, tx, desk, chunk) }); err != nil {
				return fmt.Errorf("index tickets from %s: %w", chunk[0], err)
			}
		}
		return nil
	})
	for i, chunk := range chunks {
		group.Go(func() error {
			defer close(read[i])
			return soon(ctx, pool, func(tx pgx.Tx) error {
				return store.New(tx).IndexTickets(ctx, store.IndexTicketsParams{Desk: desk, Numbers: chunk})
			})
		})
	}
	return group.Wait()
}

// soon runs a transaction that a crash may take: what it did is done again.
func soon(ctx context.Context, pool *pgxpool.Pool, do func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL synchronous_commit = off"); err != nil {
			return err
		}
		return do(tx)
	})
}
