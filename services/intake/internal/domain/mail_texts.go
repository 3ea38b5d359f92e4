package domain

import (
	"maps"
	"slices"
	"strings"
)

// MailText are the words that intake adds to a mail which it makes a ticket of.
type MailText struct {
	NoSubject, Empty, Sealed, Unknown, Cut string
	// Mentions has a %s for the number.
	Mentions string
}

var mailTexts = map[string]MailText{
	"da": {
		NoSubject: "(uden emne)", Empty: "(mailen har ingen tekst)", Unknown: "(ukendt afsender)",
		Sealed: "(mailen er krypteret; den ligger uændret blandt det indkomne)", Cut: "… (resten står i den oprindelige mail)",
		Mentions: "Mailen nævner %s, men hører ikke til den sag: afsenderen deltager ikke i den, eller den er slut.",
	},
	"sv": {
		NoSubject: "(utan ämne)", Empty: "(mejlet har ingen text)", Unknown: "(okänd avsändare)",
		Sealed: "(mejlet är krypterat; det ligger oförändrat bland det inkomna)", Cut: "… (resten står i det ursprungliga mejlet)",
		Mentions: "Mejlet nämner %s men hör inte till det ärendet: avsändaren deltar inte i det, eller så är det slut.",
	},
	"en": {
		NoSubject: "(no subject)", Empty: "(the mail has no text)", Unknown: "(unknown sender)",
		Sealed: "(the mail is encrypted; it is kept unchanged among what came in)", Cut: "… (the rest is in the original mail)",
		Mentions: "The mail mentions %s but is not part of that ticket: its sender takes no part in it, or it is over.",
	},
}

// Languages are those that every text exists in.
func Languages() []string { return slices.Sorted(maps.Keys(mailTexts)) }

// MailTexts are the words in a desk's language, or in English.
func MailTexts(language string) MailText {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	if texts, known := mailTexts[base]; known {
		return texts
	}
	return mailTexts["en"]
}

// maxWords is what the contract lets a text have.
const maxWords = 20000

// Shortened is a text that the contract takes; a longer one ends with what says where the rest is.
func Shortened(text, cut string) string {
	runes := []rune(text)
	if len(runes) <= maxWords {
		return text
	}
	end := []rune("\n" + cut)
	return string(runes[:maxWords-len(end)]) + string(end)
}
