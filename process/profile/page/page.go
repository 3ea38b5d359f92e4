// Package page writes the public page of a desk's process from its profile (R93, R136): steps, RASCI, statuses, priorities,
// targets, who is told what, gates, on-call windows, escalations, categories, forms, parties. It is Markdown in the desk's own
// language; the diagrams are Mermaid. page.md.tmpl arranges it, words.yaml has its words.
package page

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/bavn/bavn/process/profile"
)

//go:embed page.md.tmpl
var layout string

// Markdown is the page of a desk's profile. file is the profile's file, which the page names as what to change.
func Markdown(p *profile.Profile, file string) (string, error) {
	w, err := newWriter(p, file)
	if err != nil {
		return "", err
	}
	parsed, err := template.New("page").Funcs(w.funcs()).Parse(layout)
	if err != nil {
		return "", fmt.Errorf("read the page's layout: %w", err)
	}
	var b strings.Builder
	if err := parsed.Execute(&b, p.Settings()); err != nil {
		return "", fmt.Errorf("write the page of %s: %w", p.ID(), err)
	}
	return strings.TrimRight(b.String(), "\n") + "\n", nil
}
