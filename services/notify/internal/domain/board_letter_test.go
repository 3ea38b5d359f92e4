package domain_test

import (
	"strings"
	"testing"

	"github.com/bavn/bavn/services/notify/internal/domain"
)

// R87, R88: whoever is written to about the board is written to in their language, in one line of subject and whole words.
func TestEveryLetterAboutTheBoardIsWrittenInEveryLanguage(t *testing.T) {
	t.Parallel()
	l := domain.BoardLetter{
		Desk: "National Servicedesk", Number: "ASCP00000042", Title: "Receptserveren\nsvarer ikke", Body: "Vi arbejder på sagen.",
		Party: "Netic", Completed: true, Unapproved: true, URL: "https://bavn.example/board/nsp",
		Confirm: "https://bavn.example/board/nsp/confirm?token=x", Unsubscribe: "https://bavn.example/board/nsp/unsubscribe?token=x",
	}
	for _, name := range []string{
		"announcement_due", "announcement_when_solved", "announcement_approval", "board_announced", "board_confirm",
	} {
		bodies := map[string]bool{}
		for _, language := range domain.Languages {
			subject, body, err := domain.WriteBoardLetter(name, language, l)
			if err != nil {
				t.Fatal(err)
			}
			if subject == "" || strings.ContainsAny(subject, "\r\n") || strings.Contains(body, "<no value>") {
				t.Errorf("%s in %s is %q: %s", name, language, subject, body)
			}
			bodies[body] = true
		}
		if len(bodies) != len(domain.Languages) {
			t.Errorf("%s says the same in two languages", name)
		}
	}
	if _, _, err := domain.WriteBoardLetter("nothing", "da", l); err == nil {
		t.Error("a letter that there is not is written")
	}
}
