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

// Migrate brings River's tables in the database at url to the version that this build needs. Any number of replicas may call
// it at once.
func Migrate(ctx context.Context, url string) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return errors.New("migrate jobs: not a PostgreSQL connection URL") // the parser's error repeats it, password and all
	}
	defer pool.Close() // which also gives the lock back
	migrator, err := newMigrator(pool)
	if err != nil {
		return err
	}
	lock, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("migrate jobs: %w", err)
	}
	defer lock.Release()
	if _, err := lock.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return fmt.Errorf("migrate jobs: wait for other replicas: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate jobs: %w", err)
	}
	if _, err := lock.Exec(ctx, dropUnused); err != nil {
		return fmt.Errorf("migrate jobs: drop unused indexes: %w", err)
	}
	return nil
}

// dropUnused takes away what only a search for jobs by their arguments or metadata uses, which nobody here does: two inverted
// indexes that every job would be written to, a fifth of what keeping and dropping one costs.
const dropUnused = "DROP INDEX IF EXISTS river_job_args_index, river_job_metadata_index"

// SchemaCurrent returns an error when the job tables are older than this build needs. It is for the health check: a database
// that was restored from an old backup is noticed, not only a first start.
func SchemaCurrent(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := newMigrator(pool)
	if err != nil {
		return err
	}
	result, err := migrator.Validate(ctx, nil)
	if err != nil {
		return fmt.Errorf("check job tables: %w", err)
	}
	if !result.OK {
		return fmt.Errorf("job tables are not migrated: %s", strings.Join(result.Messages, "; "))
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
