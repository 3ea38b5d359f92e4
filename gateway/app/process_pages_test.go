package app_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bavn/bavn/gateway/app"
	"github.com/bavn/bavn/gen/go/processpage"
)

func TestEveryShippedProcessIsServedToWhoeverAsks(t *testing.T) { // R93, R136
	t.Parallel()
	h := newHouse(t, doubles{})
	index := h.do(request{path: "/process/", anonymous: true})
	shipped, err := fs.Glob(processpage.Pages, "*.html")
	if err != nil || len(shipped) == 0 {
		t.Fatalf("there are no pages: %v", err)
	}
	for _, file := range shipped {
		path := "/process/" + strings.TrimSuffix(file, ".html")
		if index.status != http.StatusOK || !strings.Contains(index.body, `href="`+path+`"`) {
			t.Errorf("%s is not in the index (%d)", path, index.status)
		}
		got := h.do(request{path: path, anonymous: true})
		if got.status != http.StatusOK || got.header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %s", path, got.status, got.header.Get("Content-Type"))
		}
		unchanged := map[string]string{"If-None-Match": got.header.Get("ETag")}
		if again := h.do(request{path: path, anonymous: true, header: unchanged}); again.status != http.StatusNotModified {
			t.Errorf("%s: unchanged, but answers %d", path, again.status)
		}
		sound(t, path, got.body)
	}
	sound(t, "/process/", index.body)
	if bare := h.do(request{path: "/process", anonymous: true}); bare.body != index.body {
		t.Errorf("/process does not lead to the index: %d %.80s", bare.status, bare.body)
	}
	if style := h.do(request{path: "/process/style.css", anonymous: true}); style.status != http.StatusOK {
		t.Errorf("the pages have no style: %d", style.status)
	}
}

var inline = regexp.MustCompile(`<script|<style|\sstyle=|\son[a-z]+=`)

// sound is what a browser and a screen reader need of any page: a language, one heading above all, ids that stand once; and
// nothing that the content security policy refuses.
func sound(t *testing.T, path, page string) {
	t.Helper()
	if !regexp.MustCompile(`^<!doctype html>\n<html lang="(da|sv|en)">`).MatchString(page) {
		t.Errorf("%s has no language: %.60s", path, page)
	}
	if n := strings.Count(page, "<h1"); n != 1 {
		t.Errorf("%s has %d first headings, want 1", path, n)
	}
	if refused := inline.FindString(page); refused != "" {
		t.Errorf("%s has %q, which the content security policy refuses", path, refused)
	}
	seen := map[string]bool{}
	for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if seen[id[1]] {
			t.Errorf("%s has the id %q twice", path, id[1])
		}
		seen[id[1]] = true
	}
}

func TestAProcessThatThereIsNotIsNotFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{})
	for _, path := range []string{"/process/nowhere", "/process/nsp.html", "/process/../process/nsp/more", "/process/nsp/"} {
		got := h.do(request{path: path, anonymous: true})
		if got.status != http.StatusNotFound || got.refusal(t).reason() != "NO_SUCH_ROUTE" {
			t.Errorf("%s: %d %.80s", path, got.status, got.body)
		}
	}
	if got := h.do(request{method: http.MethodPost, path: "/process/nsp", anonymous: true}); got.status == http.StatusOK {
		t.Error("a process page takes a POST")
	}
}

func TestADeskShowsItsOwnProcessesInPlaceOfTheShipped(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	own := "<!doctype html>\n<html lang=\"sv\">\n<title>Vår process</title>\n<h1>Vår process</h1>\n</html>\n"
	must(t, os.WriteFile(filepath.Join(folder, "ours.html"), []byte(own), 0o600))
	h := newHouse(t, doubles{}, func(cfg *app.Config) { cfg.Process.Pages = folder })
	if got := h.do(request{path: "/process/ours", anonymous: true}); got.body != own {
		t.Errorf("%d %s", got.status, got.body)
	}
	index := h.do(request{path: "/process/", anonymous: true})
	if !strings.Contains(index.body, `lang="sv">Vår process</a>`) || strings.Contains(index.body, "/process/nsp") {
		t.Errorf("the index is\n%s", index.body)
	}
}
