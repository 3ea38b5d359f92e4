package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// migrationLock is the advisory lock under which one replica migrates while the others wait.
const migrationLock int64 = 0x6261766e_6a6f6273 // "bavnjobs"

// Migrate brings River's tables to the version that this build needs. Any number of replicas may call it at once. The lock is
// held by a connection of its own, so that a pool of one does not wait for itself.
func Migrate(ctx context.Context, pool *pgxpool.Pool) (err error) {
	migrator, err := newMigrator(pool)
	if err != nil {
		return err
	}
	lock, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("migrate jobs: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close(context.WithoutCancel(ctx))) }() // which gives the lock back
	if _, err := lock.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return fmt.Errorf("migrate jobs: wait for other replicas: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate jobs: %w", err)
	}
	return nil
}

// ErrSchema is returned by CheckSchema when the tables are older than this build needs.
var ErrSchema = errors.New("job tables are not migrated")

// CheckSchema is for the health check: a database that was restored from an old backup is noticed, not only a first start.
func CheckSchema(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := newMigrator(pool)
	if err != nil {
		return err
	}
	result, err := migrator.Validate(ctx, nil)
	if err != nil {
		return fmt.Errorf("check job tables: %w", err)
	}
	if !result.OK {
		return fmt.Errorf("%w: %s", ErrSchema, strings.Join(result.Messages, "; "))
	}
	return nil
}

func newMigrator(pool *pgxpool.Pool) (*rivermigrate.Migrator[pgx.Tx], error) {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("prepare job migrations: %w", err)
	}
	return migrator, nil
}
