package page

import (
	_ "embed"
	"fmt"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed words.yaml
var wordsFile []byte

// words are the page's own words: Danish, Swedish, English.
var words = sync.OnceValues(func() (map[string][3]string, error) {
	var all map[string][3]string
	if err := yaml.Unmarshal(wordsFile, &all); err != nil {
		return nil, fmt.Errorf("read the page's words: %w", err)
	}
	return all, nil
})

// columns are where a language stands in words.yaml.
var columns = map[string]int{"da": 0, "sv": 1, "en": 2}

// Word is one of the page's own words in a language: "contents". The words of a page without a language are English.
func Word(language, key string) (string, error) {
	all, err := words()
	if err != nil {
		return "", err
	}
	column, known := columns[language]
	if !known {
		column = columns["en"]
	}
	if all[key][column] == "" {
		return "", fmt.Errorf("words.yaml has no word %q in %s", key, language)
	}
	return all[key][column], nil
}
