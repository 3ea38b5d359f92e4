package processpage_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/bavn/bavn/gateway/internal/processpage"
)

const sound = "<!doctype html>\n<html lang=\"da\">\n<title>Den &amp; den</title>\n"

func get(t *testing.T, pages http.Handler, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Body.String()
}

func TestThePagesWearTheStyleOfTheWebPage(t *testing.T) {
	t.Parallel()
	folder := fstest.MapFS{"ours.html": {Data: []byte(sound)}}
	pages, err := processpage.New(folder, []string{"/assets/index-1.css"}, http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, pages, "/process/style.css"); !strings.HasPrefix(got, "@import url(\"/assets/index-1.css\");\n") {
		t.Errorf("the style is\n%s", got)
	}
	const link = `<a href="/process/ours" hreflang="da" lang="da">Den &amp; den</a>`
	if got := get(t, pages, "/process/"); !strings.Contains(got, link) {
		t.Errorf("the index is\n%s", got)
	}
}

func TestAPageThatIsNoneOfOursStopsTheGatewayAndIsNamed(t *testing.T) {
	t.Parallel()
	_, err := processpage.New(fstest.MapFS{"notes.html": {Data: []byte("<p>notes")}}, nil, http.NotFoundHandler())
	if err == nil || !strings.Contains(err.Error(), "notes.html") {
		t.Errorf("a page without title and language is taken: %v", err)
	}
}
