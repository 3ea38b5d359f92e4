package house

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// place is where an event stands in a feed.
type place struct {
	Epoch int64
	XID   int64
	Seq   int64
}

func (p place) before(q place) bool {
	return slices.Compare([]int64{p.Epoch, p.XID, p.Seq}, []int64{q.Epoch, q.XID, q.Seq}) < 0
}

// subscriptions of the suite: who hears whom. Each must be there and have come to the end.
var subscriptions = []struct{ subscriber, source string }{
	{"intake", "triage"},
	{"notify", "triage"},
	{"notify", "intake"},
	{"triage", "triage"},
	{"triage", "intake"},
	{"reporting", "triage"},
	{"reporting", "intake"},
	{"reporting", "notify"},
}

// Settled returns nil when nothing is left that happens by itself: every feed is heard to its end, and no job is due.
func (h *House) Settled(ctx context.Context) error {
	for _, service := range Services {
		if err := h.noJobs(ctx, service); err != nil {
			return err
		}
	}
	if err := h.noMail(ctx); err != nil {
		return err
	}
	for _, s := range subscriptions {
		if err := h.heard(ctx, s.subscriber, s.source); err != nil {
			return err
		}
	}
	return nil
}

// noJobs holds when no job waits or runs but the timers of hand-overs, and the look of every midnight for extracts.
func (h *House) noJobs(ctx context.Context, service string) error {
	var there bool
	err := h.DB(service).QueryRow(ctx, `SELECT to_regclass('river_job') IS NOT NULL`).Scan(&there)
	if err != nil || !there {
		return err
	}
	rows, err := h.DB(service).Query(ctx, `
		SELECT kind || ' ' || state || ': ' || coalesce(errors[array_upper(errors, 1)]->>'error', '')
		FROM river_job WHERE state IN ('available', 'running', 'retryable', 'pending')
			OR state = 'scheduled' AND kind <> 'take_extracts' AND scheduled_at < now() + interval '10 minutes' LIMIT 3`)
	if err != nil {
		return fmt.Errorf("jobs of %s: %w", service, err)
	}
	due, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("jobs of %s: %w", service, err)
	}
	if len(due) > 0 {
		return fmt.Errorf("%s still has jobs: %q", service, due)
	}
	return nil
}

// noMail holds when every message of the ledger is settled.
func (h *House) noMail(ctx context.Context) error {
	var queued int
	if err := h.DB("notify").QueryRow(ctx, `SELECT count(*) FROM notifications WHERE settled_at IS NULL`).Scan(&queued); err != nil {
		return fmt.Errorf("messages of notify: %w", err)
	}
	if queued > 0 {
		return fmt.Errorf("%d messages wait to be sent", queued)
	}
	return nil
}

// heard holds when the slowest subscriber of a service stands at or behind the last event of every shard of a source.
func (h *House) heard(ctx context.Context, subscriber, source string) error {
	at, err := places(ctx, h.DB(subscriber), `SELECT DISTINCT ON (shard) shard, epoch, xid::text::bigint, position
		FROM feed_subscriptions WHERE source = $1 ORDER BY shard, epoch, feed_subscriptions.xid, position`, source)
	if err != nil {
		return fmt.Errorf("subscription of %s to %s: %w", subscriber, source, err)
	}
	last, err := places(ctx, h.DB(source), `SELECT DISTINCT ON (shard) shard, epoch, xid::text::bigint, position FROM events
		ORDER BY shard, epoch DESC, xid DESC, position DESC`)
	if err != nil {
		return fmt.Errorf("feed of %s: %w", source, err)
	}
	for shard, end := range last {
		if here, subscribed := at[shard]; !subscribed || here.before(end) {
			return fmt.Errorf("%s is at %v of shard %d of %s, which ends at %v", subscriber, here, shard, source, end)
		}
	}
	return nil
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func places(ctx context.Context, db querier, sql string, args ...any) (map[int16]place, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	found := map[int16]place{}
	var shard int16
	var p place
	_, err = pgx.ForEachRow(rows, []any{&shard, &p.Epoch, &p.XID, &p.Seq}, func() error {
		found[shard] = p
		return nil
	})
	return found, err
}

// Census counts the rows of every table that calls write, as "service.table". Leases, positions and jobs are left out: they
// move by themselves.
func (h *House) Census(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{}
	for _, service := range Services {
		rows, err := h.DB(service).Query(ctx, `SELECT tablename, (xpath('/row/n/text()',
				query_to_xml(format('SELECT count(*) AS n FROM %I', tablename), false, true, '')))[1]::text::bigint
			FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^(river_|feed_|goose)' ORDER BY tablename`)
		if err != nil {
			return nil, fmt.Errorf("count what %s has: %w", service, err)
		}
		var table string
		var n int64
		if _, err := pgx.ForEachRow(rows, []any{&table, &n}, func() error {
			counts[service+"."+table] = n
			return nil
		}); err != nil {
			return nil, fmt.Errorf("count what %s has: %w", service, err)
		}
	}
	return counts, nil
}
