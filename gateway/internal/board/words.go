package board

import (
	_ "embed"
	"time"

	"github.com/bavn/bavn/gateway/internal/public"
)

//go:embed words.yaml
var wordsFile []byte

// own is what the boards say by themselves.
var own = public.MustWords(wordsFile)

// clockFormats are how a day and a time are written.
var clockFormats = map[string]string{"da": "2.1.2006 kl. 15.04", "sv": "2006-01-02 kl. 15.04", "en": "2 Jan 2006, 15:04"}

// at is a time on the desk's wall.
func (v view) at(t time.Time) string { return t.In(v.zone).Format(clockFormats[v.Language]) }
