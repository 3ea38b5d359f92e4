package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

const (
	indexFile = "index.html"
	// assetsFolder holds files whose names change with their content.
	assetsFolder = "assets/"

	cacheForever = "public, max-age=31536000, immutable"
	cacheAsk     = "no-cache"
)

// page is one file, ready to be sent.
type page struct {
	content, zipped []byte // zipped is nil where it would not be smaller
	kind, etag      string
}

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
	pages   map[string]page
	built   bool
	missing http.Handler
}

// New reads what was embedded. missing answers for what is not there.
func New(missing http.Handler) (*Site, error) {
	site := &Site{pages: map[string]page{}, missing: missing}
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
	sum := sha256.Sum256(content)
	p := page{content: content, kind: kinds[path.Ext(as)], etag: hex.EncodeToString(sum[:12])}
	var zipped bytes.Buffer
	zip, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := zip.Write(content); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	if zipped.Len() < len(content)*9/10 { // fonts and images are compressed already
		p.zipped = zipped.Bytes()
	}
	s.pages[as] = p
	return nil
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
	header := w.Header()
	header.Set("Content-Type", p.kind)
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", cacheAsk)
	if strings.HasPrefix(name, assetsFolder) {
		header.Set("Cache-Control", cacheForever)
	}
	content := p.content
	header.Set("ETag", `"`+p.etag+`"`)
	if p.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		content = p.zipped
		header.Set("Content-Encoding", "gzip")
		header.Set("ETag", `"`+p.etag+`-gzip"`)
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}
