package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// hearers of what happens to tickets, by the name of their database, which is theirs too.
var hearers = []string{"notify", "reporting"}

// watcher knows how far the services have come with each other's feeds, from the positions that they commit together with
// their effects.
type watcher struct {
	sources map[string]*pgx.Conn
	hearers map[string]*pgx.Conn
}

func openWatcher(ctx context.Context, url func(database string) string) (*watcher, error) {
	w := &watcher{sources: map[string]*pgx.Conn{}, hearers: map[string]*pgx.Conn{}}
	for _, side := range []struct {
		names []string
		conns map[string]*pgx.Conn
	}{{[]string{"triage"}, w.sources}, {hearers, w.hearers}} {
		for _, name := range side.names {
			conn, err := pgx.Connect(ctx, url(name))
			if err != nil {
				return nil, fmt.Errorf("watch the feed in %s: %w", name, err)
			}
			side.conns[name] = conn
		}
	}
	return w, nil
}

func (w *watcher) close(ctx context.Context) {
	for _, conns := range []map[string]*pgx.Conn{w.sources, w.hearers} {
		for _, conn := range conns {
			_ = conn.Close(ctx) // it was only read from
		}
	}
}

const lookAgain = 20 * time.Millisecond

// caughtUp waits until notify and reporting have committed the effect of everything that triage has committed by now, and
// returns how long that took. It looks at positions, which move on without events at the latest with the next bookmark, so it
// may say up to a second more than it was.
func (w *watcher) caughtUp(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	for source, conn := range w.sources {
		var epoch, position int64
		var xid uint64
		err := conn.QueryRow(ctx, `SELECT epoch, xid, position FROM events ORDER BY epoch DESC, xid DESC, position DESC LIMIT 1`).
			Scan(&epoch, &xid, &position)
		if err != nil {
			return 0, fmt.Errorf("read the end of %s's feed: %w", source, err)
		}
		for hearer, conn := range w.hearers {
			for {
				var behind int
				err := conn.QueryRow(ctx, `SELECT count(*) FROM feed_subscriptions
					WHERE source = $1 AND (epoch, xid, position) < ($2::bigint, $3::xid8, $4::bigint)`,
					source, epoch, xid, position).Scan(&behind)
				if err != nil {
					return 0, fmt.Errorf("read how far %s is: %w", hearer, err)
				}
				if behind == 0 {
					break
				}
				if err := waitUntil(ctx, time.Now().Add(lookAgain)); err != nil {
					return 0, fmt.Errorf("%s has %d shards behind %s: %w", hearer, behind, source, err)
				}
			}
		}
	}
	return time.Since(began), nil
}

// parked counts the events that a hearer has put aside because they failed. Anything above zero is a defect.
func (w *watcher) parked(ctx context.Context) (int, error) {
	var all int
	for hearer, conn := range w.hearers {
		var n int
		if err := conn.QueryRow(ctx, `SELECT count(*) FROM feed_parked`).Scan(&n); err != nil {
			return 0, fmt.Errorf("count what %s has parked: %w", hearer, err)
		}
		all += n
	}
	return all, nil
}

// postmaster is the process that all connections of the database server are children of.
func (w *watcher) postmaster(ctx context.Context) (int, error) {
	var backend int
	if err := w.sources["triage"].QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&backend); err != nil {
		return 0, fmt.Errorf("find PostgreSQL's process: %w", err)
	}
	return parentOf(backend)
}
