package document

import (
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Of is the tree of a message that was built from one before. All of it stands where the caller says.
func Of(message protoreflect.Message, at Position) *Node {
	n := &Node{At: at, Message: message.Descriptor(), Fields: map[protoreflect.Name]*Node{}}
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		n.Fields[field.Name()] = valueOf(field, value, at)
		return true
	})
	return n
}

func valueOf(field protoreflect.FieldDescriptor, value protoreflect.Value, at Position) *Node {
	switch {
	case field.IsList():
		n, list := &Node{At: at, List: true}, value.List()
		for i := range list.Len() {
			if field.Message() != nil {
				n.Items = append(n.Items, Of(list.Get(i).Message(), at))
				continue
			}
			n.Items = append(n.Items, &Node{At: at, Scalar: list.Get(i)})
		}
		return n
	case field.Message() != nil:
		return Of(value.Message(), at)
	default:
		return &Node{At: at, Scalar: value}
	}
}
