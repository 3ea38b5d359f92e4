// Package profiles holds the processes that Bavn ships with, one file per organisation. docs/profiles.md says how to write
// another.
package profiles

import "embed"

// Shipped are the files of this folder.
//
//go:embed *.yaml
var Shipped embed.FS
