package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

// channel is the NOTIFY channel of the feed, one per database.
const channel = "bavn_feed"

const (
	notifyGap   = 30 * time.Millisecond // at most one NOTIFY in this time
	reconnect   = time.Second           // pause before listening again on a new connection
	notifyLimit = 5 * time.Second
)

// Wake tells the readers of this process, and those of the other replicas, that something was committed. It is a hint:
// every reader also polls, so a lost one delays and never loses an event.
//
// NOTIFY inside the writing transaction would serialise all commits, so it is sent afterwards, by itself, and coalesced.
type Wake struct {
	pool     *pgxpool.Pool
	logger   *slog.Logger
	instance string // tells our own notifications from the others'
	local    Signal
	dirty    chan struct{}
}

// NewWake makes the wake-up of one process and database. Run it as a part of the process.
func NewWake(pool *pgxpool.Pool, logger *slog.Logger) *Wake {
	return &Wake{pool: pool, logger: logger, instance: uuid.NewString(), dirty: make(chan struct{}, 1)}
}

// Committed says that events were committed. It never blocks; call it after the commit, never before.
func (w *Wake) Committed() {
	w.local.Raise()
	select {
	case w.dirty <- struct{}{}:
	default: // the notification that is due covers this commit too
	}
}

// Raised returns a channel that is closed when something was committed, here or on another replica.
func (w *Wake) Raised() <-chan struct{} { return w.local.Raised() }

// Run notifies and listens until ctx ends, on one connection of its own, and returns nil. A lost connection is made again.
func (w *Wake) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { w.notify(ctx); return nil })
	group.Go(func() error { w.listen(ctx); return nil })
	return group.Wait()
}

func (w *Wake) notify(ctx context.Context) {
	for {
		select {
		case <-w.dirty:
		case <-ctx.Done():
			return
		}
		if err := w.notifyOnce(ctx); err != nil && ctx.Err() == nil {
			w.logger.WarnContext(ctx, "feed: other replicas will hear late", slog.Any("error", err))
		}
		if !pause(ctx, notifyGap) {
			return
		}
	}
}

func (w *Wake) notifyOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, notifyLimit)
	defer cancel()
	_, err := w.pool.Exec(ctx, "SELECT pg_notify($1, $2)", channel, w.instance)
	return err
}

func (w *Wake) listen(ctx context.Context) {
	for {
		err := w.listenOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		w.logger.WarnContext(ctx, "feed: listening again after a lost connection", slog.Any("error", err))
		w.local.Raise() // what was notified meanwhile was not heard
		if !pause(ctx, reconnect) {
			return
		}
	}
}

// listenOnce listens on a connection outside the pool, which is small and would lose it for good.
func (w *Wake) listenOnce(ctx context.Context) (err error) {
	conn, err := pgx.ConnectConfig(ctx, w.pool.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	w.local.Raise()
	for {
		notification, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for notification: %w", err)
		}
		if notification.Payload != w.instance {
			w.local.Raise()
		}
	}
}

// pause waits, and returns false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
