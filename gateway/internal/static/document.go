// Package static sends what changes only with the build: the page, its assets, the contract, the processes.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// How long a browser may keep a document without asking.
const (
	CacheForever = "public, max-age=31536000, immutable" // its name changes with its content
	CacheAsk     = "no-cache"
)

// Document is one file, ready to be sent.
type Document struct {
	content, zipped []byte // zipped is nil where it would not be smaller
	kind, etag      string
}

// New prepares a document of a content type.
func New(content []byte, kind string) (Document, error) {
	sum := sha256.Sum256(content)
	d := Document{content: content, kind: kind, etag: hex.EncodeToString(sum[:12])}
	var zipped bytes.Buffer
	zip, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return Document{}, err
	}
	if _, err := zip.Write(content); err != nil {
		return Document{}, err
	}
	if err := zip.Close(); err != nil {
		return Document{}, err
	}
	if zipped.Len() < len(content)*9/10 { // fonts and images are compressed already
		d.zipped = zipped.Bytes()
	}
	return d, nil
}

// Serve answers with the document, zipped for who takes it so, or says that what the caller has is still right.
func (d Document) Serve(w http.ResponseWriter, r *http.Request, cache string) {
	header := w.Header()
	header.Set("Content-Type", d.kind)
	header.Add("Vary", "Accept-Encoding")
	header.Set("Cache-Control", cache)
	content := d.content
	header.Set("ETag", `"`+d.etag+`"`)
	if d.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		content = d.zipped
		header.Set("Content-Encoding", "gzip")
		header.Set("ETag", `"`+d.etag+`-gzip"`)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
