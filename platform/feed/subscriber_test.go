package feed_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/platform/feed"
)

func TestEveryEventHasItsEffectOnceAndInOrder(t *testing.T) {
	t.Parallel()
	s, into := serve(t, newPool(t)), newPool(t)
	for n := range 40 {
		s.write(t, ticket(n%10))
	}
	subscriber := s.subscriber(t, into, effect)
	background(t, subscriber.Run)
	requireEffects(t, into, 40)
	for n := range 40 {
		s.write(t, ticket(n%20))
	}
	requireEffects(t, into, 80)
	reached(t, s, subscriber)
}

func TestTheServicesOwnFeedIsReadWithoutAConnection(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t))
	s.write(t, ticket(1), ticket(2))
	var told atomic.Int64
	subscriber := s.subscriber(t, s.pool, effect, func(c *feed.SubscriberConfig) {
		c.Source = feed.Local("triage", feed.NewReader(s.pool), s.wake, quick)
		c.AfterCommit = func(_ context.Context, batch []*feed.Event) { told.Add(int64(len(batch))) }
	})
	background(t, subscriber.Run)
	s.write(t, ticket(1))
	requireEffects(t, s.pool, 3)
	reached(t, s, subscriber)
	eventually(t, "the hook to be told", func(context.Context) error {
		if n := told.Load(); n != 3 {
			return fmt.Errorf("told of %d", n)
		}
		return nil
	})
}

func TestAFilteredSubscriberMovesPastWhatItDoesNotHear(t *testing.T) {
	t.Parallel()
	s, into := serve(t, newPool(t)), newPool(t)
	wanted := draft(ticket(1))
	wanted.Type = "ticket.resolved"
	s.write(t, ticket(1), ticket(2))
	mustWrite(t, s.pool, ticket(1), wanted)
	s.write(t, ticket(1), ticket(3))
	var heard sync.Map
	subscriber := s.subscriber(t, into, func(_ context.Context, _ pgx.Tx, batch []*feed.Event) error {
		for _, e := range batch {
			heard.Store(e.Ref(), e.Record.GetType())
		}
		return nil
	}, func(c *feed.SubscriberConfig) { c.Types = []string{"ticket.resolved"} })
	background(t, subscriber.Run)
	reached(t, s, subscriber)
	heard.Range(func(ref, typ any) bool {
		if typ != "ticket.resolved" {
			t.Errorf("heard of %s, %s", ref, typ)
		}
		return true
	})
	if _, ok := heard.Load(ticket(1) + "@2"); !ok {
		t.Error("did not hear what it asked for")
	}
}

// TestEffectivelyOnceWhateverCrashes runs three replicas whose handlers fail, panic, lose their connection and whose
// processes are restarted, all at random, while events are written.
func TestEffectivelyOnceWhateverCrashes(t *testing.T) {
	t.Parallel()
	const tickets, events = 25, 300
	s, into := serve(t, newPool(t)), newPool(t)
	var calls atomic.Int64
	accidents := []func(ctx context.Context, tx pgx.Tx) error{
		func(context.Context, pgx.Tx) error { return errors.New("out of luck") },
		func(context.Context, pgx.Tx) error { panic("out of mind") },
		func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
			return err
		},
		func(ctx context.Context, tx pgx.Tx) error { _, err := tx.Exec(ctx, "SELECT 1/0"); return err },
	}
	flaky := func(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
		if err := effect(ctx, tx, batch); err != nil {
			return err
		}
		if n := calls.Add(1); n%3 == 0 {
			return accidents[int(n/3)%len(accidents)](ctx, tx)
		}
		return nil
	}
	patient := func(c *feed.SubscriberConfig) { c.Attempts = 1000; c.MaxBatch = 10 }
	start := func() func() { return background(t, s.subscriber(t, into, flaky, patient).Run) }
	stops := []func(){start(), start(), start()}
	for n := range events {
		s.write(t, ticket(n*7%tickets))
		if n%60 == 59 {
			stops[n%len(stops)]()
			stops[n%len(stops)] = start()
		}
	}
	requireEffects(t, into, events)
}

// TestAReplicaThatLostItsShardsRollsBack: a handler is still busy when its replica is declared dead and another takes over.
func TestAReplicaThatLostItsShardsRollsBack(t *testing.T) {
	t.Parallel()
	s, into := serve(t, newPool(t)), newPool(t)
	s.write(t, ticket(1))
	busy, goOn := make(chan struct{}), make(chan struct{})
	var first sync.Once
	slow := s.subscriber(t, into, func(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
		first.Do(func() { close(busy); <-goOn })
		return effect(ctx, tx, batch)
	})
	background(t, slow.Run)
	<-busy
	declareDead(t, into, slow)
	quickOne := s.subscriber(t, into, effect)
	background(t, quickOne.Run)
	requireEffects(t, into, 1)
	close(goOn)
	s.write(t, ticket(1), ticket(2))
	requireEffects(t, into, 3)
}

