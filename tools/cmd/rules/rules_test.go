package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const requirements = `# The rules

## Closing

- **R101** The description is checked.
- **R106** Silence closes.
- **R107** Reopen.
`

// module writes a small module with a document of rules and one test file.
func module(t *testing.T, tests string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"docs/requirements.md": requirements, "go.mod": "module example.org/shown\n\ngo 1.26.0\n",
		"closing/closing_test.go": "package closing\n\nimport \"testing\"\n\n" + tests,
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestARuleIsClaimedByNameCommentOrString(t *testing.T) {
	t.Parallel()
	root := module(t, `
func TestR106SilenceCloses(t *testing.T) {}

// R99-R101: what is solved is checked.
func TestClosing(t *testing.T) {
	t.Run("R107: reopened", func(t *testing.T) {}) // and R100 again
	_, _, _ = "see R1", "R2", "R3 2nd" // a rule that is data is no claim
}

// R5 belongs to no test.
func helper() {}
`)
	claims, err := findClaims(root)
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(claims)); !slices.Equal(got, []int{99, 100, 101, 106, 107}) {
		t.Errorf("claimed are %v", got)
	}
	if got := claims[106][0]; got != (Test{"closing", "TestR106SilenceCloses"}) {
		t.Errorf("R106 is claimed by %v", got)
	}
}

func TestWhatDoesNotRunShowsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ test, wrong string }{
		"a test that passes":  {"// R106\nfunc TestSilence(t *testing.T) {}\n", ""},
		"a test that fails":   {"// R106\nfunc TestSilence(t *testing.T) { t.Fail() }\n", "claims R106 and fail"},
		"a test that skips":   {"// R106\nfunc TestSilence(t *testing.T) { t.Skip() }\n", "claims R106 and skip"},
		"a file for others":   {"// R106\nfunc TestSilence(t *testing.T) { undefined() }\n", "claims R106 and did not run"},
		"a rule that is none": {"// R900\nfunc TestSilence(t *testing.T) {}\n", "claims R900, which is no rule"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			err := report(t.Context(), &out, module(t, c.test), false)
			switch {
			case c.wrong == "" && err != nil:
				t.Error(err)
			case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
				t.Errorf("says %v, want %q", err, c.wrong)
			}
			if !strings.Contains(out.String(), "open for later work: R101") {
				t.Errorf("what is open is not said:\n%s", out.String())
			}
		})
	}
}
