package feed_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/feed"
)

// effect is a handler's: one row per event, whose number says when.
func effect(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	for _, e := range batch {
		if _, err := tx.Exec(ctx, "INSERT INTO effects VALUES ($1, $2)",
			e.Record.GetResource(), e.Record.GetRevision()); err != nil {
			return err
		}
	}
	return nil
}

// subscriber makes a replica that follows s into its own database, and does not run it.
func (s *served) subscriber(
	t testing.TB, into *pgxpool.Pool, handle feed.HandlerFunc, change ...func(*feed.SubscriberConfig),
) *feed.Subscriber {
	t.Helper()
	config := feed.SubscriberConfig{
		Name: "reporting", Source: feed.Remote("triage", &asService{s.client, "reporting"}), Pool: into, Handler: handle,
		Lease: 600 * time.Millisecond, RetryWait: time.Millisecond, Linger: time.Millisecond, Attempts: 3,
	}
	for _, c := range change {
		c(&config)
	}
	subscriber, err := feed.NewSubscriber(config)
	if err != nil {
		t.Fatal(err)
	}
	return subscriber
}

// asService calls as a service, which mTLS would say.
type asService struct {
	eventv1.FeedClient
	name string
}

func (a *asService) Watch(ctx context.Context, r *eventv1.WatchRequest, o ...grpc.CallOption) (eventv1.Feed_WatchClient, error) {
	return a.FeedClient.Watch(as(ctx, "service", a.name), r, o...)
}

// write commits one event per resource and wakes the readers.
func (s *served) write(t testing.TB, resources ...string) {
	t.Helper()
	for _, resource := range resources {
		mustWrite(t, s.pool, resource, draft(resource))
	}
	s.wake.Committed()
}

// requireEffects waits until the effects are as many, and fails unless each ticket has its revisions once, in order, without
// a gap.
func requireEffects(t testing.TB, pool *pgxpool.Pool, want int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d effects", want), func(ctx context.Context) error {
		if got := countEffects(ctx, t, pool, ""); got != want {
			return fmt.Errorf("%d", got)
		}
		return nil
	})
	var wrong string
	err := pool.QueryRow(t.Context(), `SELECT format('%s@%s is effect %s', resource, revision, place) FROM (
		SELECT resource, revision, row_number() OVER (PARTITION BY resource ORDER BY n) AS place FROM effects) e
		WHERE revision <> place LIMIT 1`).Scan(&wrong)
	if !errors.Is(err, pgx.ErrNoRows) {
		t.Errorf("%s of its ticket, %v", wrong, err)
	}
}

func countEffects(ctx context.Context, t testing.TB, pool *pgxpool.Pool, resource string) (n int) {
	t.Helper()
	if err := pool.QueryRow(ctx, "SELECT count(*) FROM effects WHERE resource = $1 OR $1 = ''", resource).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func reached(t testing.TB, s *served, subscriber *feed.Subscriber) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := subscriber.Reached(ctx, last(ctx, t, s.pool)); err != nil {
		t.Fatal(err)
	}
}

// shardsOf counts the shards of each replica.
func shardsOf(ctx context.Context, t testing.TB, pool *pgxpool.Pool) map[string]int {
	t.Helper()
	rows, err := pool.Query(ctx, `SELECT owner, count(*) FROM feed_subscriptions WHERE owner IS NOT NULL GROUP BY owner`)
	if err != nil {
		t.Fatal(err)
	}
	shards := map[string]int{}
	var owner string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&owner, &n}, func() error { shards[owner] = n; return nil }); err != nil {
		t.Fatal(err)
	}
	return shards
}

func requireShards(t testing.TB, pool *pgxpool.Pool, want map[*feed.Subscriber]int) {
	t.Helper()
	eventually(t, "the shards to be shared", func(ctx context.Context) error {
		got := shardsOf(ctx, t, pool)
		for subscriber, n := range want {
			if got[subscriber.Replica()] != n {
				return fmt.Errorf("%v", got)
			}
		}
		return nil
	})
}
