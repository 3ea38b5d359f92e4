package public

import (
	"net/http"
	"slices"

	"golang.org/x/text/language"
)

// Languages are those that every page is written in.
var Languages = []string{"da", "sv", "en"}

// Names are what the languages are called by those who speak them.
var Names = map[string]string{"da": "Dansk", "sv": "Svenska", "en": "English"}

var matcher = language.NewMatcher([]language.Tag{language.Danish, language.Swedish, language.English})

// Spoken is the language to answer in: the one that is asked for by name, then what the browser prefers, then the desk's.
func Spoken(r *http.Request, desk string) string {
	if asked := r.URL.Query().Get("language"); slices.Contains(Languages, asked) {
		return asked
	}
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if _, i, confidence := matcher.Match(wanted...); err == nil && len(wanted) > 0 && confidence != language.No {
		return Languages[i]
	}
	if slices.Contains(Languages, desk) {
		return desk
	}
	return "en"
}
