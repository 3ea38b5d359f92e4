package domain

import (
	"slices"
	"strings"
)

// Languages are those that every template is written in.
var Languages = []string{"da", "sv", "en"}

// Language picks the first of the wanted BCP 47 tags that the templates have: the person's, then the desk's; English otherwise.
func Language(wanted ...string) string {
	for _, tag := range wanted {
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if slices.Contains(Languages, base) {
			return base
		}
	}
	return "en"
}
