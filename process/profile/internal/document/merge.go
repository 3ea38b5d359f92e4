package document

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Merge puts what a profile says over its base. Keys are merged one by one. Entries with an id are merged by it: the base's keep
// their order, new ones follow. Every other list, and every scalar, is replaced. Neither tree is changed.
func Merge(base, over *Node) *Node {
	merged := &Node{At: over.At, Message: over.Message, Fields: maps.Clone(base.Fields)}
	for name, node := range over.Fields {
		merged.Fields[name] = mergeField(over.Message.Fields().ByName(name), base.Fields[name], node)
	}
	return merged
}

func mergeField(field protoreflect.FieldDescriptor, base, over *Node) *Node {
	switch {
	case base == nil:
		return over
	case entries(field):
		list := &Node{At: over.At, List: true, Items: slices.Clone(base.Items)}
		for _, item := range over.Items {
			id, _ := item.ID()
			if before, i := find(list.Items, id); before != nil {
				list.Items[i] = Merge(before, item)
				continue
			}
			list.Items = append(list.Items, item)
		}
		return list
	case over.Message != nil:
		return Merge(base, over)
	default:
		return over
	}
}

// Without returns the tree without the entries that a profile drops, and without them in the lists that name them: a desk
// that drops a status need not repeat every transition. What cannot be found is a problem.
func Without(base *Node, drops *Node) (*Node, Problems) {
	if drops == nil {
		return base, nil
	}
	var problems Problems
	for i, drop := range drops.Items {
		path := drop.Fields["path"]
		if path == nil || path.Scalar.String() == "" {
			continue // validation says so
		}
		without, ok := remove(base, split(path.Scalar.String()))
		if !ok {
			problems = append(problems, Problem{
				path.At, FieldPath(ItemPath("drop", drop, i), "path"),
				"the base has no entry " + path.Scalar.String() + ", expected a path such as notifications[resolved]", "unknown-reference",
			})
			continue
		}
		base = forget(without, base, path.Scalar.String())
	}
	return base, problems
}

// remove copies the nodes on the way, and only those.
func remove(n *Node, parts []string) (*Node, bool) {
	next := n.part(parts[0])
	if next == nil {
		return nil, false
	}
	copied := *n
	copied.Items, copied.Fields = slices.Clone(n.Items), maps.Clone(n.Fields)
	i := slices.Index(copied.Items, next)
	if len(parts) == 1 {
		if i < 0 { // only entries of lists are dropped; a single setting is overridden
			return nil, false
		}
		copied.Items = slices.Delete(copied.Items, i, i+1)
		return &copied, true
	}
	without, ok := remove(next, parts[1:])
	if !ok {
		return nil, false
	}
	if i >= 0 {
		copied.Items[i] = without
	} else {
		for name, field := range copied.Fields {
			if field == next {
				copied.Fields[name] = without
			}
		}
	}
	return &copied, true
}

// forget takes a dropped entry out of every list of ids that names it.
func forget(without, base *Node, path string) *Node {
	dropped, _ := base.Look(path)
	id, _ := dropped.ID()
	collection := ""
	base.Visit(func(_ string, field protoreflect.FieldDescriptor, n *Node) {
		if n == dropped {
			collection = optionText(field, profilev1.E_Collection)
		}
	})
	if collection == "" {
		return without
	}
	return filter(without, collection, id)
}

// filter copies what it changes.
func filter(n *Node, collection, id string) *Node {
	copied := *n
	copied.Items = slices.Clone(n.Items)
	for i, item := range copied.Items {
		copied.Items[i] = filter(item, collection, id)
	}
	if n.Message == nil {
		return &copied
	}
	copied.Fields = maps.Clone(n.Fields)
	for name, node := range n.Fields {
		field := n.Message.Fields().ByName(name)
		if node.Scalar.IsValid() {
			continue
		}
		kept := filter(node, collection, id)
		if node.List && optionText(field, profilev1.E_RefersTo) == collection {
			kept.Items = slices.DeleteFunc(kept.Items, func(item *Node) bool { return item.Scalar.String() == id })
		}
		copied.Fields[name] = kept
	}
	return &copied
}

func optionText(field protoreflect.FieldDescriptor, extension protoreflect.ExtensionType) string {
	text, _ := proto.GetExtension(field.Options(), extension).(string)
	return text
}
