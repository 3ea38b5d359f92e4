package extracts

import (
	_ "embed"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/bavn/bavn/gateway/internal/public"
)

//go:embed words.yaml
var wordsFile []byte

// spokenWords are what the pages say by themselves, in the order of the languages.
var spokenWords = func() map[string][3]string {
	all := map[string][3]string{}
	if err := yaml.Unmarshal(wordsFile, &all); err != nil {
		panic(err) // the file is embedded above
	}
	return all
}()

// say is one of the pages' own texts.
func say(language, key string) string {
	all, known := spokenWords[key]
	if !known {
		panic(fmt.Sprintf("the lists have no word %q", key)) // every word is said in the package's tests
	}
	return all[max(0, slices.Index(public.Languages, language))]
}
