package board

import (
	"bytes"
	"html/template"
	"strings"
	"time"

	"github.com/bavn/bavn/gateway/internal/public"
)

// written are the pages, with functions that stand in for those of a language.
var written = template.Must(template.New("").Funcs(functions(view{zone: time.UTC})).ParseFS(templates, "*.html.tmpl"))

func functions(v view) template.FuncMap {
	return template.FuncMap{
		"say": func(key string) string { return own.Say(v.Language, key) }, "at": v.at,
		"stamp":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"join":      func(all []string) string { return strings.Join(all, ", ") },
		"languages": func() []string { return public.Languages },
		"named":     func(language string) string { return public.Names[language] },
		"other": func(language string) template.HTMLAttr { // for screen readers
			if public.Names[language] == "" || language == v.Language {
				return ""
			}
			return template.HTMLAttr(` lang="` + language + `"`) //nolint:gosec // one of our three languages
		},
	}
}

// fill writes one of the pages.
func fill(name string, v view, data any) ([]byte, error) {
	clone, err := written.Clone()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := clone.Funcs(functions(v)).ExecuteTemplate(&b, name, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

const html5 = "text/html; charset=utf-8"

// page is the board as a page, which needs no script.
func page(v view) ([]byte, string, error) {
	content, err := fill("page.html.tmpl", v, v)
	return content, html5, err
}
