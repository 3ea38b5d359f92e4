package feed

import (
	"context"
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
	if len(c.Types) > 0 {
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
	var followed int64
	q := subscriptions.New(tx)
	if len(begin.Resources) > 0 {
		n, err := q.BeginHeads(ctx, begin)
		if err != nil {
			return fmt.Errorf("begin heads: %w", err)
		}
		followed += n
	}
	if len(move.Resources) > 0 {
		n, err := q.MoveHeads(ctx, move)
		if err != nil {
			return fmt.Errorf("move heads: %w", err)
		}
		followed += n
	}
	if followed == int64(len(runs)) {
		return nil
	}
	return c.findGap(ctx, q, runs)
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

// findGap names one resource whose head did not move.
func (c *session) findGap(ctx context.Context, q *subscriptions.Queries, runs map[string]run) error {
	key := subscriptions.HeadsParams{Subscriber: c.Name, Source: c.Source.Name()}
	for resource := range runs {
		key.Resources = append(key.Resources, resource)
	}
	rows, err := q.Heads(ctx, key)
	if err != nil {
		return fmt.Errorf("read heads: %w", err)
	}
	heads := make(map[string]int64, len(rows))
	for _, row := range rows {
		heads[row.Resource] = row.Revision
	}
	for resource, r := range runs {
		if heads[resource] != r.last || r.first == 1 && r.last == 0 {
			return &gapError{resource, r.shard, heads[resource] + 1, r.first}
		}
	}
	return fmt.Errorf("heads moved for fewer than %d resources, and none shows a gap", len(runs))
}
