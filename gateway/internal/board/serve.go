package board

import (
	"net/http"
	"strings"
	"time"

	"github.com/bavn/bavn/gateway/internal/public"
	"github.com/bavn/bavn/gateway/internal/static"
)

// ServeHTTP answers from memory: the page of a desk, its feeds, and what is done with an address.
func (b *Boards) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Path), "/")
	if name == "style.css" && rest == "" {
		b.style.Serve(w, r, static.CacheAsk)
		return
	}
	now := b.shown.Load()
	if now == nil { // just started, and notify has not answered yet
		public.NotYet(w, 5*time.Second, "The announcement boards are not here yet. Please try again in a moment.")
		return
	}
	d := now.desks[name]
	if d == nil {
		b.Missing.ServeHTTP(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		b.post(w, r, d, rest)
		return
	}
	d.get(w, r, rest, b)
}

func (d *desk) get(w http.ResponseWriter, r *http.Request, rest string, b *Boards) {
	speaks := public.Spoken(r, d.board.GetLanguageCode())
	document, found := d.documents[strings.TrimSuffix(speaks+"/"+rest, "/")]
	if rest == "board.json" {
		document, found = d.documents[rest], true
	}
	switch {
	case found:
		public.Show(w, r, document, speaks, cacheFor)
	case rest == "confirm" || rest == "unsubscribe":
		b.ask(w, r, d, rest, speaks)
	default:
		b.Missing.ServeHTTP(w, r)
	}
}
