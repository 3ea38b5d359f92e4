package feed

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/platform/feed/internal/subscriptions"
)

// Reset puts every shard back to the start of the feed, forgets what is parked, and lets empty clear the read model, in one
// transaction. It may be called while replicas run: it waits for what they are writing, at most for the database's
// lock_timeout, and then they begin again.
func (s *Subscriber) Reset(ctx context.Context, empty func(ctx context.Context, tx pgx.Tx) error) error {
	return ResetTogether(ctx, []*Subscriber{s}, empty)
}

// ResetTogether is Reset for a read model that is made from several feeds. The subscribers share one database.
func ResetTogether(ctx context.Context, all []*Subscriber, empty func(ctx context.Context, tx pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, all[0].Pool, func(tx pgx.Tx) error {
		for _, s := range all {
			if err := s.resetIn(ctx, tx); err != nil {
				return fmt.Errorf("reset subscriber %s of %s: %w", s.Name, s.Source.Name(), err)
			}
		}
		return empty(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("reset read model: %w", err)
	}
	for _, s := range all {
		s.metrics.freshness.Store(0)
		s.metrics.resets.Add(1)
		s.moved.Raise()
	}
	return nil
}

func (s *Subscriber) resetIn(ctx context.Context, tx pgx.Tx) error {
	key := subscriptions.ResetShardsParams{Subscriber: s.Name, Source: s.Source.Name()}
	q := subscriptions.New(tx)
	if err := q.LockLeases(ctx, subscriptions.LockLeasesParams(key)); err != nil {
		return err
	}
	if err := q.LockAgainstApplying(ctx, subscriptions.LockAgainstApplyingParams(key)); err != nil {
		return err
	}
	if err := q.ResetShards(ctx, key); err != nil {
		return err
	}
	if err := q.DeleteParked(ctx, subscriptions.DeleteParkedParams(key)); err != nil {
		return err
	}
	return q.DeleteHeads(ctx, subscriptions.DeleteHeadsParams(key))
}

// CaughtUp reports whether everything that had happened when the source last said so has been applied by this replica, parked
// or not. It is false before the source has said it, and after a reset.
func (s *Subscriber) CaughtUp() bool { return s.metrics.caughtUp.Load() == 1+s.metrics.resets.Load() }
