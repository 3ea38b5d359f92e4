package document

import (
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Build fills a message of the tree's type with what the tree says.
func Build(n *Node, message protoreflect.Message) {
	fields := message.Descriptor().Fields()
	for name, node := range n.Fields {
		field := fields.ByName(name)
		switch {
		case field.IsList():
			list := message.Mutable(field).List()
			for _, item := range node.Items {
				if item.Message == nil {
					list.Append(item.Scalar)
					continue
				}
				element := list.NewElement()
				Build(item, element.Message())
				list.Append(element)
			}
		case node.Message != nil:
			Build(node, message.Mutable(field).Message())
		default:
			message.Set(field, node.Scalar)
		}
	}
}
