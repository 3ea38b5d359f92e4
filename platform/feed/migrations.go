package feed

import (
	"embed"
	"io/fs"

	"github.com/bavn/bavn/platform/pg"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the tables of the feed, in the database of every service. They are applied before the service opens its
// pool: CheckEpoch needs them.
func Migrations() pg.Migrations {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // only for a path that is not valid, and this one is a constant
	}
	return pg.Migrations{Name: "feed", Files: files}
}
