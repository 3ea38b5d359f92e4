package fault_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/bavn/bavn/platform/fault/faulttest"
)

func TestEveryRefusalOfThePlatformHasItsTexts(t *testing.T) {
	t.Parallel()
	// A package with reasons of its own has its texts beside them.
	files, err := filepath.Glob("../*/errors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var packages []fs.FS
	for _, file := range files {
		if filepath.Base(filepath.Dir(file)) == "fault" {
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, fstest.MapFS{"errors.yaml": {Data: raw}})
	}
	faulttest.CheckSources(t, catalog(t, packages...), "..")
}