// declareDead takes all shards from a replica, as the others do when its lease has ended.
func declareDead(t testing.TB, pool *pgxpool.Pool, replica *feed.Subscriber) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), `UPDATE feed_subscriptions SET owner = 'another', generation = generation + 1
		WHERE owner = $1`, replica.Replica()); err != nil {
		t.Fatal(err)
	}
}

func TestReplicasShareTheWorkAndTakeOverFromADeadOne(t *testing.T) {
	t.Parallel()
	s, into := serve(t, newPool(t)), newPool(t)
	a, b := s.subscriber(t, into, effect), s.subscriber(t, into, effect)
	background(t, a.Run)
	requireShards(t, into, map[*feed.Subscriber]int{a: feed.Shards})
	stopB := background(t, b.Run)
	requireShards(t, into, map[*feed.Subscriber]int{a: feed.Shards / 2, b: feed.Shards / 2})
	for n := range 30 {
		s.write(t, ticket(n))
	}
	requireEffects(t, into, 30)

	stopB()
	if _, err := into.Exec(t.Context(), `INSERT INTO feed_replicas VALUES ('reporting', 'triage', $1, clock_timestamp() + '1s')`,
		b.Replica()); err != nil { // what a killed process leaves behind
		t.Fatal(err)
	}
	for n := range 30 {
		s.write(t, ticket(n))
	}
	requireEffects(t, into, 60)
	requireShards(t, into, map[*feed.Subscriber]int{a: feed.Shards})
}

func TestAReadModelIsRebuiltFromZeroWhileLive(t *testing.T) {
	t.Parallel()
	s, into := serve(t, newPool(t)), newPool(t)
	subscriber := s.subscriber(t, into, effect)
	background(t, subscriber.Run)
	for n := range 60 {
		s.write(t, ticket(n%15))
		if n == 30 || n == 45 {
			if err := subscriber.Reset(t.Context(), func(ctx context.Context, tx pgx.Tx) error {
				_, err := tx.Exec(ctx, "TRUNCATE effects")
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	requireEffects(t, into, 60)
}

func TestAGapStopsItsShardAndNothingElse(t *testing.T) {
	t.Parallel()
	s, into := serve(t, newPool(t)), newPool(t)
	s.write(t, ticket(1), ticket(1), ticket(1), ticket(2))
	if _, err := s.pool.Exec(t.Context(), "DELETE FROM events WHERE resource = $1 AND revision = 2", ticket(1)); err != nil {
		t.Fatal(err)
	}
	meter := newMeter(t)
	subscriber := s.subscriber(t, into, effect, func(c *feed.SubscriberConfig) { c.Meter = meter.provider })
	background(t, subscriber.Run)
	s.write(t, ticket(3), ticket(2))
	eventually(t, "the other shards' effects", func(ctx context.Context) error {
		for resource, want := range map[string]int{ticket(2): 2, ticket(3): 1} {
			if got := countEffects(ctx, t, into, resource); got != want {
				return fmt.Errorf("%s has %d of %d", resource, got, want)
			}
		}
		return nil
	})
	if n := countEffects(t.Context(), t, into, ticket(1)); n > 1 {
		t.Errorf("%d effects of the ticket with the gap, want at most the one before it", n)
	}
	eventually(t, "the alarm", func(context.Context) error {
		if n := meter.sum(t, "bavn.feed.gaps"); n == 0 {
			return errors.New("no gap counted")
		}
		return nil
	})
}

// TestAHistoryThatWasPutBackIsNoticed: the source lost its last revision in a restore and wrote another one of that number.
func TestAHistoryThatWasPutBackIsNoticed(t *testing.T) {
	t.Parallel()
	s, into := serve(t, newPool(t)), newPool(t)
	meter := newMeter(t)
	subscriber := s.subscriber(t, into, effect, func(c *feed.SubscriberConfig) { c.Meter = meter.provider })
	background(t, subscriber.Run)
	s.write(t, ticket(1))
	requireEffects(t, into, 1)
	if _, err := s.pool.Exec(t.Context(), "DELETE FROM events"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.pool.Exec(t.Context(), "DELETE FROM things"); err != nil {
		t.Fatal(err)
	}
	if _, err := into.Exec(t.Context(), "DELETE FROM effects"); err != nil { // so that only the feed can notice
		t.Fatal(err)
	}
	s.write(t, ticket(1))
	eventually(t, "the alarm", func(context.Context) error {
		if n := meter.sum(t, "bavn.feed.gaps"); n == 0 {
			return errors.New("no gap counted")
		}
		return nil
	})
	if n := countEffects(t.Context(), t, into, ""); n != 0 {
		t.Errorf("%d effects of the other history", n)
	}
}
