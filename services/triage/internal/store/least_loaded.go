package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// LeastLoadedOf says of each of some ends of routes who works there with the fewest open tickets; nobody is named where nobody
// works.
func LeastLoadedOf(
	ctx context.Context, db *pgxpool.Pool, desk string, spots []profile.Spot,
) (map[profile.Spot]domain.Picked, error) {
	picked := make(map[profile.Spot]domain.Picked, len(spots))
	var batch pgx.Batch
	for _, spot := range spots {
		party, group := spot.Party()
		batch.Queue(leastLoaded, desk, party, group, spot.Role).QueryRow(func(row pgx.Row) error {
			var one domain.Picked
			err := row.Scan(&one.Person, &one.Open)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			picked[spot] = one
			return err
		})
	}
	if err := db.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, fmt.Errorf("look for the least loaded: %w", err)
	}
	return picked, nil
}
