package document

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Node is a value as written, or as it stands after merging: a message, a list or a scalar.
type Node struct {
	At Position
	// Message describes a message, and is nil for lists and scalars.
	Message protoreflect.MessageDescriptor
	// Fields are what a message says. What it does not say is not there.
	Fields map[protoreflect.Name]*Node
	// List is true for a list; Items are its values.
	List  bool
	Items []*Node
	// Scalar is the value of what is neither.
	Scalar protoreflect.Value
	// Block is true for a text that begins on the line after At.
	Block bool
	// Quoted is true for a text within quotes.
	Quoted bool
}

// ID is the `id` of an entry, and false for what has none.
func (n *Node) ID() (string, bool) {
	if n == nil || n.Fields["id"] == nil {
		return "", false
	}
	return n.Fields["id"].Scalar.String(), true
}

// True reports whether a message says that a switch is on.
func (n *Node) True(name protoreflect.Name) bool {
	field := n.Fields[name]
	return field != nil && field.Scalar.Bool()
}

// entries reports whether a list's values are known by their ids.
func entries(field protoreflect.FieldDescriptor) bool {
	return field.IsList() && field.Message() != nil && field.Message().Fields().ByName("id") != nil
}

// find returns the entry with an id, and its place.
func find(items []*Node, id string) (*Node, int) {
	for i, item := range items {
		if has, ok := item.ID(); ok && has == id {
			return item, i
		}
	}
	return nil, -1
}

// FieldPath is the path of a field: "priority.levels".
func FieldPath(parent string, name protoreflect.Name) string {
	if parent == "" {
		return string(name)
	}
	return parent + "." + string(name)
}

// ItemPath is the path of a list's value: "statuses[closed]", or "matrix[3]" counted from 0 where it has no id.
func ItemPath(parent string, item *Node, i int) string {
	if id, ok := item.ID(); ok {
		return parent + "[" + id + "]"
	}
	return fmt.Sprintf("%s[%d]", parent, i)
}

// Visit calls visit for the node and everything in it, in the order of the schema, with the path and the field that holds it
// (nil for the root).
func (n *Node) Visit(visit func(path string, field protoreflect.FieldDescriptor, n *Node)) {
	n.visit("", nil, visit)
}

func (n *Node) visit(path string, field protoreflect.FieldDescriptor, visit func(string, protoreflect.FieldDescriptor, *Node)) {
	visit(path, field, n)
	for i, item := range n.Items {
		item.visit(ItemPath(path, item, i), field, visit)
	}
	if n.Message == nil {
		return
	}
	fields := n.Message.Fields()
	for i := range fields.Len() {
		if child := n.Fields[fields.Get(i).Name()]; child != nil {
			child.visit(FieldPath(path, fields.Get(i).Name()), fields.Get(i), visit)
		}
	}
}

// Positions returns where each setting stands.
func (n *Node) Positions() map[string]Position {
	at := map[string]Position{}
	n.Visit(func(path string, _ protoreflect.FieldDescriptor, n *Node) { at[path] = n.At })
	return at
}

// Look finds a setting by its path, and otherwise the last part of the path that is there.
func (n *Node) Look(path string) (found *Node, at string) {
	found = n
	for _, part := range split(path) {
		next := found.part(part)
		if next == nil {
			return found, at
		}
		found, at = next, at+part
	}
	return found, path
}

// split cuts a path before every dot and bracket: "a", ".b", "[c]".
func split(path string) []string {
	var parts []string
	for path != "" {
		end := strings.IndexAny(path[1:], ".[")
		if path[0] == '[' { // an id may have dots in it
			end = strings.IndexByte(path, ']')
		}
		if end < 0 {
			return append(parts, path)
		}
		parts, path = append(parts, path[:end+1]), path[end+1:]
	}
	return parts
}

func (n *Node) part(part string) *Node {
	id, ok := strings.CutPrefix(part, "[")
	if !ok {
		return n.Fields[protoreflect.Name(strings.TrimPrefix(part, "."))]
	}
	for i, item := range n.Items {
		if ItemPath("", item, i) == "["+strings.TrimSuffix(id, "]")+"]" {
			return item
		}
	}
	return nil
}
