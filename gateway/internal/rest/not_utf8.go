package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/bavn/bavn/platform/fault"
)

// notUTF8 refuses a body that is not UTF-8 and names the text that is broken. encoding/json puts U+FFFD where it reads
// something that is not UTF-8, so the first text that has one is it.
func notUTF8(rt *route, body []byte) error {
	path := "body"
	var value any
	if json.Unmarshal(body, &value) == nil {
		if found, ok := brokenText(rt.body, string(rt.bodyField), value); ok {
			path = found
		}
	}
	return fault.New(codes.InvalidArgument, fault.InvalidUTF8).Field(path, "json.utf8")
}

// brokenText walks value beside the message that it should become; message is nil below what the contract knows.
func brokenText(message protoreflect.MessageDescriptor, path string, value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return path, strings.ContainsRune(value, utf8.RuneError)
	case []any:
		for i, element := range value {
			if found, ok := brokenText(message, fmt.Sprintf("%s[%d]", path, i), element); ok {
				return found, true
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			below, next := join(path, name), protoreflect.MessageDescriptor(nil)
			if message != nil {
				if field := fieldByName(message, name); field != nil {
					below, next = join(path, string(field.Name())), field.Message()
				}
			}
			if found, ok := brokenText(next, below, value[name]); ok {
				return found, true
			}
		}
	}
	return "", false
}
