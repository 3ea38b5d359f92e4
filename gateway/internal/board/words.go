package board

import (
	_ "embed"
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/bavn/bavn/gateway/internal/public"
)

//go:embed words.yaml
var wordsFile []byte

// spokenWords are what the page says by itself, in the order of the languages.
var spokenWords = func() map[string][3]string {
	all := map[string][3]string{}
	if err := yaml.Unmarshal(wordsFile, &all); err != nil {
		panic(err) // the file is embedded above
	}
	return all
}()

// say is one of the page's own texts.
func say(language, key string) string {
	all, known := spokenWords[key]
	if !known {
		panic(fmt.Sprintf("the boards have no word %q", key)) // every page is written in the package's tests
	}
	return all[max(0, slices.Index(public.Languages, language))]
}

// clockFormats are how a day and a time are written.
var clockFormats = map[string]string{"da": "2.1.2006 kl. 15.04", "sv": "2006-01-02 kl. 15.04", "en": "2 Jan 2006, 15:04"}

// at is a time on the desk's wall.
func (v view) at(t time.Time) string { return t.In(v.zone).Format(clockFormats[v.Language]) }
