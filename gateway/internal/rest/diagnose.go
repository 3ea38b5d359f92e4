package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/bavn/bavn/gateway/internal/refusal"
	"github.com/bavn/bavn/platform/fault"
)

const fieldMask protoreflect.FullName = "google.protobuf.FieldMask"

// diagnose says what is wrong with a body that protojson has refused. protojson decides and stops at a line and column; a
// caller needs the field, so the body is walked once more beside its descriptor.
func diagnose(rt *route, body []byte) error {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return malformed(err)
	}
	if err := diagnoseMessage(rt.body, string(rt.bodyField), value); err != nil {
		return err
	}
	return malformed(nil) // a name twice, two members of a oneof: valid JSON, but not of a message
}

func malformed(err error) error {
	refused := fault.New(codes.InvalidArgument, refusal.MalformedJSON)
	if syntax, ok := err.(*json.SyntaxError); ok { //nolint:errorlint // json.Unmarshal returns it as it is
		refused = refused.Meta("offset", strconv.FormatInt(syntax.Offset, 10))
	}
	return refused
}

// diagnoseMessage returns what is wrong at path or below, or nil.
func diagnoseMessage(message protoreflect.MessageDescriptor, path string, value any) error {
	object, ok := value.(map[string]any)
	if !ok {
		if path == "" {
			return malformed(nil) // the body itself must be an object
		}
		return invalidValue(path)
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		field := fieldByName(message, name)
		if field == nil {
			return unknownField(join(path, name), message)
		}
		if err := diagnoseField(field, join(path, string(field.Name())), object[name]); err != nil {
			return err
		}
	}
	return nil
}

func diagnoseField(field protoreflect.FieldDescriptor, path string, value any) error {
	switch {
	case value == nil: // null is the default value everywhere
		return nil
	case field.IsList():
		list, ok := value.([]any)
		if !ok {
			return invalidValue(path)
		}
		for i, element := range list {
			if err := diagnoseElement(field, fmt.Sprintf("%s[%d]", path, i), element, []any{element}); err != nil {
				return err
			}
		}
		return nil
	case field.IsMap():
		entries, ok := value.(map[string]any)
		if !ok {
			return invalidValue(path)
		}
		for _, key := range slices.Sorted(maps.Keys(entries)) {
			err := diagnoseElement(field.MapValue(), fmt.Sprintf("%s[%q]", path, key), entries[key], entries[key])
			if err != nil {
				return err
			}
		}
		return nil
	}
	return diagnoseElement(field, path, value, value)
}

// diagnoseElement looks at one value; whole is what the field would hold if this were all of it.
func diagnoseElement(field protoreflect.FieldDescriptor, path string, value, whole any) error {
	if enum := field.Enum(); enum != nil {
		if name, ok := value.(string); ok && !isEnumName(enum, name) {
			return invalidEnum(path)
		}
	}
	if message := field.Message(); message != nil && message.ParentFile().Package() != "google.protobuf" {
		return diagnoseMessage(message, path, value)
	}
	if leafError(field, whole, false) != nil {
		return invalidValue(path)
	}
	return nil
}

// leafError asks protojson itself about one field, in a message that has nothing else. A query has only strings, which
// protojson takes for numbers too, but not for booleans and lists.
func leafError(field protoreflect.FieldDescriptor, value any, fromQuery bool) error {
	if fromQuery {
		switch {
		case field.Kind() == protoreflect.BoolKind:
			_, err := strconv.ParseBool(value.(string)) //nolint:forcetypeassert // queries hold strings
			return err
		case field.IsList():
			value = []any{value}
		}
	}
	text, err := json.Marshal(map[string]any{field.JSONName(): value})
	if err != nil {
		return err
	}
	return protojson.Unmarshal(text, dynamicpb.NewMessage(field.ContainingMessage()))
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
