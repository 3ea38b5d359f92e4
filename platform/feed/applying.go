package feed

import (
	"context"
	_ "embed"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed sql/begin_applying.sql
var beginApplyingSQL string

// rollbackLimit bounds the ROLLBACK of a subscriber that is told to stop.
const rollbackLimit = 5 * time.Second

// applying runs do in a transaction that a Reset waits for. Its lock travels with BEGIN.
func (s *Subscriber) applying(ctx context.Context, do func(tx pgx.Tx) error) error {
	conn, err := s.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	var batch pgx.Batch
	batch.BeginTx(pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	batch.Queue(beginApplyingSQL, s.Name, s.Source.Name())
	results := conn.SendBatch(ctx, &batch)
	tx := results.Tx()
	if tx != nil {
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackLimit)
			defer cancel()
			_ = tx.Rollback(ctx) // after a commit it does nothing; a failed one closes the connection, which ends it as well
		}()
	}
	if err := results.Close(); err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit(ctx)
}
