package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
)

const shipped = "../../../../profiles"

func TestASoundProfileIsNamedWithItsVersion(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := run(t, "profile", "check", filepath.Join(shipped, "itil-base.yaml"), filepath.Join(shipped, "nsp.yaml"))
	if code != failure.OK || strings.Count(stdout, ": sound, version ") != 2 || stderr != "" {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
}

func TestABadProfileIsRefusedWithFileAndLine(t *testing.T) {
	t.Parallel()
	sound, err := os.ReadFile(filepath.Join(shipped, "itil-base.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(file, []byte("colour: red\n"+string(sound)), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := run(t, "profile", "check", file)
	const says = ":1:1: colour: unknown key"
	if code != failure.Failed || !strings.HasPrefix(stdout, file+says) || !strings.Contains(stderr, "1 problem") {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
	if code, _, stderr = run(t, "profile", "graph", file); code != failure.Failed || !strings.Contains(stderr, says) {
		t.Errorf("a bad profile is drawn: exit code %d, %q", code, stderr)
	}
}

func TestAProfileIsExplainedComparedAndDrawn(t *testing.T) {
	t.Parallel()
	base, nsp := filepath.Join(shipped, "itil-base.yaml"), filepath.Join(shipped, "nsp.yaml")
	for _, tc := range []struct {
		args  []string
		wants []string
	}{
		{[]string{"explain", nsp, "silence"}, []string{"silence[five_days].after", "5d", "nsp.yaml:", "[4] feedback; R106"}},
		{[]string{"explain", nsp, "statuses[closed].class"}, []string{"closed", "itil-base.yaml:", "R94"}},
		{[]string{"-o", "json", "explain", nsp, "silence"}, []string{`"silence[five_days].after"`}},
		{[]string{"diff", base, nsp}, []string{"+ numbers.prefix: ASCP", "- id: itil-base"}},
		{[]string{"diff", nsp, nsp}, []string{"they say the same"}},
		{[]string{"graph", nsp, "--what", "life-cycle"}, []string{"```mermaid\nstateDiagram-v2\n", "[*] --> registered"}},
		{[]string{"page", nsp}, []string{"# National Service Platform", "| 5b | Modtag (drift) |", "```mermaid\nstateDiagram-v2\n"}},
		{[]string{"page", nsp, "--html"}, []string{"<!doctype html>\n<html lang=\"da\">", "<td>5b</td>", "<svg width="}},
		{[]string{"--language", "da", "graph", nsp}, []string{"flowchart LR", `"Afventer leverandør"`}},
	} {
		args := append([]string{"profile"}, tc.args...)
		if strings.HasPrefix(tc.args[0], "-") { // flags of the program stand before the command
			args = append(append([]string{}, tc.args[:2]...), append([]string{"profile"}, tc.args[2:]...)...)
		}
		code, stdout, stderr := run(t, args...)
		if code != failure.OK || stderr != "" {
			t.Errorf("%v: exit code %d, %q", args, code, stderr)
		}
		for _, want := range tc.wants {
			if !strings.Contains(stdout, want) {
				t.Errorf("%v does not say %q:\n%s", args, want, stdout)
			}
		}
	}
}

func TestOnlyADeskHasAPage(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := run(t, "profile", "page", filepath.Join(shipped, "itil-base.yaml"))
	if code != failure.Failed || stdout != "" || !strings.Contains(stderr, "itil-base is no desk") {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
}

func TestAFolderIsCheckedWholeAndNothingMissingHidesTheRest(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := run(t, "profile", "check", shipped)
	if code != failure.OK || strings.Count(stdout, ": sound, version ") != 9 || stderr != "" {
		t.Errorf("the shipped folder: exit code %d, %q, %q", code, stdout, stderr)
	}
	nsp := filepath.Join(shipped, "nsp.yaml")
	code, stdout, stderr = run(t, "profile", "check", filepath.Join(shipped, "npq.yaml"), nsp, nsp)
	if code != failure.NotFound || strings.Count(stdout, ": sound, version ") != 1 ||
		!strings.Contains(stderr, "there is no profile "+filepath.Join(shipped, "npq.yaml")) ||
		!strings.Contains(stderr, "itil-sv, nsp") {
		t.Errorf("one is missing: exit code %d, %q, %q", code, stdout, stderr)
	}
}

func TestTwoFilesWithOneIDAreNotSound(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for to, from := range map[string]string{
		"itil-base.yaml": "itil-base.yaml", "nsp.yaml": "nsp.yaml", "nsp-copy.yaml": "nsp.yaml",
	} {
		text, err := os.ReadFile(filepath.Join(shipped, from))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, to), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, stdout, stderr := run(t, "profile", "check", folder)
	if code != failure.Failed || !strings.Contains(stdout, "id: nsp is that of") || !strings.Contains(stderr, "1 problem") {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
}

func TestWhatAProfileDoesNotSayIsAnsweredWithTheNearestThatItSays(t *testing.T) {
	t.Parallel()
	nsp := filepath.Join(shipped, "nsp.yaml")
	if code, _, stderr := run(t, "profile", "explain", nsp, "priority.matrix[P1]"); code != failure.NotFound ||
		!strings.Contains(stderr, nsp+" priority.matrix`") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	base := filepath.Join(shipped, "itil-base.yaml")
	if code, stdout, _ := run(t, "profile", "graph", base, "--what", "routing"); code != failure.NotFound || stdout != "" {
		t.Errorf("a base that routes nothing is drawn: exit code %d, %q", code, stdout)
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"profile", "check", "nowhere.yaml"},
		{"profile", "graph", "nowhere"},
		{"profile", "explain", filepath.Join(shipped, "nsp.yaml"), "colour"},
	} {
		if code, stdout, _ := run(t, args...); code != failure.NotFound || stdout != "" {
			t.Errorf("%v: exit code %d, %q", args, code, stdout)
		}
	}
}
