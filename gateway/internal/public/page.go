package public

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bavn/bavn/gateway/internal/static"
)

// Stylesheet is a page's own, after those of the web page, which it wears as well.
func Stylesheet(before []string, own string) (static.Document, error) {
	var sheet strings.Builder
	for _, address := range before {
		fmt.Fprintf(&sheet, "@import url(%q);\n", address)
	}
	return static.New([]byte(sheet.String()+own), "text/css; charset=utf-8")
}

// Repeat reads again and again, until ctx ends; failed hears of each reading that went wrong.
func Repeat(ctx context.Context, every time.Duration, read func(context.Context) error, failed func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := read(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// NotYet answers while nothing has been read since the start.
func NotYet(w http.ResponseWriter, retryAfter time.Duration, says string) {
	w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, says, http.StatusServiceUnavailable)
}

// Show sends a document that everybody may see, and anybody's page may show.
func Show(w http.ResponseWriter, r *http.Request, document static.Document, language, cacheFor string) {
	header := w.Header()
	header.Add("Vary", "Accept-Language")
	header.Set("Content-Language", language)
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Set("Access-Control-Allow-Origin", "*")
	document.Serve(w, r, cacheFor)
}
