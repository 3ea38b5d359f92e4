package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// vinstLog is the log of a real support organisation, which is not part of the repository. BAVN_VINST_LOG names another place.
const vinstLog = "../shared/data/vinst-incidents.csv.gz"

// findLog returns the log's path, seen from the repository's root.
func findLog(root string) (string, error) {
	path := os.Getenv("BAVN_VINST_LOG")
	if path == "" {
		path = filepath.Join(root, vinstLog)
	}
	_, err := os.Stat(path)
	return path, err
}

// replayed is what `bavn replay -o json` says.
type replayed struct {
	Rows          int     `json:"rows"`
	Seconds       float64 `json:"seconds"`
	RowsPerSecond float64 `json:"rows_per_second"`
	NotApplied    []struct {
		Case   string `json:"case"`
		Line   int    `json:"line"`
		Reason string `json:"reason"`
	} `json:"not_applied"`
}

// replay drives the log through the live commands in one go, as a person would: with the program.
func replay(ctx context.Context, s *stage, log string) (replayed, error) {
	command := exec.CommandContext(ctx, filepath.Join(s.bin, "bavn"), //nolint:gosec // our own program
		"replay", "--dir="+string(s.Folder()), "--as="+administrator, "--mapping=vinst", "-o", "json", log)
	var said, complained bytes.Buffer
	command.Stdout, command.Stderr = &said, &complained
	err := command.Run()
	var result replayed
	if err == nil {
		err = json.Unmarshal(said.Bytes(), &result)
	}
	if err != nil {
		return replayed{}, fmt.Errorf("replay %s: %w: %s", log, err, complained.String())
	}
	return result, nil
}
