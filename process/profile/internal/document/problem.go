// Package document reads profiles as written: where each value stands, what a profile says beyond its base, and what the schema's
// own options forbid. It knows the schema through descriptors only, so that a new setting needs nothing here.
package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Position is a place in a file, counted from 1. The zero value is nowhere.
type Position struct {
	File         string
	Line, Column int
}

// String is "nsp.yaml:12:5".
func (p Position) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Problem is one thing that is wrong with a profile.
type Problem struct {
	Position
	// Path is the setting: "priorities.matrix[2].impact".
	Path string
	// Message says what is wrong and what was expected.
	Message string
	// Rule names what was broken: "unknown-key", "R134".
	Rule string
}

// Error is "nsp.yaml:12:5: statuses[closed].colour: unknown key, expected … (unknown-key)".
func (p Problem) Error() string {
	path := p.Path
	if path == "" {
		path = "profile"
	}
	return fmt.Sprintf("%s: %s: %s (%s)", p.Position, path, p.Message, p.Rule)
}

// Problems are everything that is wrong, as one error.
type Problems []Problem

// Error lists the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// Sorted returns the problems in the order of the files' lines, each once.
func (p Problems) Sorted() Problems {
	sorted := slices.Clone(p)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.Compact(sorted)
}

// mentioned is how many names a message lists where none is close.
const mentioned = 12

// Suggest says which of the names was probably meant: ", did you mean class?"; or which there are.
func Suggest(written string, names []string) string {
	best, distance := "", 1+max(2, len(written)/3)
	for _, name := range names {
		if d := levenshtein.ComputeDistance(written, name); d < distance {
			best, distance = name, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf(", did you mean %s?", best)
	case len(names) == 0:
		return ", and there is none yet"
	case len(names) > mentioned:
		return fmt.Sprintf(", expected one of %s and %d more", strings.Join(names[:mentioned], ", "), len(names)-mentioned)
	default:
		return ", expected one of " + strings.Join(names, ", ")
	}
}
