package rest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/bavn/bavn/gateway/internal/refusal"
	"github.com/bavn/bavn/platform/fault"
)

// checkQuery refuses parameters that grpc-gateway would ignore: names that the request does not have, and those that the
// path or the body fills. A filter that is misspelt must not answer with everything. A mask is rewritten as grpc-gateway
// reads it.
func checkQuery(r *http.Request, rt *route) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fault.New(codes.InvalidArgument, refusal.InvalidValue).Meta("field", "query").Field("query", "json.value")
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		field, path := queryField(rt, name)
		if field == nil {
			return unknownField(name, rt.input())
		}
		if err := checkValues(field, path, query[name]); err != nil {
			return err
		}
		if message := field.Message(); message != nil && message.FullName() == fieldMask {
			for i, mask := range query[name] {
				query[name][i] = protoPaths(mask)
			}
			r.URL.RawQuery = query.Encode()
		}
	}
	return nil
}

func checkValues(field protoreflect.FieldDescriptor, path string, values []string) error {
	for _, value := range values {
		switch {
		case !utf8.ValidString(value):
			return fault.New(codes.InvalidArgument, fault.InvalidUTF8).Field(path, "json.utf8")
		case field.Enum() != nil && !isEnumName(field.Enum(), value):
			return invalidEnum(path)
		case leafError(field, value, true) != nil:
			return invalidValue(path)
		}
	}
	return nil
}

// protoPaths turns a mask as JSON has it, which leafError has let through, into the form that grpc-gateway expects in a query:
// "displayName,email" is display_name,email.
func protoPaths(mask string) string {
	parsed := new(fieldmaskpb.FieldMask)
	if protojson.Unmarshal([]byte(strconv.Quote(mask)), parsed) != nil {
		return mask
	}
	return strings.Join(parsed.GetPaths(), ",")
}

// queryField finds the field that a parameter names, as in pageSize or filter.types.
func queryField(rt *route, name string) (protoreflect.FieldDescriptor, string) {
	if !rt.takesQuery() {
		return nil, ""
	}
	var field protoreflect.FieldDescriptor
	var path []string
	message := rt.input()
	for part := range strings.SplitSeq(name, ".") {
		if message == nil || isParameter(message) || field != nil && field.IsList() {
			return nil, ""
		}
		if field = fieldByName(message, part); field == nil {
			return nil, ""
		}
		path, message = append(path, string(field.Name())), field.Message()
	}
	full := strings.Join(path, ".")
	filled := rt.bodyField != "" && path[0] == string(rt.bodyField) || slices.Contains(rt.pathFields, full)
	if filled || message != nil && !isParameter(message) {
		return nil, ""
	}
	return field, full
}

// isParameter reports whether a message has a value of its own in a query, as protojson and grpc-gateway write it.
func isParameter(message protoreflect.MessageDescriptor) bool {
	switch message.FullName() {
	case fieldMask, "google.protobuf.Timestamp", "google.protobuf.Duration":
		return true
	default:
		return false
	}
}

// fieldByName takes the JSON name or the proto name, as protojson does.
func fieldByName(message protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if field := message.Fields().ByJSONName(name); field != nil {
		return field
	}
	return message.Fields().ByTextName(name)
}

func isEnumName(enum protoreflect.EnumDescriptor, name string) bool {
	return enum.Values().ByName(protoreflect.Name(name)) != nil
}

func unknownField(path string, message protoreflect.MessageDescriptor) error {
	return fault.New(codes.InvalidArgument, fault.UnknownField).
		Meta("field", path).
		Meta("message", string(message.FullName())).
		Field(path, "json.unknown_field")
}

func invalidEnum(path string) error {
	return fault.New(codes.InvalidArgument, refusal.InvalidEnum).Meta("field", path).Field(path, "json.enum")
}

func invalidValue(path string) error {
	return fault.New(codes.InvalidArgument, refusal.InvalidValue).Meta("field", path).Field(path, "json.value")
}
