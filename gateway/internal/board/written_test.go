package board_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the pages anew that gateway/web/e2e looks at")

// The pages that a browser with a checker for accessibility looks at (gateway/web/e2e/board.spec.ts) are those that are served.
func TestThePagesThatTheBrowserTestsLookAtAreThoseThatAreServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refresh()
	for file, path := range map[string]string{
		"board.html": "/board/nsp?language=da", "confirm.html": "/board/nsp/confirm?token=x&language=en",
	} {
		served, file := w.get(path).Body.Bytes(), filepath.Join("testdata", file)
		if *update {
			if err := os.WriteFile(file, served, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := os.ReadFile(file)
		if err != nil || string(kept) != string(served) {
			t.Errorf("%s is not what is served at %s: run this test with -update (%v)", file, path, err)
		}
	}
}
