package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// handlerError is a failure that belongs to the events and not to the way to the database.
type handlerError struct{ err error }

func (e *handlerError) Error() string { return e.err.Error() }
func (e *handlerError) Unwrap() error { return e.err }

// Later is how a handler says that it cannot do its work now, through no fault of the events: a collector or a mail server is
// away. Nothing is parked; the subscriber comes back to the same events after a pause.
func Later(err error) error { return &laterError{err} }

// IsLater reports whether err says Later.
func IsLater(err error) bool {
	_, later := errors.AsType[*laterError](err)
	return later
}

type laterError struct{ err error }

func (e *laterError) Error() string { return "later: " + e.err.Error() }
func (e *laterError) Unwrap() error { return e.err }

// applyOrSplit handles a batch in one transaction. If that fails, it takes the halves by themselves, in order, until the
// failing event stands alone: that one is tried again and then parked, and all the others have their effect.
func (c *session) applyOrSplit(ctx context.Context, batch []*Event) error {
	if halted := func(e *Event) bool { return c.owned[e.Shard].halted }; slices.ContainsFunc(batch, halted) {
		batch = slices.DeleteFunc(slices.Clone(batch), halted)
	}
	if len(batch) == 0 {
		return nil
	}
	err := c.commit(ctx, batch)
	if err == nil {
		return nil
	}
	if gap, ok := errors.AsType[*gapError](err); ok {
		c.halt(ctx, gap)
		return c.applyOrSplit(ctx, batch)
	}
	if _, itsOwn := errors.AsType[*handlerError](err); !itsOwn || ctx.Err() != nil {
		return err
	}
	if len(batch) == 1 {
		return c.tryAgain(ctx, batch[0], err)
	}
	half := len(batch) / 2
	if err := c.applyOrSplit(ctx, batch[:half]); err != nil {
		return err
	}
	return c.applyOrSplit(ctx, batch[half:])
}

// commit handles a batch in one transaction, which also moves the shards that it touches.
func (c *session) commit(ctx context.Context, batch []*Event) error {
	var fresh, waiting []*Event
	shards, to := c.behind(batch), batch[len(batch)-1].Position
	err := c.applying(ctx, func(tx pgx.Tx) error {
		var err error
		if fresh, waiting, err = c.separate(ctx, tx, batch); err != nil {
			return err
		}
		// The handler comes first: what it does outside the database (upload spans) must not happen while the transaction
		// has an id, which would hold back every feed of the server.
		if err := c.handle(ctx, tx, fresh); err != nil {
			return err
		}
		for _, e := range waiting {
			if err := c.park(ctx, tx, e, nil, 0); err != nil {
				return err
			}
		}
		if err := c.moveHeads(ctx, tx, batch); err != nil {
			return err
		}
		return c.moveShards(ctx, tx, shards, to)
	})
	if err != nil {
		return err
	}
	c.movedTo(shards, to)
	c.metrics.applied(ctx, fresh, c.Clock.Now())
	c.spans.applied(fresh)
	c.spans.parked(waiting)
	if c.AfterCommit != nil && len(fresh) > 0 {
		c.AfterCommit(ctx, fresh)
	}
	return nil
}

// handle calls the handler, and says of its error whether it is the events' fault.
func (s *Subscriber) handle(ctx context.Context, tx pgx.Tx, events []*Event) (err error) {
	if len(events) == 0 {
		return nil
	}
	for _, e := range events {
		if e.broken != nil {
			return &handlerError{e.broken}
		}
	}
	defer func() {
		if p := recover(); p != nil {
			err = &handlerError{fmt.Errorf("panic: %v", p)}
		}
	}()
	err = s.Handler.Handle(ctx, tx, events)
	if err == nil || IsLater(err) || databaseGone(tx, err) {
		return err
	}
	return &handlerError{err}
}

// serverGone are the SQLSTATE classes that say something about the server and nothing about the event: connection,
// resources, operator intervention, system. Source: PostgreSQL's Appendix A.
var serverGone = []string{"08", "53", "57", "58"}

// statementTimeout is of class 57 but the event's own doing.
const statementTimeout = "57014"

func databaseGone(tx pgx.Tx, err error) bool {
	refused, answered := errors.AsType[*pgconn.PgError](err)
	if answered {
		return refused.Code != statementTimeout && slices.Contains(serverGone, refused.Code[:2])
	}
	return tx.Conn().IsClosed()
}

// tryAgain gives one failing event its bounded retries, and parks it after the last.
func (c *session) tryAgain(ctx context.Context, e *Event, failure error) error {
	wait := c.RetryWait
	for attempt := 1; attempt < c.Attempts; attempt++ {
		if !pause(ctx, wait) {
			return ctx.Err()
		}
		wait = min(2*wait, lastBackoff)
		if err := c.checkOwned(ctx, e.Shard); err != nil {
			return err
		}
		err := c.commit(ctx, []*Event{e})
		if err == nil {
			return nil
		}
		if gap, ok := errors.AsType[*gapError](err); ok {
			c.halt(ctx, gap)
			return nil
		}
		if _, itsOwn := errors.AsType[*handlerError](err); !itsOwn || ctx.Err() != nil {
			return err
		}
		failure = err
	}
	return c.parkFailing(ctx, e, failure)
}

// halt stops a shard for this session: its position stays before the gap. The next session looks again, and an operator
// decides (runbook: a gap is either a source that was put back to an older state, or a broken source).
func (c *session) halt(ctx context.Context, gap *gapError) {
	c.owned[gap.shard].halted = true
	c.metrics.gap(ctx)
	c.Logger.ErrorContext(ctx, "subscriber: gap in the feed, the shard does not advance", slog.String("subscriber", c.Name),
		slog.String("source", c.Source.Name()), slog.String("resource", gap.resource), slog.Int("shard", gap.shard),
		slog.Int64("want_revision", gap.want), slog.Int64("revision", gap.got))
	time.AfterFunc(haltFor, c.moved.Raise)
}

// haltFor is how long a shard with a gap stands before a new session looks whether it is still there.
const haltFor = 30 * time.Second
