package pg

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrOutcomeUnknown is in the chain of the error of a transaction whose COMMIT was sent but never answered: it may have
// happened. The fault is UNAVAILABLE with metadata outcome=unknown, so the caller tries again with the same request id and
// gets the effect exactly once.
var ErrOutcomeUnknown = errors.New("the connection was lost during COMMIT; the transaction may have been committed")

// rollbackLimit bounds the ROLLBACK of a caller that is already gone.
const rollbackLimit = 5 * time.Second

// InTx runs do in a READ COMMITTED transaction: commit when it returns nil, roll back when it returns an error or panics.
// Errors come out through Translate. Nothing is tried again.
//
// A command that changes an existing resource begins with feed.Lock, so that the transaction id is taken after the lock and the
// feed's order holds. A hot one uses InPipeline, which needs fewer round trips.
func InTx(ctx context.Context, pool *pgxpool.Pool, do func(ctx context.Context, tx pgx.Tx) error) error {
	return Translate(inTx(ctx, pool, pgx.ReadCommitted, do))
}

// Retry bounds how often a transaction is tried again. The zero value means the default of each field.
type Retry struct {
	// Attempts is how often the transaction runs at most; 5 by default.
	Attempts int
	// Wait is the longest pause before the second attempt; it doubles with each. 5 ms by default.
	Wait time.Duration
	// Jitter returns the part of the pause that is taken, in [0, 1); random by default.
	Jitter func() float64
}

func (r Retry) completed() Retry {
	if r.Attempts == 0 {
		r.Attempts = 5
	}
	if r.Wait == 0 {
		r.Wait = 5 * time.Millisecond
	}
	if r.Jitter == nil {
		r.Jitter = rand.Float64
	}
	return r
}

// InIsolation runs do in a transaction of a stronger level (pgx.RepeatableRead for one over several resources, or
// pgx.Serializable) and runs it again, from the start, when PostgreSQL finds that it met another one (40001, 40P01). do
// therefore has no effect outside the transaction. After the last attempt the fault is ABORTED.
func InIsolation(
	ctx context.Context, pool *pgxpool.Pool, level pgx.TxIsoLevel, retry Retry, do func(ctx context.Context, tx pgx.Tx) error,
) error {
	retry = retry.completed()
	for attempt, wait := 1, retry.Wait; ; attempt, wait = attempt+1, 2*wait {
		err := inTx(ctx, pool, level, do)
		if !met(err) || attempt == retry.Attempts {
			return Translate(err)
		}
		select {
		case <-time.After(time.Duration(retry.Jitter() * float64(wait))):
		case <-ctx.Done():
			return Translate(err)
		}
	}
}

// met reports whether the transaction was rolled back because of another one, and may simply run again.
func met(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (refused.Code == serializationFailure || refused.Code == deadlockDetected)
}

func inTx(
	ctx context.Context, pool *pgxpool.Pool, level pgx.TxIsoLevel, do func(ctx context.Context, tx pgx.Tx) error,
) error {
	tx, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: level})
	if err != nil {
		return err
	}
	defer rollback(ctx, tx)
	if err := do(ctx, tx); err != nil {
		return err
	}
	return commit(ctx, tx.Conn(), tx.Commit)
}

// rollback ends a transaction that is still open. A failed ROLLBACK closes the connection, which ends it as well.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackLimit)
	defer cancel()
	_ = tx.Rollback(ctx)
}

// commit sends COMMIT and tells one that failed from one whose outcome nobody knows. It is rolled back for certain when
// nothing was sent, when the connection lives on, or when the server answered with an ERROR; a FATAL can come after the
// commit became durable. pgconn.SafeToRetry is no help: it also holds for a connection that broke while we waited.
func commit(ctx context.Context, conn *pgx.Conn, send func(ctx context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if conn.IsClosed() {
		return pgconn.ErrConnClosed
	}
	err := send(ctx)
	if err == nil || !conn.IsClosed() {
		return err
	}
	refused, answered := errors.AsType[*pgconn.PgError](err)
	_, neverSent := errors.AsType[pgx.ErrPreprocessingBatch](err)
	if neverSent || answered && refused.SeverityUnlocalized == "ERROR" {
		return err
	}
	return unavailable.Meta("outcome", "unknown").Cause(errors.Join(ErrOutcomeUnknown, err))
}
