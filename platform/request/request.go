// Package request makes a repeated call harmless (AIP-155). A mutating call carries a request id; the transaction that does
// the work also writes down (desk, principal, method, id) with a fingerprint of the payload and which revision of which
// resource it made. The same call again finds that and is answered with the same effect; the same id with another payload is
// refused.
//
// Two equal calls at the same time are kept apart by the lock that the command takes on its resource before the lookup, and
// where it has none to take, by the primary key: the second INSERT waits for the first commit and fails (see Taken).
package request

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
)

// Retention is how long a request id is remembered at least.
const Retention = 7 * 24 * time.Hour

var (
	//go:embed migrations/*.sql
	migrations embed.FS
	//go:embed sql/lookup.sql
	lookupSQL string
	//go:embed sql/insert.sql
	insertSQL string
	//go:embed sql/prune.sql
	pruneSQL string
)

// Migrations holds the schema of the requests table.
func Migrations() pg.Migrations {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return pg.Migrations{Name: "request", Files: files}
}

// Request is one mutating call.
type Request struct {
	Desk      string    // id of the desk, empty for a call outside desks
	Principal string    // who calls: person or service
	Method    string    // the RPC, without its package
	ID        uuid.UUID // the caller's
	Payload   [32]byte  // Fingerprint of the message
}

// Effect is what a call did.
type Effect struct {
	Resource string
	Revision int64
}

// DB is what the statements run on: a pool, a transaction or a pipeline.
type DB interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Lookup returns the effect of an earlier call with the same id and payload, and false if there was none. An earlier call with
// another payload is refused: ALREADY_EXISTS REQUEST_ID_REUSED.
func (r Request) Lookup(ctx context.Context, db DB) (Effect, bool, error) {
	return r.Found(db.QueryRow(ctx, lookupSQL, r.Desk, r.Principal, r.Method, r.ID))
}

// QueueLookup adds the lookup to the batch with which a command loads what it needs; Found reads its row.
func (r Request) QueueLookup(b *pgx.Batch) *pgx.QueuedQuery {
	return b.Queue(lookupSQL, r.Desk, r.Principal, r.Method, r.ID)
}

// Found reads the row of a lookup.
func (r Request) Found(row pgx.Row) (Effect, bool, error) {
	var (
		payload []byte
		effect  Effect
	)
	switch err := row.Scan(&payload, &effect.Resource, &effect.Revision); {
	case errors.Is(err, pgx.ErrNoRows):
		return Effect{}, false, nil
	case err != nil:
		return Effect{}, false, fmt.Errorf("look up request id: %w", err)
	case [32]byte(payload) != r.Payload:
		return Effect{}, false, fault.New(codes.AlreadyExists, fault.RequestIDReused).Field("request_id", "request_id.reused")
	}
	return effect, true, nil
}

// Insert notes the effect, in the transaction that makes it.
func (r Request) Insert(ctx context.Context, db DB, effect Effect, now time.Time) error {
	if _, err := db.Exec(
		ctx, insertSQL, r.Desk, r.Principal, r.Method, r.ID, r.Payload[:], effect.Resource, effect.Revision, now,
	); err != nil {
		return fmt.Errorf("keep request id: %w", err)
	}
	return nil
}

// Taken reports whether err says that an equal call committed in the meantime: run the command again, and its lookup
// answers.
func Taken(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && refused.Code == "23505" && refused.ConstraintName == "requests_pkey"
}

// Prune forgets up to limit requests made before a time and returns how many. Call it in short transactions of their own.
func Prune(ctx context.Context, db DB, before time.Time, limit int) (int64, error) {
	tag, err := db.Exec(ctx, pruneSQL, before, limit)
	if err != nil {
		return 0, fmt.Errorf("forget old request ids: %w", err)
	}
	return tag.RowsAffected(), nil
}
