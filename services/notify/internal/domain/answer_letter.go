package domain

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

const (
	// SenderPrefix begins the name of a recipient who wrote a mail: intake alone knows who that is.
	SenderPrefix = "sender-"
	// AnswerEvery is how often one sender is answered by a program (RFC 3834, 2).
	AnswerEvery = time.Hour
)

// AnswerTemplates name the letters to whoever wrote a mail.
var AnswerTemplates = map[intakev1.AnswerKind]string{
	intakev1.AnswerKind_ANSWER_KIND_REFUSED:    "inbound_refused",
	intakev1.AnswerKind_ANSWER_KIND_HELD:       "inbound_held",
	intakev1.AnswerKind_ANSWER_KIND_TOO_LARGE:  "inbound_too_large",
	intakev1.AnswerKind_ANSWER_KIND_NEW_TICKET: "inbound_new_ticket",
}

// AnswerLetter is what an answer to a mail may say.
type AnswerLetter struct {
	Desk string // the desk's display name
	Name string // the author's, as the mail says
	// Subject is the mail's; Number that of the ticket that it became.
	Subject, Number string
	// Explanation is where to turn.
	Explanation string
}

//go:embed answers/*.tmpl
var answerFiles embed.FS

var answerLetters = template.Must(template.ParseFS(answerFiles, "answers/*.tmpl"))

// AnswerLanguages are those in which a mail is answered: the author's, or where that is not known the desk's and English.
func AnswerLanguages(author, desk string) []string {
	if author != "" {
		return []string{Language(author, desk)}
	}
	return slices.Compact([]string{Language(desk), "en"})
}

// WriteAnswer fills an answer in, in each of the languages; the subject is in the first. explanations are by language.
func WriteAnswer(
	name string, languages []string, l AnswerLetter, explanations map[string]string,
) (subject, body string, err error) {
	l.Subject, l.Name = quotable(l.Subject), quotable(l.Name)
	var bodies []string
	for i, language := range languages {
		l.Explanation = explanations[language]
		var s, b strings.Builder
		for part, to := range map[string]*strings.Builder{"subject": &s, "body": &b} {
			if err := answerLetters.ExecuteTemplate(to, name+"."+language+"."+part, l); err != nil {
				return "", "", fmt.Errorf("fill in %s: %w", name, err)
			}
		}
		if i == 0 {
			subject = strings.Join(strings.Fields(s.String()), " ")
		}
		bodies = append(bodies, strings.TrimSpace(b.String())+"\n")
	}
	return subject, strings.Join(bodies, "\n* * *\n\n"), nil
}

// maxQuoted is how much of a stranger's words is given back.
const maxQuoted = 80

// quotable is what may be given back of a stranger's words: an answer goes to whom the envelope names, who need not have written
// them, and nobody is to send advertisements through us.
func quotable(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for _, sign := range []string{"://", "www.", "@", "<"} {
		if strings.Contains(strings.ToLower(s), sign) {
			return ""
		}
	}
	if runes := []rune(s); len(runes) > maxQuoted {
		return string(runes[:maxQuoted-1]) + "…"
	}
	return s
}

// SenderDigest stands for an address in what is remembered of whom a desk answered.
func SenderDigest(desk, address string) []byte {
	digest := sha256.Sum256([]byte("answered sender\n" + desk + "\n" + strings.ToLower(strings.TrimSpace(address))))
	return digest[:]
}
