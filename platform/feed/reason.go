package feed

import (
	"embed"
	"io/fs"
)

// Reasons of the feed's own refusals.
const (
	// TooManyStreams comes with RESOURCE_EXHAUSTED.
	TooManyStreams = "TOO_MANY_STREAMS"
	// PositionAhead comes with DATA_LOSS: see ErrAhead.
	PositionAhead = "POSITION_AHEAD"
)

//go:embed errors.yaml
var errorTexts embed.FS

// ErrorTexts are the texts of the feed's reasons, for the fault.Catalog of every service.
func ErrorTexts() fs.FS { return errorTexts }
