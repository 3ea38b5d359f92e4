package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sync/errgroup"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/feed/internal/subscriptions"
)

// Handler is what a subscriber does with events.
type Handler interface {
	// Handle writes the effect of a batch through tx, which also moves the position and commits only when Handle returns nil.
	// The batch is in order; several events may be of one resource. It may be called again with the same events, and with
	// fewer at a time, whenever a transaction did not commit; so everything that cannot be rolled back goes through a row
	// that tx writes. An error of a single event is kept with it for operators to read, so it holds no personal data.
	Handle(ctx context.Context, tx pgx.Tx, batch []*Event) error
}

// HandlerFunc is a Handler.
type HandlerFunc func(ctx context.Context, tx pgx.Tx, batch []*Event) error

// Handle calls f.
func (f HandlerFunc) Handle(ctx context.Context, tx pgx.Tx, batch []*Event) error {
	return f(ctx, tx, batch)
}

// DBTX is a pool or a transaction, to read from.
type DBTX = subscriptions.DBTX

// SubscriberConfig is what a Subscriber is made of. Where a zero value has a meaning, it is said.
type SubscriberConfig struct {
	// Name is the subscriber's own ("reporting"); its replicas share it, and the work.
	Name string
	// Source is the feed: Remote or Local.
	Source Source
	// Pool is the subscriber's own database, where effects and positions are written.
	Pool    *pgxpool.Pool
	Handler Handler
	// Types restricts which events arrive; empty means all, and then every resource's revisions are held to be contiguous.
	Types []string
	// Desks says of which desks events are to arrive; nil means all. It reads the subscriber's own database: when a session
	// begins, and in every transaction that moves a position, so that whatever happens at a desk after it is named arrives.
	// For none, the source is asked for nothing but marks. Revisions are then not held to be contiguous.
	Desks     func(ctx context.Context, db DBTX) ([]string, error)
	Upcasters *Upcasters
	// Clock, Logger, Meter and Tracer may be nil: the system's, and none. Tracer draws what becomes of an event in the trace of the
	// request that caused it.
	Clock  clock.Clock
	Logger *slog.Logger
	Meter  metric.MeterProvider
	Tracer trace.TracerProvider

	// AfterCommit is told of every batch after its transaction: to wake up those who act on the effect. A crash may lose the
	// call, never the effect. May be nil.
	AfterCommit func(ctx context.Context, batch []*Event)

	// MaxBatch is how many events one transaction takes at most; 500 if 0.
	MaxBatch int
	// Linger is how long a batch waits for more events after its first; 3 ms if 0.
	Linger time.Duration
	// Lease is how long a dead replica keeps its shards; they are renewed three times as often. 3 s if 0.
	Lease time.Duration
	// Attempts is how often a failing event is tried before it is parked; 5 if 0.
	Attempts int
	// RetryWait is the pause after an event's first failure; it doubles with each. 20 ms if 0.
	RetryWait time.Duration
}

func (c SubscriberConfig) complete() SubscriberConfig {
	c.Clock = cmp.Or(c.Clock, clock.System())
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	c.Meter = cmp.Or[metric.MeterProvider](c.Meter, noop.NewMeterProvider())
	c.MaxBatch = cmp.Or(c.MaxBatch, 500)
	c.Linger = cmp.Or(c.Linger, 3*time.Millisecond)
	c.Lease = cmp.Or(c.Lease, 3*time.Second)
	c.Attempts = cmp.Or(c.Attempts, 5)
	c.RetryWait = cmp.Or(c.RetryWait, 20*time.Millisecond)
	return c
}

// Subscriber applies a feed effectively once. Its replicas share the 64 shards under leases: the position of a shard moves
// in the transaction of the effect, and only for the owner of the shard's present generation, so a replica that lost a
// shard without knowing it rolls back. Each replica follows one stream over all shards it has.
type Subscriber struct {
	SubscriberConfig
	replica  string
	metrics  *subscriberMetrics
	spans    subscriberSpans
	moved    Signal // raised when leases changed hands, as far as this replica knows
	progress Signal // raised after every commit of a position
}

// NewSubscriber makes one replica of a subscriber. Run it as a part of the process.
func NewSubscriber(config SubscriberConfig) (*Subscriber, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("subscriber %s: %w", config.Name, err)
	}
	s := &Subscriber{SubscriberConfig: config.complete(), replica: host + "/" + uuid.NewString()}
	if s.metrics, err = newSubscriberMetrics(s); err != nil {
		return nil, fmt.Errorf("subscriber %s: %w", config.Name, err)
	}
	s.spans = newSubscriberSpans(s.SubscriberConfig)
	return s, nil
}

// Replica is this replica's name among the owners of shards.
func (s *Subscriber) Replica() string { return s.replica }

// Run follows the feed until ctx ends, gives its shards back and returns nil. Whatever fails meanwhile is tried again: an
// unreachable source or database delays the subscriber and stops nothing else.
func (s *Subscriber) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { s.keepLeases(ctx); return nil })
	group.Go(func() error { s.follow(ctx); return nil })
	err := group.Wait()
	return errors.Join(err, s.release(context.WithoutCancel(ctx)))
}

const (
	firstBackoff = 50 * time.Millisecond
	lastBackoff  = 5 * time.Second
)

// follow keeps a session going over the shards that this replica has.
func (s *Subscriber) follow(ctx context.Context) {
	backoff := firstBackoff
	for ctx.Err() == nil {
		moved := s.moved.Raised()
		advanced, err := s.session(ctx, moved)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil || advanced:
			backoff = firstBackoff
		}
		if err == nil {
			continue // the shards changed hands
		}
		s.Logger.WarnContext(ctx, "subscriber: following again", slog.String("subscriber", s.Name),
			slog.String("source", s.Source.Name()), slog.Any("error", err), slog.Duration("pause", backoff))
		if !pause(ctx, backoff) {
			return
		}
		backoff = min(2*backoff, lastBackoff)
	}
}

// Reached waits until every shard has come to a position, on whichever replica, and returns ctx's error if that ends
// first. It looks when this replica has moved, and now and then.
func (s *Subscriber) Reached(ctx context.Context, position Position) error {
	for {
		progress := s.progress.Raised()
		behind, err := subscriptions.New(s.Pool).ShardsBehind(ctx, subscriptions.ShardsBehindParams{
			Subscriber: s.Name, Source: s.Source.Name(),
			Epoch: position.Epoch, Xid: position.XID, Position: position.Seq,
		})
		if err != nil {
			return fmt.Errorf("subscriber %s: read positions: %w", s.Name, err)
		}
		if behind == 0 {
			return nil
		}
		timer := time.NewTimer(s.Lease)
		select {
		case <-progress:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("subscriber %s: %d shards have not reached %s: %w", s.Name, behind, position, ctx.Err())
		}
		timer.Stop()
	}
}
