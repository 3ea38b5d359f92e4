package domain

import (
	"strings"
	"unicode"
)

// sayNothing are words that are true of every ticket, in Danish, Swedish and English.
var sayNothing = wordsOf(`
		hjælp problem problemer fejl fejlen sag sager opkald telefon telefonisk henvendelse bruger brugeren haster akut virker ikke det
		noget it support incident ny nyt test spørgsmål ringer ringede
		hjälp fel felet ärende ärenden samtal telefonsamtal användare användaren brådskande fungerar inte något fråga ringde
		help issue error ticket call phone user urgent does not work working something question it is
		en et den de har med fra på til i og er at om min mit från för på till och att med av är a an the of with from my has to`)

func wordsOf(text string) map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		words[word] = true
	}
	return words
}

// Telling reports whether a title says what it is about (R5): with at least one word that is not true of every ticket. A title
// without such a word is of no use in a pile.
func Telling(title string) bool {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, word := range words {
		if len([]rune(word)) >= 2 && !sayNothing[word] && strings.ContainsFunc(word, unicode.IsLetter) {
			return true
		}
	}
	return false
}
