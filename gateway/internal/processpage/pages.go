// Package processpage serves the public pages of the desks' processes (R93, R136). They are made from the profiles before; here
// they are only kept ready.
package processpage

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/bavn/bavn/gateway/internal/static"
)

// Path is where the pages are.
const Path = "/process/"

const html5 = "text/html; charset=utf-8"

//go:embed index.html.tmpl
var indexFile string

var index = template.Must(template.New("index").Parse(indexFile))

//go:embed style.css
var style string

// Pages are the pages and their index.
type Pages struct {
	files   map[string]static.Document
	missing http.Handler
}

// New reads the pages of a folder. stylesheets are those of the web page, which these pages wear as well; missing answers for a
// process that there is none of.
func New(folder fs.FS, stylesheets []string, missing http.Handler) (*Pages, error) {
	names, err := fs.Glob(folder, "*.html")
	if err != nil {
		return nil, err
	}
	p := &Pages{files: map[string]static.Document{}, missing: missing}
	var listed []entry
	for _, name := range names {
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("read the process page %s: %w", name, err)
		}
		profile := strings.TrimSuffix(name, ".html")
		e, err := entryOf(profile, content)
		if err != nil {
			return nil, err
		}
		if err := p.add(profile, html5, content); err != nil {
			return nil, err
		}
		listed = append(listed, e)
	}
	slices.SortFunc(listed, func(a, b entry) int { return cmp.Compare(a.Title, b.Title) })
	var page bytes.Buffer
	if err := index.Execute(&page, listed); err != nil {
		return nil, fmt.Errorf("write the index of processes: %w", err)
	}
	return p, errors.Join(
		p.add("", html5, page.Bytes()),
		p.add("style.css", "text/css; charset=utf-8", []byte(dressed(stylesheets))),
	)
}

// entry is a page in the index.
type entry struct{ Profile, Title, Language string }

var (
	title    = regexp.MustCompile(`<title>([^<]+)</title>`)
	language = regexp.MustCompile(`<html lang="([a-z]{2})">`)
)

func entryOf(profile string, page []byte) (entry, error) {
	called, speaks := title.FindSubmatch(page), language.FindSubmatch(page)
	if called == nil || speaks == nil {
		return entry{}, fmt.Errorf("the process page %s.html has no title or language: `bavn profile page --html` writes one", profile)
	}
	return entry{profile, html.UnescapeString(string(called[1])), string(speaks[1])}, nil
}

// dressed is the pages' own style upon that of the web page.
func dressed(stylesheets []string) string {
	var b strings.Builder
	for _, sheet := range stylesheets {
		fmt.Fprintf(&b, "@import url(%q);\n", sheet)
	}
	return b.String() + style
}

func (p *Pages) add(name, kind string, content []byte) error {
	document, err := static.New(content, kind)
	if err != nil {
		return fmt.Errorf("keep the process page %q ready: %w", name, err)
	}
	p.files[name] = document
	return nil
}

// ServeHTTP answers with a page, to everybody.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, found := p.files[strings.TrimPrefix(r.URL.Path, Path)]
	if !found {
		p.missing.ServeHTTP(w, r)
		return
	}
	f.Serve(w, r, static.CacheAsk)
}
