package profile_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

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

// badInput are the mistakes that issue 3 names, as testdata/bad.yaml has them.
var badInput = []string{
	"an unknown key", "an unknown key within an entry", "a profile that extends itself", "two bases that extend one another",
	"a condition that gives text", "a condition that compares text with a number", "an unreachable status", "a matrix with a hole",
	"nobody on duty at 18:00", "two on duty at 18:00", "a category without a route",
}

// Whatever of these is wrong with a file: what desks follow stays as it was, and the refusal names file, line and rule.
func TestNothingBadComesIntoForce(t *testing.T) {
	t.Parallel()
	var cases []bad
	if err := yaml.Unmarshal(read(t, os.DirFS("testdata"), "bad.yaml"), &cases); err != nil {
		t.Fatal(err)
	}
	for _, name := range badInput {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(cases, func(tc bad) bool { return tc.Name == name })
			if i < 0 {
				t.Fatal("testdata/bad.yaml has no such case")
			}
			tc := cases[i]
			all := files(t)
			shelf, _, err := profile.OpenShelf(all)
			if err != nil {
				t.Fatal(err)
			}
			before := shelf.All()
			if tc.File == "" {
				tc.File = "desk.yaml"
			}
			all[tc.File] = &fstest.MapFile{Data: []byte(edited(t, string(all[tc.File].Data), tc))}
			changed, err := shelf.Reload()
			if err == nil {
				t.Fatal("it was taken")
			}
			place, _, _ := strings.Cut(tc.Expect[0], " ")
			rule := tc.Expect[0][strings.LastIndexByte(tc.Expect[0], ' ')+1:]
			if !strings.Contains(err.Error(), place+":") || !strings.Contains(err.Error(), "("+rule+")") {
				t.Errorf("it is refused without %s and %s: %v", place, rule, err)
			}
			if len(changed) != 0 || !slices.Equal(shelf.All(), before) {
				t.Errorf("%d profiles changed with it", len(changed))
			}
		})
	}
}
