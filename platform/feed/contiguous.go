package feed

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/platform/feed/internal/subscriptions"
)

// gapError says that a resource's revisions are not contiguous: the feed's promise is broken, or the source was put back to
// an older state.
type gapError struct {
	resource  string
	shard     int
	want, got int64
}

func (e *gapError) Error() string {
	return fmt.Sprintf("gap in the feed: %s went on with revision %d, want %d", e.resource, e.got, e.want)
}

// run is the part of a batch that belongs to one resource.
type run struct {
	shard       int
	first, last int64
}

// moveHeads holds the batch's revisions against the last ones of each resource, and stores the new ones. Returns a *gapError
// when one does not follow. A filtered subscriber is not sent every revision, so there is nothing to hold.
func (c *session) moveHeads(ctx context.Context, tx pgx.Tx, batch []*Event) error {
	if len(c.Types) > 0 || c.Desks != nil {
		return nil
	}
	runs, err := runsOf(batch)
	if err != nil {
		return err
	}
	move := subscriptions.MoveHeadsParams{Subscriber: c.Name, Source: c.Source.Name()}
	begin := subscriptions.BeginHeadsParams{Subscriber: c.Name, Source: c.Source.Name()}
	for resource, r := range runs {
		if r.first == 1 {
			begin.Resources, begin.Lasts = append(begin.Resources, resource), append(begin.Lasts, r.last)
			continue
		}
		move.Resources, move.Lasts = append(move.Resources, resource), append(move.Lasts, r.last)
		move.Firsts = append(move.Firsts, r.first)
	}
	q := subscriptions.New(tx)
	if len(begin.Resources) > 0 {
		followed, err := q.BeginHeads(ctx, begin)
		if err != nil {
			return fmt.Errorf("begin heads: %w", err)
		}
		forget(runs, followed)
	}
	if len(move.Resources) > 0 {
		followed, err := q.MoveHeads(ctx, move)
		if err != nil {
			return fmt.Errorf("move heads: %w", err)
		}
		forget(runs, followed)
	}
	for resource, r := range runs { // those that did not follow
		return c.gapAt(ctx, q, resource, r)
	}
	return nil
}

func forget(runs map[string]run, resources []string) {
	for _, resource := range resources {
		delete(runs, resource)
	}
}

// runsOf finds the first and last revision of each resource in a batch.
func runsOf(batch []*Event) (map[string]run, error) {
	runs := make(map[string]run, len(batch))
	for _, e := range batch {
		resource, revision := e.Record.GetResource(), e.Record.GetRevision()
		r, seen := runs[resource]
		if !seen {
			r = run{shard: e.Shard, first: revision, last: revision - 1}
		}
		if revision != r.last+1 {
			return nil, &gapError{resource, e.Shard, r.last + 1, revision}
		}
		r.last = revision
		runs[resource] = r
	}
	return runs, nil
}

// gapAt says what would have followed.
func (c *session) gapAt(ctx context.Context, q *subscriptions.Queries, resource string, r run) error {
	head, err := q.Head(ctx, subscriptions.HeadParams{Subscriber: c.Name, Source: c.Source.Name(), Resource: resource})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("read head of %s: %w", resource, err)
	}
	return &gapError{resource, r.shard, head + 1, r.first}
}
