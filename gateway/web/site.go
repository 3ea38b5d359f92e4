package web

import (
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/bavn/bavn/gateway/internal/static"
)

const (
	indexFile = "index.html"
	// assetsFolder holds files whose names change with their content.
	assetsFolder = "assets/"
)

// kinds are our own: the machine's table differs between machines.
var kinds = map[string]string{
	".css":   "text/css; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".ico":   "image/x-icon",
	".js":    "text/javascript; charset=utf-8",
	".png":   "image/png",
	".svg":   "image/svg+xml",
	".woff":  "font/woff",
	".woff2": "font/woff2",
}

// Site serves the page and its assets.
type Site struct {
	pages   map[string]static.Document
	built   bool
	missing http.Handler
}

// New reads what was embedded. missing answers for what is not there.
func New(missing http.Handler) (*Site, error) {
	site := &Site{pages: map[string]static.Document{}, missing: missing}
	err := fs.WalkDir(files, "dist", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		return site.add(strings.TrimPrefix(name, "dist/"), name)
	})
	if _, site.built = site.pages[indexFile]; err == nil && !site.built {
		err = site.add(indexFile, "unbuilt.html")
	}
	if err != nil {
		return nil, fmt.Errorf("read the embedded page: %w", err)
	}
	return site, nil
}

// Built reports whether the page was there when the gateway was compiled.
func (s *Site) Built() bool { return s.built }

func (s *Site) add(as, name string) error {
	content, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	if kinds[path.Ext(as)] == "" {
		return fmt.Errorf("%s: no content type is known for it", as)
	}
	document, err := static.New(content, kinds[path.Ext(as)])
	if err != nil {
		return err
	}
	s.pages[as] = document
	return nil
}

// Stylesheets are the addresses of the page's stylesheets, for other pages to wear; none while the page is not built.
func (s *Site) Stylesheets() []string {
	var sheets []string
	for _, name := range slices.Sorted(maps.Keys(s.pages)) {
		if path.Ext(name) == ".css" {
			sheets = append(sheets, "/"+name)
		}
	}
	return sheets
}

// ServeHTTP answers with the file, or with the page itself for every address that the page's own router knows.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	p, ok := s.pages[name]
	if !ok && !strings.HasPrefix(name, assetsFolder) && path.Ext(name) == "" {
		name = indexFile
		p, ok = s.pages[name]
	}
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.missing.ServeHTTP(w, r)
		return
	}
	cache := static.CacheAsk
	if strings.HasPrefix(name, assetsFolder) {
		cache = static.CacheForever
	}
	p.Serve(w, r, cache)
}
