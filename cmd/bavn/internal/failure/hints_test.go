package failure

import "testing"

func TestEveryHintIsWrittenInEveryLanguage(t *testing.T) {
	t.Parallel()
	for reason, given := range hints {
		for _, language := range []string{"en", "da", "sv"} {
			if given[language] == "" {
				t.Errorf("%s has no hint in %s", reason, language)
			}
		}
	}
}
