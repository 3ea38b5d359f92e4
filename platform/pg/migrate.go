package pg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migrations is a series of schema changes with a version of its own. Several live in one database: the feed's, the
// request ids', the service's.
//
// Changes expand first and contract a release later, so that the previous release keeps working on the new schema.
type Migrations struct {
	// Name is lower_snake; the versions are kept in the table <Name>_migrations.
	Name string
	// Files holds goose's SQL files, NNNNN_what_it_does.sql, at its root.
	Files fs.FS
}

var migrationsName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,40}$`)

func (m Migrations) table() string { return m.Name + "_migrations" }

const (
	// Replicas that start together take turns, asking every second: a session that waits inside PostgreSQL instead would
	// hold a snapshot, and CREATE INDEX CONCURRENTLY waits for those.
	migrationTurns = 600
	// migrationLockTimeout keeps a change that waits for a busy table from blocking everyone queued behind it.
	migrationLockTimeout = "10s"
)

// Migrate brings the database at url up to date, set by set in the order given, each migration in its own transaction.
// Replicas may call it at the same time: one does the work under a session advisory lock (so url must not lead through a
// transaction pooler). A newer schema than this release knows is left as it is. log may be nil.
func Migrate(ctx context.Context, url string, log *slog.Logger, sets ...Migrations) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return errors.New("migrate: not a PostgreSQL connection URL")
	}
	config.RuntimeParams["lock_timeout"] = migrationLockTimeout
	db := stdlib.OpenDB(*config)
	defer db.Close()
	for _, set := range sets {
		if !migrationsName.MatchString(set.Name) {
			return fmt.Errorf("migrate: %q is not a lower_snake name", set.Name)
		}
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, migrationTurns))
		if err != nil {
			return fmt.Errorf("migrate %s: %w", set.Name, err)
		}
		provider, err := goose.NewProvider(goose.DialectPostgres, db, set.Files,
			goose.WithTableName(set.table()),
			goose.WithSessionLocker(locker),
			goose.WithDisableGlobalRegistry(true),
			goose.WithSlog(cmp.Or(log, slog.New(slog.DiscardHandler)).With("migrations", set.Name)),
		)
		if err != nil {
			return fmt.Errorf("migrate %s: %w", set.Name, err)
		}
		if _, err := provider.Up(ctx); err != nil {
			return fmt.Errorf("migrate %s: %w", set.Name, err)
		}
	}
	return nil
}

// SchemaCurrent returns an error when the database lacks a migration that this release needs. It is one query, for health
// checks. A newer schema is fine: it has only expanded.
func SchemaCurrent(ctx context.Context, pool *pgxpool.Pool, sets ...Migrations) error {
	needed := make(map[string]int64, len(sets))
	parts := make([]string, len(sets))
	for i, set := range sets {
		version, err := set.newest()
		if err != nil {
			return fmt.Errorf("schema %s: %w", set.Name, err)
		}
		needed[set.Name] = version
		parts[i] = fmt.Sprintf("SELECT '%s', coalesce(max(version_id), 0) FROM %s WHERE is_applied",
			set.Name, pgx.Identifier{set.table()}.Sanitize())
	}
	rows, err := pool.Query(ctx, strings.Join(parts, " UNION ALL "))
	if err != nil {
		return fmt.Errorf("read schema versions: %w", err)
	}
	var name string
	var version int64
	var behind []error
	_, err = pgx.ForEachRow(rows, []any{&name, &version}, func() error {
		if version < needed[name] {
			behind = append(behind, fmt.Errorf("schema %s is at version %d, this release needs %d", name, version, needed[name]))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read schema versions: %w", err)
	}
	return errors.Join(behind...)
}

// newest is the highest version among the files.
func (m Migrations) newest() (int64, error) {
	names, err := fs.Glob(m.Files, "*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
		newest = max(newest, version)
	}
	if newest == 0 {
		return 0, errors.New("no migrations")
	}
	return newest, nil
}
