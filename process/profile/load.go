package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/businesstime"
	"github.com/bavn/bavn/process/profile/internal/document"
)

// Position is a place in a profile's file.
type Position = document.Position

// Problem is one thing that is wrong with a profile: where, what, what was expected, and by which rule.
type Problem = document.Problem

// Problems are everything that is wrong with a profile, as one error, in the order of the files' lines.
type Problems = document.Problems

// Load reads a profile, and those it extends, from a folder. A profile with any problem is refused whole; the error is then
// Problems, or what the file system said.
func Load(fsys fs.FS, name string) (*Profile, error) {
	l := &loader{fsys: fsys}
	tree, err := l.read(name, nil)
	if err != nil {
		return nil, err
	}
	var p *Profile
	if tree != nil {
		p = l.complete(tree)
		p.file = name
	}
	if len(l.problems) > 0 {
		return nil, l.problems.Sorted()
	}
	return p, nil
}

// Check returns everything that is wrong with the named profiles, and only then an error when a file cannot be read.
func Check(fsys fs.FS, names ...string) (Problems, error) {
	var all Problems
	var unread []error
	for _, name := range names {
		_, err := Load(fsys, name)
		var problems Problems
		switch {
		case errors.As(err, &problems):
			all = append(all, problems...)
		case err != nil:
			unread = append(unread, err)
		}
	}
	return all.Sorted(), errors.Join(unread...)
}

var schema = (&profilev1.Profile{}).ProtoReflect().Descriptor()

type loader struct {
	fsys     fs.FS
	problems Problems
	// bases are the trees of the files extended, nearest first.
	bases []*document.Node
}

func (l *loader) refuse(at Position, path, rule, format string, args ...any) {
	l.problems = append(l.problems, Problem{Position: at, Path: path, Message: fmt.Sprintf(format, args...), Rule: rule})
}

// own is what every file says for itself and none inherits.
var own = []protoreflect.Name{"id", "kind", "extends", "label", "drop", "support_centre", "centre_when", "source", "derived"}

// read returns a profile merged over those it extends; nil where one of them cannot be had, which is a problem by then.
func (l *loader) read(name string, children []string) (*document.Node, error) {
	data, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	tree, problems := document.Parse(name, data, schema)
	l.problems = append(l.problems, problems...)
	if tree == nil {
		return nil, nil
	}
	extends := tree.Fields["extends"]
	if extends == nil {
		return tree, nil
	}
	parent := path.Join(path.Dir(name), extends.Scalar.String())
	if chain := append(slices.Clone(children), name); slices.Contains(chain, parent) {
		l.refuse(extends.At, "extends", "extends-cycle", "%s extends itself, expected a base that does not lead back",
			strings.Join(append(chain, parent), " → "))
		return tree, nil
	}
	base, err := l.read(parent, append(children, name))
	if errors.Is(err, fs.ErrNotExist) {
		l.refuse(extends.At, "extends", "unknown-reference", "there is no file %s, expected one in the same folder", parent)
		return nil, nil // without it everything else would be missing too
	}
	if err != nil || base == nil {
		return nil, err
	}
	return l.extend(base, tree), nil
}

// extend puts a profile over its base and refuses what contradicts it.
func (l *loader) extend(base, tree *document.Node) *document.Node {
	l.overlay(tree)
	inherited := *base
	inherited.Fields = maps.Clone(base.Fields)
	for _, name := range own {
		delete(inherited.Fields, name)
	}
	l.bases = append([]*document.Node{&inherited}, l.bases...)
	without, problems := document.Without(&inherited, tree.Fields["drop"])
	merged := document.Merge(without, tree)
	l.problems = append(l.problems, problems...)
	l.problems = append(l.problems, document.Refine(&inherited, merged)...)
	return merged
}

// overlay refuses what one support centre may not say (R134): anything but templates, knowledge links and categories.
func (l *loader) overlay(tree *document.Node) {
	kind := tree.Fields["kind"]
	if kind == nil || profilev1.ProfileKind(kind.Scalar.Enum()) != profilev1.ProfileKind_PROFILE_KIND_OVERLAY {
		return
	}
	fields := schema.Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if said := tree.Fields[field.Name()]; said != nil && !option[bool](field, profilev1.E_Overlay) {
			l.refuse(said.At, string(field.Name()), "R134",
				"an overlay cannot say this, expected templates, categories, guides and knowledge only")
		}
	}
}

// complete makes a profile of a tree, and finds what is wrong with it as a whole.
func (l *loader) complete(tree *document.Node) *Profile {
	settings := &profilev1.Profile{}
	document.Build(tree, settings.ProtoReflect())
	p := &Profile{
		settings: settings, version: version(settings), tree: tree, at: tree.Positions(), conditions: map[string]*Condition{},
		made: made{map[string]*businesstime.Calendar{}, map[string]*businesstime.Rota{}},
	}
	c := &checker{loader: l, tree: tree, settings: settings, at: p.at, collections: collect(tree), made: p.made}
	c.formats()
	c.references()
	c.compile(p.conditions)
	c.whole()
	p.index()
	return p
}
