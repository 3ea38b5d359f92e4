package feed

import (
	"embed"
	"io/fs"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of the feed as a goose set; every service applies them as the set "feed".
func Migrations() fs.FS {
	set, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // only for a path that is not valid, and this one is a constant
	}
	return set
}
