package profile_test

import (
	"io/fs"
	"os"
	"slices"
	"testing"
)

func TestEveryEntryOfAShippedProfileSaysItsSourceOrThatItIsDerived(t *testing.T) {
	t.Parallel()
	shipped, err := fs.Glob(os.DirFS("../../profiles"), "*.yaml")
	if err != nil || len(shipped) == 0 {
		t.Fatal("there are no shipped profiles:", err)
	}
	own := []string{
		"format", "id", "kind", "extends", "label.da", "label.sv", "label.en", "registration_mail", "support_centre",
		"centre_when",
	}
	for _, name := range shipped {
		for _, setting := range load(t, os.DirFS("../../profiles"), name).Explain("") {
			if !slices.Contains(own, setting.Path) && setting.Source == "" && !setting.Derived {
				t.Errorf("%s: %s says neither a source nor that it is derived", setting.At, setting.Path)
			}
		}
	}
}
