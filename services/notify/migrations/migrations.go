// Package migrations holds the schema of notify's database.
package migrations

import "embed"

// Files are goose's, in order.
//
//go:embed *.sql
var Files embed.FS
