package domain

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
)

// SubscriberPrefix begins the name of a recipient of whom only an address is known.
const SubscriberPrefix = "subscriber-"

// BoardLetter is what a mail about the announcement board may say.
type BoardLetter struct {
	Desk string // the desk's display name
	// Number is the ticket's, Title and Body what is announced; empty where it is about none.
	Number, Title, Body string
	Party               string // who answers for it
	Completed           bool
	Unapproved          bool
	// URL shows the board or the ticket; Confirm and Unsubscribe are secrets of the recipient's.
	URL, Confirm, Unsubscribe string
}

//go:embed boardletters/*.tmpl
var boardLetterFiles embed.FS

var boardLetters = template.Must(template.ParseFS(boardLetterFiles, "boardletters/*.tmpl"))

// WriteBoardLetter fills a letter in. The subject is one line.
func WriteBoardLetter(name, language string, l BoardLetter) (subject, body string, err error) {
	var s, b strings.Builder
	for part, to := range map[string]*strings.Builder{"subject": &s, "body": &b} {
		if err := boardLetters.ExecuteTemplate(to, name+"."+language+"."+part, l); err != nil {
			return "", "", fmt.Errorf("fill in %s: %w", name, err)
		}
	}
	return strings.Join(strings.Fields(s.String()), " "), strings.TrimSpace(b.String()) + "\n", nil
}
