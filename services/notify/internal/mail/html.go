package mail

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"github.com/bavn/bavn/services/notify/internal/domain"
)

//go:embed message.html.tmpl
var htmlFile string

var htmlPage = template.Must(template.New("message").Parse(htmlFile))

// block is a paragraph of a mail: somebody's own words are set off, and so is what stands below the signature's dashes.
type block struct {
	Lines         []line
	Quote, Footer bool
}

// line is a line with the address that it is, if it is one.
type line struct{ Text, URL string }

// page is what the HTML of a mail is made of: the words of its text, and nothing else.
type page struct {
	Language, Subject string
	Blocks            []block
	Actions           []domain.Action
}

// written are the two forms of a message: the same words, as text and as HTML.
func written(m domain.Dispatch) (text, html string, err error) {
	body, footer, signed := strings.Cut(strings.ReplaceAll(m.Body, "\r\n", "\n"), "\n--\n")
	text = strings.TrimRight(body, "\n") + "\n"
	for _, action := range m.Actions {
		text += "\n" + action.Label + ":\n" + action.URL + "\n"
	}
	if signed {
		text += "\n--\n" + footer
	}
	p := page{Language: cmp.Or(m.LanguageCode, "en"), Subject: m.Subject, Blocks: blocks(body), Actions: m.Actions}
	for _, b := range blocks(footer) {
		b.Footer = true
		p.Blocks = append(p.Blocks, b)
	}
	var out strings.Builder
	if err := htmlPage.Execute(&out, p); err != nil {
		return "", "", fmt.Errorf("write HTML: %w", err)
	}
	return text, out.String(), nil
}

// blocks are the paragraphs of a text.
func blocks(text string) []block {
	var all []block
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		var b block
		for written := range strings.SplitSeq(strings.Trim(paragraph, "\n"), "\n") {
			said, quoted := strings.CutPrefix(written, "> ")
			if !quoted && written == ">" {
				said, quoted = "", true
			}
			if len(b.Lines) > 0 && b.Quote != quoted {
				all, b = append(all, b), block{}
			}
			b.Quote = quoted
			l := line{Text: said}
			if !quoted && (strings.HasPrefix(said, "https://") || strings.HasPrefix(said, "http://")) && !strings.ContainsAny(said,
				" \t") {
				l.URL = said // ours: a quoted address stays words
			}
			b.Lines = append(b.Lines, l)
		}
		if len(b.Lines) > 1 || b.Lines[0].Text != "" {
			all = append(all, b)
		}
	}
	return all
}
