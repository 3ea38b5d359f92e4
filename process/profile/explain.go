package profile

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/bavn/bavn/process/profile/internal/document"
)

// Setting is one thing that a profile says, and where.
type Setting struct {
	Path string
	// Value is as profiles write it; a list of values stands in brackets.
	Value string
	At    Position
	// Source is where it is written, by the entry itself or the nearest around it; Derived is true where no source says it.
	Source  string
	Derived bool
}

// Explain lists what a profile says at a path and under it, in the order of the schema; everything for the empty path.
// What it says nothing about is an empty list.
func (p *Profile) Explain(path string) []Setting {
	var settings []Setting
	origins := map[string]Setting{}
	p.tree.Visit(func(at string, field protoreflect.FieldDescriptor, n *document.Node) {
		if n.Message != nil {
			origins[at] = Setting{Source: textOf(n, "source"), Derived: n.True("derived")}
			return
		}
		if field == nil || field.Message() != nil || !n.List && field.IsList() || !under(at, path) {
			return
		}
		if field.Name() == "source" || field.Name() == "derived" {
			return
		}
		origin := nearest(origins, at)
		settings = append(settings, Setting{at, document.Written(field, n), n.At, origin.Source, origin.Derived})
	})
	return settings
}

// under reports whether a path is another or within it.
func under(path, of string) bool {
	rest, ok := strings.CutPrefix(path, of)
	return ok && (of == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

// nearest is the origin of the innermost entry around a path that says one. That of the profile as a whole says nothing about one
// setting.
func nearest(origins map[string]Setting, path string) Setting {
	for cut := strings.LastIndexAny(path, ".["); cut >= 0; cut = strings.LastIndexAny(path, ".[") {
		path = path[:cut]
		if origin := origins[path]; origin.Source != "" || origin.Derived {
			return origin
		}
	}
	return Setting{}
}

// Change is a setting that differs between two profiles; nil where one of them does not say it.
type Change struct{ Before, After *Setting }

// Diff lists what differs between two profiles as they stand after merging, in the order of the schema: what the second
// says first, then what only the first does.
func Diff(a, b *Profile) []Change {
	before := map[string]*Setting{}
	was := a.Explain("")
	for i := range was {
		before[was[i].Path] = &was[i]
	}
	var changes []Change
	is := b.Explain("")
	for i := range is {
		old := before[is[i].Path]
		delete(before, is[i].Path)
		if old == nil || old.Value != is[i].Value {
			changes = append(changes, Change{old, &is[i]})
		}
	}
	for i := range was {
		if old := before[was[i].Path]; old != nil {
			changes = append(changes, Change{old, nil})
		}
	}
	return changes
}
