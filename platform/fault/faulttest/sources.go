// Package faulttest finds refusals whose texts were forgotten, by reading the source that makes them.
package faulttest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/bavn/bavn/platform/fault"
)

// CheckSources fails the test for every fault.New in the Go files below dir (tests and other modules left out) whose
// reason has no texts in the catalog, and for every rule given to Field or FieldViolation without texts. Reasons and rules
// must be literals or constants.
func CheckSources(t testing.TB, catalog *fault.Catalog, dir string) {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	source := sources{t: t, fset: token.NewFileSet(), constants: map[string]string{}}
	source.read(filepath.Dir(filepath.Dir(here))) // the shared reasons
	files := source.read(dir)
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			called, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			value, known := source.value(call.Args[1])
			if !known {
				return true
			}
			at := source.fset.Position(call.Pos())
			switch pkg, _ := called.X.(*ast.Ident); {
			case called.Sel.Name == "New" && pkg != nil && pkg.Name == "fault" && !catalog.Has(value):
				t.Errorf("%s: reason %s has no texts", at, value)
			case called.Sel.Name == "Field" && pkg == nil && !catalog.HasRule(value):
				t.Errorf("%s: field rule %s has no texts", at, value)
			}
			return true
		})
	}
}

type sources struct {
	t         testing.TB
	fset      *token.FileSet
	constants map[string]string // by bare name; two of one name with different values are not resolved
}

func (s *sources) read(dir string) []*ast.File {
	s.t.Helper()
	var files []*ast.File
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(s.fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, file)
		s.collect(file)
		return nil
	})
	if err != nil {
		s.t.Fatalf("read the sources of %s: %v", dir, err)
	}
	return files
}

func (s *sources) collect(file *ast.File) {
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) != len(spec.Names) {
			return true
		}
		for i, name := range spec.Names {
			value, ok := literal(spec.Values[i])
			if before, twice := s.constants[name.Name]; ok && twice && before != value {
				value = ""
			}
			if ok {
				s.constants[name.Name] = value
			}
		}
		return true
	})
}

func (s *sources) value(expr ast.Expr) (string, bool) {
	var name string
	switch e := expr.(type) {
	case *ast.Ident:
		name = e.Name
	case *ast.SelectorExpr:
		name = e.Sel.Name
	default:
		return literal(expr)
	}
	value := s.constants[name]
	return value, value != ""
}

func literal(expr ast.Expr) (string, bool) {
	basic, ok := expr.(*ast.BasicLit)
	if !ok || basic.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(basic.Value)
	return value, err == nil
}
