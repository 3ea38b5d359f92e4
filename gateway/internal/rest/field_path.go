package rest

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// fieldPath leads from a message to a string field in it or in a message below.
type fieldPath []protoreflect.FieldDescriptor

// stringField returns the path of the names, or nil if message has no such string field.
func stringField(message protoreflect.MessageDescriptor, names ...string) fieldPath {
	var path fieldPath
	for _, name := range names {
		if message == nil {
			return nil
		}
		field := message.Fields().ByName(protoreflect.Name(name))
		if field == nil {
			return nil
		}
		path, message = append(path, field), field.Message()
	}
	if last := path[len(path)-1]; last.Kind() != protoreflect.StringKind || last.IsList() {
		return nil
	}
	return path
}

func (p fieldPath) get(message protoreflect.Message) string {
	for _, field := range p[:len(p)-1] {
		message = message.Get(field).Message()
	}
	return message.Get(p[len(p)-1]).String()
}

func (p fieldPath) set(message protoreflect.Message, value string) {
	for _, field := range p[:len(p)-1] {
		message = message.Mutable(field).Message()
	}
	message.Set(p[len(p)-1], protoreflect.ValueOfString(value))
}

func (p fieldPath) String() string {
	names := make([]string, len(p))
	for i, field := range p {
		names[i] = string(field.Name())
	}
	return strings.Join(names, ".")
}
