// Package processpage holds the public page of each shipped desk's process, generated from profiles/ by `make gen`.
package processpage

import "embed"

// Pages are HTML documents named for their profile: "nsp.html".
//
//go:embed *.html
var Pages embed.FS
