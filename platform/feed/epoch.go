package feed

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// ErrNotPrimary is returned for a server in recovery. A standby has no transaction ids of its own, and its snapshots say
// nothing about what the primary still has open.
var ErrNotPrimary = errors.New("the feed is written and read on the primary only, and this server is in recovery")

// epochLock is the advisory lock under which an epoch begins.
const epochLock = 0x6261766e_65706f63 // "bavnepoc"

var (
	//go:embed sql/server_timeline.sql
	serverTimelineSQL string
	//go:embed sql/last_epoch.sql
	lastEpochSQL string
	//go:embed sql/begin_epoch.sql
	beginEpochSQL string
	//go:embed sql/other_sessions.sql
	otherSessionsSQL string
)

// lifeline is what a new epoch is told by: a restore by dump has another system identifier, a promotion or a
// point-in-time recovery another timeline.
type lifeline struct {
	system   int64
	timeline int64
}

// CheckEpoch makes a new connection fit for the feed: it compares the server's (system identifier, timeline) with the last
// known one, begins a new epoch if it moved, and leaves the epoch as the session setting bavn.epoch, which the events
// table takes as its default. Give it to the pool as the hook for new connections; a connection that did not pass cannot
// insert an event or read the feed. Returns ErrNotPrimary in recovery.
//
// A file-system copy that is put back without recovery changes neither identifier nor timeline. Such a server must be
// given a new epoch by hand (BeginEpoch) before anything writes.
func CheckEpoch(ctx context.Context, conn *pgx.Conn) error {
	var (
		recovering bool
		server     lifeline
	)
	if err := conn.QueryRow(ctx, serverTimelineSQL).Scan(&recovering, &server.system, &server.timeline); err != nil {
		return fmt.Errorf("check epoch: read timeline: %w", err)
	}
	if recovering {
		return fmt.Errorf("check epoch: %w", ErrNotPrimary)
	}
	epoch, known, err := lastEpoch(ctx, conn)
	if err != nil {
		return fmt.Errorf("check epoch: %w", err)
	}
	if known != server {
		if epoch, err = beginEpoch(ctx, conn, server); err != nil {
			return fmt.Errorf("check epoch: %w", err)
		}
	}
	if _, err := conn.Exec(ctx, "SELECT set_config('bavn.epoch', $1, false)", strconv.FormatInt(epoch, 10)); err != nil {
		return fmt.Errorf("check epoch: set: %w", err)
	}
	return nil
}

// ErrInUse is returned where a database must have nobody else connected to it.
var ErrInUse = errors.New("others are connected to this database")

// BeginEpoch begins a new epoch although the server looks the same, and returns it. For operators, after a data directory was
// put back as files. Connections that are open keep the epoch they were checked for, so it returns ErrInUse while there is
// another one; who connects meanwhile waits and finds the new epoch.
func BeginEpoch(ctx context.Context, conn *pgx.Conn) (epoch int64, err error) {
	var (
		recovering bool
		server     lifeline
	)
	if err := conn.QueryRow(ctx, serverTimelineSQL).Scan(&recovering, &server.system, &server.timeline); err != nil {
		return 0, fmt.Errorf("begin epoch: read timeline: %w", err)
	}
	if recovering {
		return 0, fmt.Errorf("begin epoch: %w", ErrNotPrimary)
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// CheckEpoch reads this table, so nobody passes it from here on. Its advisory lock is not needed as well, and taken in
		// another order would be a deadlock.
		if _, err := tx.Exec(ctx, "LOCK TABLE feed_epochs IN ACCESS EXCLUSIVE MODE"); err != nil {
			return fmt.Errorf("lock epochs: %w", err)
		}
		var others int
		if err := tx.QueryRow(ctx, otherSessionsSQL).Scan(&others); err != nil {
			return fmt.Errorf("look for other sessions: %w", err)
		}
		if others > 0 {
			return fmt.Errorf("%w: %d sessions", ErrInUse, others)
		}
		epoch, err = insertEpoch(ctx, tx, server)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("begin epoch: %w", err)
	}
	return epoch, nil
}

type queryer interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func lastEpoch(ctx context.Context, q queryer) (int64, lifeline, error) {
	var (
		epoch int64
		known lifeline
	)
	err := q.QueryRow(ctx, lastEpochSQL).Scan(&epoch, &known.system, &known.timeline)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, lifeline{}, fmt.Errorf("read last epoch: %w", err)
	}
	return epoch, known, nil
}

// beginEpoch inserts the next epoch unless another connection just did so for the same server.
func beginEpoch(ctx context.Context, conn *pgx.Conn, server lifeline) (epoch int64, err error) {
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(epochLock)); err != nil {
			return fmt.Errorf("lock epochs: %w", err)
		}
		last, known, err := lastEpoch(ctx, tx)
		if err != nil {
			return err
		}
		if known == server {
			epoch = last
			return nil
		}
		epoch, err = insertEpoch(ctx, tx, server)
		return err
	})
	return epoch, err
}

func insertEpoch(ctx context.Context, q queryer, server lifeline) (epoch int64, err error) {
	if err := q.QueryRow(ctx, beginEpochSQL, server.system, server.timeline).Scan(&epoch); err != nil {
		return 0, fmt.Errorf("insert epoch: %w", err)
	}
	return epoch, nil
}
