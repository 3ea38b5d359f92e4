package resilience

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/test/house"
)

// feedsAreWhole holds that in the order of each feed every resource goes on where it was: the next revision, on the chain of the
// one before.
func feedsAreWhole(_ context.Context, e *evidence) (finding, error) {
	var f finding
	for _, source := range sources {
		heads := map[string]*event{}
		for _, next := range e.events[source] {
			f.examined++
			var head event
			if before := heads[next.resource]; before != nil {
				head = *before
			}
			chained := sha256.Sum256(append(bytes.Clone(next.previousHash), next.stored...))
			if next.revision != head.revision+1 || !bytes.Equal(next.previousHash, head.hash) || !bytes.Equal(next.hash, chained[:]) {
				f.mind("%s: %s follows revision %d, or not on its chain", source, next.ref(), head.revision)
			}
			heads[next.resource] = next
		}
	}
	return f, nil
}

// historyIsWhole holds reporting's history against the feeds, row by row, and its heads against their ends.
func historyIsWhole(ctx context.Context, e *evidence) (finding, error) {
	var f finding
	for _, source := range sources {
		if err := historyOf(ctx, e, source, &f); err != nil {
			return f, fmt.Errorf("history of %s: %w", source, err)
		}
	}
	return f, nil
}

func historyOf(ctx context.Context, e *evidence, source string, f *finding) error {
	type place struct {
		resource string
		revision int64
	}
	told := make(map[place]*event, len(e.events[source]))
	ends := map[string]int64{}
	for _, event := range e.events[source] {
		told[place{event.resource, event.revision}] = event
		ends[event.resource] = event.revision
	}
	rows, err := e.DB("reporting").Query(ctx, `SELECT resource, revision, stored, hash, previous_hash FROM history
		WHERE source = $1`, source)
	if err != nil {
		return err
	}
	kept, err := pgx.CollectRows(rows, scanEvent)
	if err != nil {
		return err
	}
	for _, k := range kept {
		f.examined++
		at := place{k.resource, k.revision}
		event := told[at]
		delete(told, at)
		switch {
		case event == nil:
			f.mind("reporting has %s twice, or %s never told it", k.ref(), source)
		case !k.same(event):
			f.mind("%s is not the same in reporting and in %s", k.ref(), source)
		}
	}
	for _, event := range told {
		f.mind("reporting has not %s of %s", event.ref(), source)
	}
	rows, err = e.DB("reporting").Query(ctx, `SELECT resource, revision FROM feed_heads WHERE source = $1`, source)
	if err != nil {
		return err
	}
	var resource string
	var revision int64
	_, err = pgx.ForEachRow(rows, []any{&resource, &revision}, func() error {
		if ends[resource] != revision {
			f.mind("reporting has heard %s of %s to revision %d, which has %d", resource, source, revision, ends[resource])
		}
		delete(ends, resource)
		return nil
	})
	for resource := range ends {
		f.mind("reporting has no head of %s of %s", resource, source)
	}
	return err
}

// nothingIsParked looks at all subscribers of all services.
func nothingIsParked(ctx context.Context, e *evidence) (finding, error) {
	var f finding
	for _, service := range house.Services {
		rows, err := e.DB(service).Query(ctx, `SELECT concat(subscriber, ' of ', source, ': ', resource, '@', revision, ': ', error)
			FROM feed_parked`)
		if err != nil {
			return f, fmt.Errorf("what %s has parked: %w", service, err)
		}
		parked, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return f, fmt.Errorf("what %s has parked: %w", service, err)
		}
		f.examined++
		f.wrong = append(f.wrong, parked...)
	}
	return f, nil
}
