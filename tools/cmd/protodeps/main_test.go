package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestEveryImportOfTheContractIsPrintedAndWhatIsNoLongerListedGoes(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "proto_deps")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	stale := filepath.Join(folder, "dropped.proto")
	if err := os.WriteFile(stale, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeAll(folder); err != nil {
		t.Fatal(err)
	}
	for _, path := range append(contractImports, "google/api/launch_stage.proto") {
		if info, err := os.Stat(filepath.Join(folder, path)); err != nil || info.Size() == 0 {
			t.Errorf("%s was not printed: %v", path, err)
		}
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Error("a file that is no longer listed is still there")
	}
	if _, err := os.Stat(filepath.Join(folder, "google/protobuf/descriptor.proto")); !os.IsNotExist(err) {
		t.Error("descriptor.proto was printed, although every compiler brings its own")
	}
}
