package feed

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/platform/feed/internal/subscriptions"
)

// Replay handles the parked events of a resource, oldest first, each in a transaction of its own that also takes it off the
// list, until none is left or one fails again, which then stays with all that follow it. Returns how many were handled.
// It may be called on any replica, while others run. Events are read again from their source, so a text that was erased
// since is not there any more.
func (s *Subscriber) Replay(ctx context.Context, resource string) (handled int, err error) {
	first, err := subscriptions.New(s.Pool).FirstParked(ctx, s.firstParked(resource))
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("subscriber %s: replay %s: %w", s.Name, resource, err)
	}
	before := parkedOf(first).Position
	before.Seq--
	filter := Filter{Resources: []string{resource}, Types: s.Types}
	err = s.Source.Follow(ctx, before, filter, s.Upcasters, func(a Arrival) error {
		if a.Event == nil {
			return nil
		}
		if err := s.replayOne(ctx, resource, a.Event); err != nil {
			return err
		}
		handled++
		return s.moreParked(ctx, resource)
	})
	if errors.Is(err, errAllReplayed) {
		return handled, nil
	}
	return handled, fmt.Errorf("subscriber %s: replay %s: %w", s.Name, resource, err)
}

var errAllReplayed = errors.New("nothing is parked any more")

func (s *Subscriber) firstParked(resource string) subscriptions.FirstParkedParams {
	return subscriptions.FirstParkedParams{Subscriber: s.Name, Source: s.Source.Name(), Resource: resource}
}

// moreParked returns errAllReplayed when nothing is left.
func (s *Subscriber) moreParked(ctx context.Context, resource string) error {
	_, err := subscriptions.New(s.Pool).FirstParked(ctx, s.firstParked(resource))
	if errors.Is(err, pgx.ErrNoRows) {
		return errAllReplayed
	}
	return err
}

// replayOne handles the event if it is the first that is parked.
func (s *Subscriber) replayOne(ctx context.Context, resource string, e *Event) error {
	key := s.firstParked(resource)
	err := s.applying(ctx, func(tx pgx.Tx) error {
		q := subscriptions.New(tx)
		if err := q.LockParkedResource(ctx, subscriptions.LockParkedResourceParams(key)); err != nil {
			return err
		}
		first, err := q.FirstParked(ctx, key)
		if errors.Is(err, pgx.ErrNoRows) {
			return errAllReplayed // another replay was faster
		}
		if err != nil {
			return err
		}
		if first.Revision != e.Record.GetRevision() {
			return fmt.Errorf("revision %d came, %d is parked", e.Record.GetRevision(), first.Revision)
		}
		if err := s.handle(ctx, tx, []*Event{e}); err != nil {
			return err
		}
		return q.Unpark(ctx, subscriptions.UnparkParams{
			Subscriber: s.Name, Source: s.Source.Name(), Resource: resource, Revision: first.Revision,
		})
	})
	if err == nil {
		if s.AfterCommit != nil {
			s.AfterCommit(ctx, []*Event{e})
		}
		return nil
	}
	if failure, ok := errors.AsType[*handlerError](err); ok {
		return errors.Join(err, subscriptions.New(s.Pool).FailedAgain(ctx, subscriptions.FailedAgainParams{
			Subscriber: s.Name, Source: s.Source.Name(), Resource: resource, Revision: e.Record.GetRevision(),
			Error: errorText(failure),
		}))
	}
	return err
}
