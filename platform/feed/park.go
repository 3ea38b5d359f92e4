package feed

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/platform/feed/internal/subscriptions"
)

// maxError is how many bytes of an error are kept with a parked event.
const maxError = 1000

// Parked is an event that a handler could not handle, or one that waits behind such a one.
type Parked struct {
	Resource string
	Revision int64
	Type     string
	Position Position
	// Error of the last attempt; empty for one that waits.
	Error    string
	Attempts int
	ParkedAt time.Time
}

// Parked lists parked events, the failing before the waiting, oldest first.
func (s *Subscriber) Parked(ctx context.Context, limit int) ([]Parked, error) {
	rows, err := subscriptions.New(s.Pool).Parked(ctx, subscriptions.ParkedParams{
		Subscriber: s.Name, Source: s.Source.Name(), PageLimit: int32(limit),
	})
	if err != nil {
		return nil, fmt.Errorf("subscriber %s: list parked: %w", s.Name, err)
	}
	parked := make([]Parked, len(rows))
	for i, row := range rows {
		parked[i] = parkedOf(row)
	}
	return parked, nil
}

// CountParked is how many events are put aside, on all replicas.
func (s *Subscriber) CountParked(ctx context.Context) (int64, error) {
	return subscriptions.New(s.Pool).CountParked(ctx, subscriptions.CountParkedParams{
		Subscriber: s.Name, Source: s.Source.Name(),
	})
}

func parkedOf(row subscriptions.FeedParked) Parked {
	return Parked{
		Resource: row.Resource, Revision: row.Revision, Type: row.Type,
		Position: Position{Epoch: row.Epoch, XID: row.Xid, Seq: row.Position},
		Error:    row.Error, Attempts: int(row.Attempts), ParkedAt: row.ParkedAt,
	}
}

// parkedResources loads the resources of this session's shards that have parked events.
func (c *session) parkedResources(ctx context.Context) (map[string]bool, error) {
	key := subscriptions.ParkedResourcesParams{Subscriber: c.Name, Source: c.Source.Name()}
	for number := range c.owned {
		key.Shards = append(key.Shards, int16(number))
	}
	resources, err := subscriptions.New(c.Pool).ParkedResources(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("load parked resources: %w", err)
	}
	parked := make(map[string]bool, len(resources))
	for _, resource := range resources {
		parked[resource] = true
	}
	return parked, nil
}

// separate tells the events that can be handled from those that wait behind a parked one. It holds each such resource against
// a replay until the transaction ends.
func (c *session) separate(ctx context.Context, tx pgx.Tx, batch []*Event) (fresh, waiting []*Event, err error) {
	if len(c.parked) == 0 {
		return batch, nil, nil
	}
	q := subscriptions.New(tx)
	checked := map[string]bool{}
	for _, e := range batch {
		resource := e.Record.GetResource()
		if c.parked[resource] && !checked[resource] {
			checked[resource] = true
			if c.parked[resource], err = c.stillParked(ctx, q, resource); err != nil {
				return nil, nil, err
			}
		}
		if c.parked[resource] {
			waiting = append(waiting, e)
		} else {
			fresh = append(fresh, e)
		}
	}
	return fresh, waiting, nil
}

func (c *session) stillParked(ctx context.Context, q *subscriptions.Queries, resource string) (bool, error) {
	key := subscriptions.IsParkedParams{Subscriber: c.Name, Source: c.Source.Name(), Resource: resource}
	if err := q.LockParkedResource(ctx, subscriptions.LockParkedResourceParams(key)); err != nil {
		return false, fmt.Errorf("lock parked %s: %w", resource, err)
	}
	parked, err := q.IsParked(ctx, key)
	if err != nil {
		return false, fmt.Errorf("look for parked %s: %w", resource, err)
	}
	return parked, nil
}

// park stores an event that failed, or with a nil failure one that waits.
func (c *session) park(ctx context.Context, tx pgx.Tx, e *Event, failure error, attempts int) error {
	err := subscriptions.New(tx).Park(ctx, subscriptions.ParkParams{
		Subscriber: c.Name, Source: c.Source.Name(),
		Resource: e.Record.GetResource(), Revision: e.Record.GetRevision(), Shard: int16(e.Shard), Type: e.Record.GetType(),
		Epoch: e.Position.Epoch, Xid: e.Position.XID, Position: e.Position.Seq,
		Error: errorText(failure), Attempts: int32(attempts),
	})
	if err != nil {
		return fmt.Errorf("park %s: %w", e.Ref(), err)
	}
	return nil
}

// parkFailing puts an event aside for good and moves on, in one transaction.
func (c *session) parkFailing(ctx context.Context, e *Event, failure error) error {
	batch := []*Event{e}
	shards := c.behind(batch)
	err := c.applying(ctx, func(tx pgx.Tx) error {
		if _, err := c.stillParked(ctx, subscriptions.New(tx), e.Record.GetResource()); err != nil {
			return err
		}
		if err := c.park(ctx, tx, e, failure, c.Attempts); err != nil {
			return err
		}
		if err := c.moveHeads(ctx, tx, batch); err != nil {
			return err
		}
		return c.moveShards(ctx, tx, shards, e.Position)
	})
	if err != nil {
		return err
	}
	c.parked[e.Record.GetResource()] = true
	c.movedTo(shards, e.Position)
	c.spans.parked(batch)
	c.Logger.ErrorContext(ctx, "subscriber: event parked", slog.String("subscriber", c.Name),
		slog.String("source", c.Source.Name()), slog.String("event", e.Ref()), slog.Any("error", failure))
	return nil
}

// errorText is an error as the table takes it: valid, bounded, and never empty, which would mean "waits".
func errorText(failure error) string {
	if failure == nil {
		return ""
	}
	text := strings.ToValidUTF8(strings.ReplaceAll(failure.Error(), "\x00", ""), "")
	if len(text) > maxError {
		text = strings.ToValidUTF8(text[:maxError], "")
	}
	if text == "" {
		return "an error without text"
	}
	return text
}
