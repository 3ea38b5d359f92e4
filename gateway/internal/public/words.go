package public

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Words are what pages say by themselves, in the order of the languages.
type Words map[string][3]string

// MustWords reads the words of an embedded file.
func MustWords(file []byte) Words {
	all := Words{}
	if err := yaml.Unmarshal(file, &all); err != nil {
		panic(err) // the file is embedded
	}
	return all
}

// Say is one of the texts.
func (w Words) Say(language, key string) string {
	all, known := w[key]
	if !known {
		panic(fmt.Sprintf("the pages have no word %q", key)) // every word is said in the tests of its package
	}
	return all[max(0, slices.Index(Languages, language))]
}
