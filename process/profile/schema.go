package profile

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile/internal/document"
)

// Collection is the name that the entries of a field are known by: "statuses". Empty for a field that is no collection.
func Collection(field protoreflect.FieldDescriptor) string {
	return option[string](field, profilev1.E_Collection)
}

// EnumName is an enum's value as profiles write it: "awaiting_user"; empty for one that is not said.
func EnumName(value protoreflect.Enum) string {
	return document.EnumName(value.Descriptor(), value.Number())
}
