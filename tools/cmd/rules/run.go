package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const passed = "pass"

// run runs the tests that claim something, package by package, and returns how each ended.
func run(ctx context.Context, root string, claims map[int][]Test) (map[Test]string, error) {
	names := map[string]map[string]bool{}
	for _, tests := range claims {
		for _, t := range tests {
			if names[t.Folder] == nil {
				names[t.Folder] = map[string]bool{}
			}
			names[t.Folder][t.Name] = true
		}
	}
	outcomes := map[Test]string{}
	for _, folder := range slices.Sorted(maps.Keys(names)) {
		fmt.Fprintf(os.Stderr, "rules: %s, %d tests\n", folder, len(names[folder]))
		if err := runPackage(ctx, root, folder, slices.Sorted(maps.Keys(names[folder])), outcomes); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// event is a line of `go test -json`.
type event struct{ Action, Test, Output string }

// runPackage runs some tests of one package. That a test fails is an outcome; that nothing could be run is an error.
func runPackage(ctx context.Context, root, folder string, names []string, outcomes map[Test]string) error {
	//nolint:gosec // the names are those of this repository's tests
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-run", "^("+strings.Join(names, "|")+")$", ".")
	cmd.Dir = filepath.Join(root, folder)
	if strings.HasPrefix(folder, "tools") {
		cmd.Env = append(os.Environ(), "GOWORK=off")
	}
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run tests of %s: %w", folder, err)
	}
	lines := bufio.NewScanner(pipe)
	const longest = 1 << 20
	lines.Buffer(nil, longest)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Test == "" || strings.Contains(e.Test, "/") {
			continue // a package's own line, or a subtest: its test says how it ended
		}
		switch e.Action {
		case "pass", "fail", "skip":
			outcomes[Test{folder, e.Test}] = e.Action
		}
	}
	if err := cmd.Wait(); err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return lines.Err()
}
