package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Test is a test function, by its package's folder.
type Test struct{ Folder, Name string }

// String is how the test is run.
func (t Test) String() string { return t.Folder + " " + t.Name }

var (
	// citation is "R106", or "R99-R102" and "R99–R102", which name the rules between as well.
	citation = regexp.MustCompile(`\bR([0-9]{1,3})\b(?:\s*[-–]\s*R([0-9]{1,3})\b)?`)
	// saying is a string that begins with rules and says what they want: "R106: silence closes".
	saying = regexp.MustCompile(`^R[0-9]{1,3}(?:(?:, | and |\s*[-–]\s*)R[0-9]{1,3})*:`)
	inName = regexp.MustCompile(`R([0-9]{1,3})(?:[A-Z_]|$)()`)
)

// findClaims reads every test file of the repository.
func findClaims(root string) (map[int][]Test, error) {
	claims := map[int][]Test{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && path != root || entry.Name() == "node_modules" ||
			entry.Name() == "testdata" || entry.Name() == "out"):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(entry.Name(), "_test.go"):
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		return claimsOf(path, folder, claims)
	})
	for _, tests := range claims {
		slices.SortFunc(tests, func(a, b Test) int { return strings.Compare(a.String(), b.String()) })
	}
	return claims, err
}

// claimsOf adds the claims of one file.
func claimsOf(path, folder string, claims map[int][]Test) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
	if err != nil {
		return fmt.Errorf("read claims: %w", err)
	}
	for _, declaration := range file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Recv != nil || !strings.HasPrefix(function.Name.Name, "Test") || function.Name.Name == "TestMain" {
			continue
		}
		for _, number := range slices.Sorted(maps.Keys(cited(set, file, function))) {
			claims[number] = append(claims[number], Test{folder, function.Name.Name})
		}
	}
	return nil
}

// cited are the rules that a test names.
func cited(set *token.FileSet, file *ast.File, function *ast.FuncDecl) map[int]bool {
	numbers := map[int]bool{}
	find := func(pattern *regexp.Regexp, text string) {
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			first, _ := strconv.Atoi(m[1]) // digits by the pattern
			last, err := strconv.Atoi(m[2])
			if err != nil {
				last = first
			}
			for n := first; n <= last; n++ {
				numbers[n] = true
			}
		}
	}
	find(inName, function.Name.Name)
	if function.Doc != nil {
		find(citation, function.Doc.Text())
	}
	last := set.Position(function.End()).Line
	for _, group := range file.Comments {
		if group.Pos() >= function.Pos() && set.Position(group.Pos()).Line <= last {
			find(citation, group.Text())
		}
	}
	ast.Inspect(function, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		if text, err := strconv.Unquote(literal.Value); err == nil {
			find(citation, saying.FindString(text))
		}
		return true
	})
	return numbers
}
