package pg

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Pipeline is a transaction in few round trips. BEGIN travels with the first query, writes are kept back and travel with
// the next query or with COMMIT. So a command that reads like
//
//	err := feed.Lock(ctx, p, name)           // kept
//	ticket, err := q.LockTicket(ctx, name)   // round trip 1: BEGIN, lock, SELECT … FOR UPDATE
//	…decide…
//	err = q.UpdateTicket(ctx, decision)      // kept
//	err = q.InsertEvent(ctx, event)          // kept
//	return nil                               // round trip 2: UPDATE, INSERT, COMMIT
//
// makes two round trips instead of six. It fits sqlc's DBTX interface.
//
// The price: Exec does not know yet what it did. It returns no error and a command tag with zero rows; PostgreSQL's
// refusal comes out of the next query or of InPipeline and still prevents the COMMIT. Write what must be known to have
// matched as a query (:one with RETURNING), or with a lock taken before, so that it cannot fail to match.
//
// A Pipeline belongs to one goroutine. After an error it accepts nothing more.
type Pipeline struct {
	conn   *pgx.Conn
	kept   *pgx.Batch // what travels with the next round trip
	tx     pgx.Tx     // nil until BEGIN has been sent
	failed error      // the first refusal; nothing may run after it, least of all outside the transaction
}

// InPipeline runs do in a READ COMMITTED transaction with few round trips: commit when it returns nil, roll back when it
// returns an error or panics. Errors come out through Translate. Without any statement nothing is sent at all.
func InPipeline(ctx context.Context, pool *pgxpool.Pool, do func(ctx context.Context, p *Pipeline) error) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return Translate(err)
	}
	defer conn.Release() // closes a connection that is not clean
	p := &Pipeline{conn: conn.Conn(), kept: &pgx.Batch{}}
	p.kept.BeginTx(pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	defer p.rollback(ctx)
	if err := do(ctx, p); err != nil {
		return Translate(err)
	}
	return Translate(p.commit(ctx))
}

// Within gives do a pipeline in a transaction that belongs to somebody else, and sends what it kept. COMMIT is the owner's.
func Within(ctx context.Context, tx pgx.Tx, do func(ctx context.Context, p *Pipeline) error) error {
	p := &Pipeline{conn: tx.Conn(), kept: &pgx.Batch{}, tx: tx}
	if err := do(ctx, p); err != nil {
		return err
	}
	if p.failed != nil || p.kept.Len() == 0 {
		return p.failed
	}
	return p.SendBatch(ctx, &pgx.Batch{}).Close()
}

// Exec keeps a statement for the next round trip. The arguments must not change until then. See Pipeline for what the
// result does not tell.
func (p *Pipeline) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if p.failed != nil {
		return pgconn.CommandTag{}, p.failed
	}
	p.kept.Queue(sql, args...)
	return pgconn.CommandTag{}, nil
}

// Query sends what is kept together with the query. The rows must be closed before the pipeline is used again.
func (p *Pipeline) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	var batch pgx.Batch
	batch.Queue(sql, args...)
	results := p.SendBatch(ctx, &batch)
	rows, err := results.Query()
	return &lastRows{Rows: rows, results: results}, err
}

// QueryRow sends what is kept together with the query. Scan must be called.
func (p *Pipeline) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	var batch pgx.Batch
	batch.Queue(sql, args...)
	results := p.SendBatch(ctx, &batch)
	return lastRow{row: results.QueryRow(), results: results}
}

// SendBatch sends what is kept together with several queries, for a command that loads more than one thing. The results
// must be closed before the pipeline is used again.
func (p *Pipeline) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	if p.failed != nil {
		return pgx.FailedBatchResults(batch, p.failed)
	}
	all, before := p.kept, p.kept.Len()
	all.QueuedQueries = append(all.QueuedQueries, batch.QueuedQueries...)
	p.kept = &pgx.Batch{}
	results := p.conn.SendBatch(ctx, all)
	if tx := results.Tx(); tx != nil {
		p.tx = tx
	}
	for range before {
		if _, err := results.Exec(); err != nil {
			_ = results.Close() // repeats err
			p.failed = err
			return pgx.FailedBatchResults(batch, err)
		}
	}
	return results
}

// Tx sends what is kept and returns the plain transaction, for libraries that need one (River). Its Commit and Rollback
// belong to InPipeline.
func (p *Pipeline) Tx(ctx context.Context) (pgx.Tx, error) {
	if p.tx == nil || p.kept.Len() > 0 {
		if err := p.SendBatch(ctx, &pgx.Batch{}).Close(); err != nil {
			return nil, err
		}
	}
	return p.tx, p.failed
}

func (p *Pipeline) commit(ctx context.Context) error {
	if p.failed != nil {
		return p.failed
	}
	if p.tx == nil && p.kept.Len() == 1 { // only BEGIN
		return nil
	}
	var last pgx.Batch
	last.Queue("commit").Exec(func(tag pgconn.CommandTag) error {
		if tag.String() == "ROLLBACK" { // do went on after an error of a query and returned nil
			return pgx.ErrTxCommitRollback
		}
		return nil
	})
	return commit(ctx, p.conn, func(ctx context.Context) error { return p.SendBatch(ctx, &last).Close() })
}

// rollback ends a transaction that is still open on the server.
func (p *Pipeline) rollback(ctx context.Context) {
	const idle = 'I'
	if p.tx != nil && !p.conn.IsClosed() && p.conn.PgConn().TxStatus() != idle {
		rollback(ctx, p.tx)
	}
}

// lastRows are the rows of the last query of a round trip; with them the round trip ends.
type lastRows struct {
	pgx.Rows
	results pgx.BatchResults
	err     error
}

func (r *lastRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *lastRows) Close() {
	r.Rows.Close()
	r.err = r.results.Close()
}

func (r *lastRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.err
}

type lastRow struct {
	row     pgx.Row
	results pgx.BatchResults
}

func (r lastRow) Scan(dest ...any) error {
	err := r.row.Scan(dest...)
	if closeErr := r.results.Close(); err == nil {
		err = closeErr
	}
	return err
}
