package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bavn/bavn/gateway/web"
)

func TestEveryAddressOfThePageIsThePageAndAMissingFileIsMissing(t *testing.T) {
	t.Parallel()
	site, err := web.New(http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"/": 200, "/desks/nsp/tickets/ASCP00000042": 200, "/index.html": 200,
		"/assets/none.js": 404, "/.keep": 404, "/.stamp": 404, "/../embed.go": 404,
	} {
		answer := httptest.NewRecorder()
		site.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if answer.Code != want {
			t.Errorf("%s answers %d, want %d", path, answer.Code, want)
		}
		if want == 200 && (!strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html") ||
			answer.Header().Get("Cache-Control") != "no-cache") {
			t.Errorf("%s: %v", path, answer.Header())
		}
	}
	answer := httptest.NewRecorder()
	site.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil))
	if answer.Code != http.StatusNotFound {
		t.Errorf("POST / answers %d", answer.Code)
	}
}
