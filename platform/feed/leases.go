package feed

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/platform/feed/internal/subscriptions"
)

const releaseLimit = 5 * time.Second

// keepLeases renews this replica's leases and takes its fair share, until ctx ends.
func (s *Subscriber) keepLeases(ctx context.Context) {
	for {
		taken, err := s.rebalance(ctx)
		if err != nil && ctx.Err() == nil {
			s.Logger.WarnContext(ctx, "subscriber: leases not renewed", slog.String("subscriber", s.Name),
				slog.String("source", s.Source.Name()), slog.Any("error", err))
		}
		if taken > 0 {
			s.moved.Raise()
		}
		if parked, err := s.CountParked(ctx); err == nil { // else the database is gone, which the line above said
			s.metrics.parked.Store(parked)
		}
		if !pause(ctx, s.Lease/3) {
			return
		}
	}
}

// rebalance renews this replica's lease and takes what is fair. Returns how many shards it took.
func (s *Subscriber) rebalance(ctx context.Context) (taken int64, err error) {
	name, source := s.Name, s.Source.Name()
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		q := subscriptions.New(tx)
		if err := q.LockLeases(ctx, subscriptions.LockLeasesParams{Subscriber: name, Source: source}); err != nil {
			return err
		}
		if err := q.RenewLease(ctx, subscriptions.RenewLeaseParams{
			Subscriber: name, Source: source, Replica: s.replica, LeaseSeconds: s.Lease.Seconds(),
		}); err != nil {
			return err
		}
		if err := q.ForgetReplicas(ctx, subscriptions.ForgetReplicasParams{Subscriber: name, Source: source}); err != nil {
			return err
		}
		live, err := q.Replicas(ctx, subscriptions.ReplicasParams{Subscriber: name, Source: source})
		if err != nil {
			return err
		}
		owners, err := q.Owners(ctx, subscriptions.OwnersParams{Subscriber: name, Source: source})
		if err != nil {
			return err
		}
		if len(owners) == 0 { // the subscriber's first replica ever
			owners = make([]string, Shards)
			if err := q.EnsureShards(ctx, subscriptions.EnsureShardsParams{Subscriber: name, Source: source}); err != nil {
				return err
			}
		}
		take := fairShare(owners, live, s.replica)
		if len(take) == 0 {
			return nil
		}
		taken, err = q.TakeShards(ctx, subscriptions.TakeShardsParams{
			Subscriber: name, Source: source, Owner: s.replica, Shards: take,
		})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("rebalance: %w", err)
	}
	return taken, nil
}

// release ends this replica's lease, so that the others need not wait for its end.
func (s *Subscriber) release(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, releaseLimit)
	defer cancel()
	err := subscriptions.New(s.Pool).EndLease(ctx, subscriptions.EndLeaseParams{
		Subscriber: s.Name, Source: s.Source.Name(), Replica: s.replica,
	})
	if err != nil {
		return fmt.Errorf("subscriber %s: end lease: %w", s.Name, err)
	}
	return nil
}

// shard is what a session knows of a shard that it has.
type shard struct {
	generation int64
	at         Position
	// halted says that a gap was found: the shard does not advance in this session.
	halted bool
}

// ownedShards loads what this replica has, as the database sees it.
func (s *Subscriber) ownedShards(ctx context.Context) (map[int]*shard, error) {
	rows, err := subscriptions.New(s.Pool).OwnedShards(ctx, subscriptions.OwnedShardsParams{
		Subscriber: s.Name, Source: s.Source.Name(), Owner: s.replica,
	})
	if err != nil {
		return nil, fmt.Errorf("load shards: %w", err)
	}
	owned := make(map[int]*shard, len(rows))
	for _, row := range rows {
		owned[int(row.Shard)] = &shard{
			generation: row.Generation,
			at:         Position{Epoch: row.Epoch, XID: row.Xid, Seq: row.Position},
		}
	}
	return owned, nil
}
