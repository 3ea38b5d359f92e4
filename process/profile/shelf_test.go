package profile_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/bavn/bavn/process/profile"
)

func TestABadFileLeavesTheProfileBeforeItInForce(t *testing.T) {
	t.Parallel()
	shipped := os.DirFS("../../profiles")
	files := fstest.MapFS{}
	for _, name := range []string{"itil-base.yaml", "nsp.yaml"} {
		files[name] = &fstest.MapFile{Data: read(t, shipped, name)}
	}
	shelf, _, err := profile.OpenShelf(files)
	if err != nil {
		t.Fatal(err)
	}
	before, found := shelf.Of("nsp")
	if !found {
		t.Fatal("nsp is not on the shelf")
	}

	sound := files["nsp.yaml"].Data
	files["nsp.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(sound), "priority: P5", "priority: P9", 1))}
	changed, err := shelf.Reload()
	if err == nil || !strings.Contains(err.Error(), "nsp.yaml") || !strings.Contains(err.Error(), "P9") {
		t.Errorf("a bad file is refused with %v", err)
	}
	if now, _ := shelf.Of("nsp"); now != before || len(changed) != 0 {
		t.Errorf("a bad file changed %d profiles", len(changed))
	}

	files["nsp.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(sound), "within: 2h", "within: 1h", 1))}
	changed, err = shelf.Reload()
	if err != nil || len(changed) != 1 {
		t.Fatalf("a good file changed %d profiles: %v", len(changed), err)
	}
	if now, _ := shelf.Of("nsp"); now == before || now != changed[0] || now.Version() == before.Version() {
		t.Error("a good file is not in force")
	}
	if changed, err = shelf.Reload(); err != nil || len(changed) != 0 {
		t.Errorf("nothing has changed, and still %d profiles: %v", len(changed), err)
	}

	delete(files, "nsp.yaml")
	if _, err := shelf.Reload(); err != nil {
		t.Fatal(err)
	}
	if _, found := shelf.Of("nsp"); !found {
		t.Error("a profile that desks follow went with its file")
	}
}

func TestTwoFilesCannotClaimOneID(t *testing.T) {
	t.Parallel()
	shipped := os.DirFS("../../profiles")
	nsp := read(t, shipped, "nsp.yaml")
	_, _, err := profile.OpenShelf(fstest.MapFS{
		"itil-base.yaml": {Data: read(t, shipped, "itil-base.yaml")}, "a.yaml": {Data: nsp}, "b.yaml": {Data: nsp},
	})
	if err == nil || !strings.Contains(err.Error(), "b.yaml: its id nsp is that of a.yaml") {
		t.Errorf("two files with one id gave %v", err)
	}
}

func read(t *testing.T, fsys fs.FS, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
