package feed

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/platform/feed/internal/subscriptions"
)

// Replay handles the parked events of a resource, oldest first, each in a transaction of its own that also takes it off the
// list, until none is left or one fails again, which then stays with all that follow it. Returns how many were handled; the error
// of an event that failed is one that FailedAgain reports. It may be called on any replica, while others run and replay.
// Events are read again from their source, so a text that was erased since is not there any more.
func (s *Subscriber) Replay(ctx context.Context, resource string) (handled int, err error) {
	first, err := s.firstParked(ctx, subscriptions.New(s.Pool), resource)
	if errors.Is(err, errAllReplayed) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("subscriber %s: replay %s: %w", s.Name, resource, err)
	}
	before := first.Position
	before.Seq--
	filter := Filter{Resources: []string{resource}, Types: s.Types}
	err = s.Source.Follow(ctx, before, filter, s.Upcasters, func(a Arrival) error {
		if a.Event != nil {
			did, err := s.replayOne(ctx, resource, a.Event)
			if did {
				handled++
			}
			if err != nil {
				return err
			}
		}
		first, err := s.firstParked(ctx, subscriptions.New(s.Pool), resource)
		if err == nil && !first.Position.After(a.Through) { // it will not come, so do not wait for it
			return s.failedAgain(ctx, resource, first.Revision, errNotThere)
		}
		return err
	})
	if errors.Is(err, errAllReplayed) {
		return handled, nil
	}
	return handled, fmt.Errorf("subscriber %s: replay %s: %w", s.Name, resource, err)
}

// FailedAgain reports whether a replay ended because of an event, with which the reason is now kept, and not because the source,
// the database or what the handler needs is away.
func FailedAgain(err error) bool {
	_, failed := errors.AsType[*handlerError](err)
	return failed
}

var (
	errAllReplayed = errors.New("nothing is parked any more")
	errNotThere    = &handlerError{errors.New("the source does not have this event any more")}
)

// failedAgain keeps with an event why, and returns it.
func (s *Subscriber) failedAgain(ctx context.Context, resource string, revision int64, failure *handlerError) error {
	return errors.Join(failure, subscriptions.New(s.Pool).FailedAgain(ctx, subscriptions.FailedAgainParams{
		Subscriber: s.Name, Source: s.Source.Name(), Resource: resource, Revision: revision, Error: errorText(failure),
	}))
}

// firstParked returns errAllReplayed when nothing is left.
func (s *Subscriber) firstParked(ctx context.Context, q *subscriptions.Queries, resource string) (Parked, error) {
	row, err := q.FirstParked(ctx, subscriptions.FirstParkedParams{Subscriber: s.Name, Source: s.Source.Name(), Resource: resource})
	if errors.Is(err, pgx.ErrNoRows) {
		return Parked{}, errAllReplayed
	}
	return parkedOf(row), err
}

// replayOne handles the event if it is the first that is parked, and not one that another replay was faster with.
func (s *Subscriber) replayOne(ctx context.Context, resource string, e *Event) (handled bool, err error) {
	revision := e.Record.GetRevision()
	err = s.applying(ctx, func(tx pgx.Tx) error {
		q := subscriptions.New(tx)
		key := subscriptions.LockParkedResourceParams{Subscriber: s.Name, Source: s.Source.Name(), Resource: resource}
		if err := q.LockParkedResource(ctx, key); err != nil {
			return err
		}
		first, err := s.firstParked(ctx, q, resource)
		if err != nil || first.Revision != revision {
			return err
		}
		if err := s.handle(ctx, tx, []*Event{e}); err != nil {
			return err
		}
		handled = true
		return q.Unpark(ctx, subscriptions.UnparkParams{
			Subscriber: s.Name, Source: s.Source.Name(), Resource: resource, Revision: revision,
		})
	})
	if err == nil {
		if handled && s.AfterCommit != nil {
			s.AfterCommit(ctx, []*Event{e})
		}
		return handled, nil
	}
	if failure, ok := errors.AsType[*handlerError](err); ok {
		return false, s.failedAgain(ctx, resource, revision, failure)
	}
	return false, err
}
