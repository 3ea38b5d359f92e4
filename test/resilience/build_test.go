package resilience_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/bavn/bavn/cmd/bavn/suite"
)

// packages of the five programs, below the root of the repository.
var packages = []string{
	"./services/triage/cmd/triage", "./services/intake/cmd/intake", "./services/notify/cmd/notify",
	"./services/reporting/cmd/reporting", "./gateway/cmd/gateway",
}

// build builds the programs, so that a run never kills what was built yesterday.
func build(ctx context.Context, t *testing.T, bin string) {
	t.Helper()
	command := exec.CommandContext(ctx, "go", append([]string{"build", "-o", bin + string(filepath.Separator)}, packages...)...)
	command.Dir = filepath.Join("..", "..")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build the programs: %v\n%s", err, output)
	}
}

// keepLogs puts the logs of a failed run where the suite's end does not remove them.
func keepLogs(t *testing.T, processes *suite.Processes) {
	t.Helper()
	kept, err := os.MkdirTemp("", "bavn-resilience-logs-")
	if err == nil {
		err = os.CopyFS(kept, os.DirFS(processes.Folder().Path("log")))
	}
	t.Logf("the logs are in %s (%v)", kept, err)
}
