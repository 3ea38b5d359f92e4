package house

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/bavn/bavn/cmd/bavn/suite"
)

// packages of the binaries, from the root of the repository.
var packages = map[string]string{
	"triage": "./services/triage/cmd/triage", "intake": "./services/intake/cmd/intake", "notify": "./services/notify/cmd/notify",
	"reporting": "./services/reporting/cmd/reporting", "gateway": "./gateway/cmd/gateway",
}

// MissingBinary names a binary that is not in the folder bin; empty if all five are there.
func MissingBinary(bin string) string {
	for _, name := range suite.Names {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			return name
		}
	}
	return ""
}

// RefreshBinaries builds the five anew where their sources have changed, so that no test passes or fails for what was there
// last week.
func RefreshBinaries(ctx context.Context, root, bin string) error {
	arguments := []string{"build", "-o", bin + string(filepath.Separator)}
	for _, name := range suite.Names {
		arguments = append(arguments, packages[name])
	}
	var said bytes.Buffer
	build := exec.CommandContext(ctx, "go", arguments...) //nolint:gosec // constants, and a folder that the tester names
	build.Dir, build.Stdout, build.Stderr = root, &said, &said
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the five: %w: %s", err, said.String())
	}
	return nil
}
