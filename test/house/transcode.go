package house

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// HTTPCall is a call as the contract's HTTP rule has it.
type HTTPCall struct {
	Verb string
	Path string // with the query
	Body []byte
}

// ErrNotExpressible says that a request has no HTTP form: its name does not fit the address, or the method has none.
var ErrNotExpressible = errors.New("cannot be said in HTTP")

// Transcode makes the HTTP request of a call whose request is given as JSON, which need not be valid: at the first of the
// method's addresses that its name fits.
func Transcode(method string, object map[string]any) (HTTPCall, error) {
	descriptor, err := Method(method)
	if err != nil {
		return HTTPCall{}, err
	}
	rule, _ := proto.GetExtension(descriptor.Options(), annotations.E_Http).(*annotations.HttpRule)
	call, err := transcode(rule, object)
	for _, other := range rule.GetAdditionalBindings() {
		if err == nil {
			break
		}
		if at, unfit := transcode(other, object); unfit == nil {
			call, err = at, nil
		}
	}
	if err != nil {
		return HTTPCall{}, fmt.Errorf("%s: %w", method, err)
	}
	return call, nil
}

// transcode makes it at one address.
func transcode(rule *annotations.HttpRule, object map[string]any) (HTTPCall, error) {
	var call HTTPCall
	switch pattern := rule.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		call.Verb, call.Path = http.MethodGet, pattern.Get
	case *annotations.HttpRule_Post:
		call.Verb, call.Path = http.MethodPost, pattern.Post
	case *annotations.HttpRule_Patch:
		call.Verb, call.Path = http.MethodPatch, pattern.Patch
	default:
		return HTTPCall{}, ErrNotExpressible
	}
	object = clone(object)
	var err error
	if call.Path, err = fillPath(call.Path, object); err != nil {
		return HTTPCall{}, err
	}
	var rest map[string]any
	switch body := rule.GetBody(); body {
	case "":
		rest = object
	case "*":
		call.Body, err = json.Marshal(object)
	default:
		part, given := take(object, body)
		if given {
			call.Body, err = json.Marshal(part)
		}
		rest = object
	}
	if err != nil {
		return HTTPCall{}, fmt.Errorf("body: %w", err)
	}
	query := url.Values{}
	addQuery(query, "", rest)
	if len(query) > 0 {
		call.Path += "?" + query.Encode()
	}
	return call, nil
}

// Method finds a method of the contract by its full name, with or without slashes.
func Method(name string) (protoreflect.MethodDescriptor, error) {
	full := protoreflect.FullName(strings.ReplaceAll(strings.Trim(name, "/"), "/", "."))
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(full)
	if err != nil {
		return nil, fmt.Errorf("method %s: %w", name, err)
	}
	method, ok := found.(protoreflect.MethodDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is no method", name)
	}
	return method, nil
}

// serviceOf is the service that serves a method: /bavn.triage.v1.TicketService/GetTicket is triage's; the feed here is too.
func serviceOf(method string) string {
	name := strings.Split(strings.Trim(method, "/"), ".")[1]
	if name == "event" {
		return "triage"
	}
	return name
}

func clone(object map[string]any) map[string]any {
	copied := maps.Clone(object)
	for name, value := range copied {
		if below, ok := value.(map[string]any); ok {
			copied[name] = clone(below)
		}
	}
	return copied
}

// fillPath puts fields of the request into {name=desks/*/tickets/*} and takes them out of the object.
func fillPath(template string, object map[string]any) (string, error) {
	var path strings.Builder
	for {
		before, variable, found := strings.Cut(template, "{")
		path.WriteString(before)
		if !found {
			return path.String(), nil
		}
		variable, template, _ = strings.Cut(variable, "}")
		field, pattern, _ := strings.Cut(variable, "=")
		value, _ := takePath(object, strings.Split(field, "."))
		text, ok := value.(string)
		if !ok || !fits(pattern, text) {
			return "", fmt.Errorf("%s is %q, the address wants %s: %w", field, text, pattern, ErrNotExpressible)
		}
		segments := strings.Split(text, "/")
		for i := range segments {
			segments[i] = url.PathEscape(segments[i])
		}
		path.WriteString(strings.Join(segments, "/"))
	}
}

func fits(pattern, text string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(text, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if got[i] == "" || want[i] != "*" && want[i] != got[i] {
			return false
		}
	}
	return true
}

func takePath(object map[string]any, path []string) (any, bool) {
	for _, name := range path[:len(path)-1] {
		below, ok := object[jsonKey(object, name)].(map[string]any)
		if !ok {
			return nil, false
		}
		object = below
	}
	return take(object, path[len(path)-1])
}

func take(object map[string]any, name string) (any, bool) {
	key := jsonKey(object, name)
	value, given := object[key]
	delete(object, key)
	return value, given
}

// jsonKey finds a proto name in either of its spellings.
func jsonKey(object map[string]any, name string) string {
	if _, given := object[name]; given {
		return name
	}
	words := strings.Split(name, "_")
	for i := range words[1:] {
		words[i+1] = strings.ToUpper(words[i+1][:1]) + words[i+1][1:]
	}
	return strings.Join(words, "")
}

func addQuery(query url.Values, prefix string, value any) {
	switch value := value.(type) {
	case nil:
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			addQuery(query, strings.TrimPrefix(prefix+"."+name, "."), value[name])
		}
	case []any:
		for _, element := range value {
			addQuery(query, prefix, element)
		}
	default:
		query.Add(prefix, fmt.Sprint(value))
	}
}
