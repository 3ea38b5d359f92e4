// Package mappings holds the mappings that come with the program.
package mappings

import "embed"

// Files are the mappings, NAME.yaml each.
//
//go:embed *.yaml
var Files embed.FS
