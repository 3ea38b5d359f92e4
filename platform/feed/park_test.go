package feed_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/feed"
)

// poison fails for one event until it is healed.
type poison struct {
	ref    string
	healed atomic.Bool
	calls  atomic.Int64
	panics bool
}

func (p *poison) handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	for _, e := range batch {
		if e.Ref() == p.ref && !p.healed.Load() {
			p.calls.Add(1)
			if p.panics {
				panic("poison \x00 \xff")
			}
			return errors.New("poison \x00 \xff")
		}
	}
	return effect(ctx, tx, batch)
}

func TestAFailingEventIsParkedWithTheLaterOnesOfItsTicket(t *testing.T) {
	t.Parallel()
	for _, panics := range []bool{false, true} {
		t.Run(fmt.Sprintf("panics=%t", panics), func(t *testing.T) {
			t.Parallel()
			s, into := serve(t, newPool(t)), newPool(t)
			for n := range 30 {
				s.write(t, ticket(n%10))
			}
			bad := &poison{ref: ticket(4) + "@2", panics: panics}
			subscriber := s.subscriber(t, into, bad.handle)
			background(t, subscriber.Run)
			requireEffects(t, into, 28)
			s.write(t, ticket(4), ticket(5))
			requireEffects(t, into, 29)
			reached(t, s, subscriber)

			parked, err := subscriber.Parked(t.Context(), 10)
			if err != nil {
				t.Fatal(err)
			}
			if len(parked) != 3 {
				t.Fatalf("%d events are parked, want the failing one and the two after it", len(parked))
			}
			if p := parked[0]; p.Resource != ticket(4) || p.Revision != 2 || !strings.Contains(p.Error, "poison") || p.Attempts != 3 {
				t.Errorf("parked first: %+v", p)
			}
			for i, p := range parked[1:] {
				if p.Resource != ticket(4) || p.Revision != int64(i+3) || p.Error != "" {
					t.Errorf("waiting: %+v", p)
				}
			}

			if n, err := subscriber.Replay(t.Context(), ticket(4)); err == nil || n != 0 {
				t.Errorf("before it is healed a replay handled %d, %v", n, err)
			}
			bad.healed.Store(true)
			if n, err := subscriber.Replay(t.Context(), ticket(4)); err != nil || n != 3 {
				t.Errorf("a replay handled %d of 3, %v", n, err)
			}
			s.write(t, ticket(4))
			requireEffects(t, into, 33)
			if n, err := subscriber.Replay(t.Context(), ticket(4)); err != nil || n != 0 {
				t.Errorf("with nothing parked a replay handled %d, %v", n, err)
			}
		})
	}
}

func TestAReplayAndNewEventsOfTheTicketKeepTheirOrder(t *testing.T) {
	t.Parallel()
	s, into := serve(t, newPool(t)), newPool(t)
	bad := &poison{ref: ticket(1) + "@1"}
	subscriber := s.subscriber(t, into, bad.handle)
	background(t, subscriber.Run)
	s.write(t, ticket(1))
	eventually(t, "the event to be parked", func(ctx context.Context) error {
		parked, err := subscriber.Parked(ctx, 1)
		if err == nil && len(parked) == 0 {
			err = errors.New("nothing parked")
		}
		return err
	})
	bad.healed.Store(true)
	for range 10 {
		s.write(t, ticket(1), ticket(1), ticket(1))
		if _, err := subscriber.Replay(t.Context(), ticket(1)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "everything to be replayed", func(ctx context.Context) error {
		_, err := subscriber.Replay(ctx, ticket(1))
		if n := countEffects(ctx, t, into, ""); err == nil && n != 31 {
			err = fmt.Errorf("%d of 31 effects", n)
		}
		return err
	})
	requireEffects(t, into, 31)
}

func TestReplaysAtOnceHandleEachEventOnceAndNoneFails(t *testing.T) {
	t.Parallel()
	s, into := serve(t, newPool(t)), newPool(t)
	bad := &poison{ref: ticket(1) + "@1"}
	subscriber := s.subscriber(t, into, bad.handle)
	background(t, subscriber.Run)
	for range 20 {
		s.write(t, ticket(1))
	}
	reached(t, s, subscriber)
	bad.healed.Store(true)
	var handled atomic.Int64
	var group errgroup.Group
	for range 4 {
		group.Go(func() error {
			n, err := subscriber.Replay(t.Context(), ticket(1))
			handled.Add(int64(n))
			return err
		})
	}
	if err := group.Wait(); err != nil || handled.Load() != 20 {
		t.Errorf("four replays of 20 events handled %d, %v", handled.Load(), err)
	}
	requireEffects(t, into, 20)
}

func TestAReplayOfAnEventThatItsSourceHasLostEndsAndSaysSo(t *testing.T) {
	t.Parallel()
	for _, lost := range []string{"revision = 1", "revision IN (1, 2)"} {
		t.Run(lost, func(t *testing.T) {
			t.Parallel()
			s, into := serve(t, newPool(t)), newPool(t)
			bad := &poison{ref: ticket(1) + "@1"}
			subscriber := s.subscriber(t, into, bad.handle)
			background(t, subscriber.Run)
			s.write(t, ticket(1), ticket(1), ticket(2))
			reached(t, s, subscriber)
			if _, err := s.pool.Exec(t.Context(), "DELETE FROM events WHERE resource = $1 AND "+lost, ticket(1)); err != nil {
				t.Fatal(err)
			}
			bad.healed.Store(true)
			if n, err := subscriber.Replay(t.Context(), ticket(1)); n != 0 || !feed.FailedAgain(err) {
				t.Errorf("handled %d, %v", n, err)
			}
			if parked, err := subscriber.Parked(t.Context(), 1); err != nil || !strings.Contains(parked[0].Error, "not have this event") {
				t.Errorf("parked %+v, %v", parked, err)
			}
		})
	}
}

func TestAnEventThatCannotBeBroughtUpToDateIsParked(t *testing.T) {
	t.Parallel()
	s, into := serve(t, newPool(t)), newPool(t)
	var upcasters feed.Upcasters
	upcasters.Add("ticket.noted", 1, func(r *eventv1.Record) error {
		if r.GetResource() == ticket(1) {
			return errors.New("no such version")
		}
		return nil
	})
	s.write(t, ticket(1), ticket(2), ticket(3))
	subscriber := s.subscriber(t, into, effect, func(c *feed.SubscriberConfig) { c.Upcasters = &upcasters })
	background(t, subscriber.Run)
	requireEffects(t, into, 2)
	reached(t, s, subscriber)
	parked, err := subscriber.Parked(t.Context(), 10)
	if err != nil || len(parked) != 1 || !strings.Contains(parked[0].Error, "no such version") {
		t.Errorf("parked %+v, %v", parked, err)
	}
}

func TestALostDatabaseConnectionParksNothing(t *testing.T) {
	t.Parallel()
	s, into := serve(t, newPool(t)), newPool(t)
	var lost atomic.Int64
	subscriber := s.subscriber(t, into, func(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
		if lost.Add(1) <= 4 {
			if _, err := tx.Exec(ctx, "SELECT pg_terminate_backend(pg_backend_pid())"); err != nil {
				return err
			}
		}
		return effect(ctx, tx, batch)
	})
	background(t, subscriber.Run)
	s.write(t, ticket(1))
	requireEffects(t, into, 1)
	if parked, err := subscriber.Parked(t.Context(), 1); err != nil || len(parked) != 0 {
		t.Errorf("parked %+v, %v", parked, err)
	}
}
