// Package web is the page: built by `make web` into dist, embedded into the gateway, served from memory.
package web

import "embed"

// dist holds only .keep until the page is built (vite copies it from public/, so that git sees no change). A gateway that was
// built without the page serves unbuilt.html in its place.
//
//go:embed all:dist unbuilt.html
var files embed.FS
