package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
)

const (
	schemaRef   = "#/components/schemas/"
	description = `The whole of Bavn over REST and JSON, transcoded from gRPC.

Every changing call carries a request id (a UUID): the same id and payload has its effect once and is answered again.
Errors are google.rpc.Status with an ErrorInfo (reason), and BadRequest or PreconditionFailure where they apply.`
)

// complete parses Gnostic's document, adds what the descriptors know and what a reader needs, and returns it as YAML.
func complete(plugin *protogen.Plugin, mapped *protogen.GeneratedFile) ([]byte, error) {
	raw, err := mapped.Content()
	if err != nil {
		return nil, err
	}
	if raw, err = addByHand(raw); err != nil {
		return nil, err
	}
	document, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	introduce(document)
	for _, file := range plugin.Files {
		for _, message := range file.Messages {
			constrainMessage(document, message)
		}
		for _, service := range file.Services {
			describeTag(document, service)
			for _, method := range service.Methods {
				completeOperation(document, service, method)
			}
		}
	}
	out, err := marshal(document)
	if err != nil {
		return nil, err
	}
	return shortenNames(out), nil
}

func introduce(document *openapi3.T) {
	document.Info.Description = description
	document.Info.License = &openapi3.License{Name: "Apache-2.0", URL: "https://www.apache.org/licenses/LICENSE-2.0"}
	document.Servers = openapi3.Servers{{URL: "/", Description: "The gateway that serves this document."}}
	document.Components.SecuritySchemes = openapi3.SecuritySchemes{"oidc": {Value: &openapi3.SecurityScheme{
		Type: "http", Scheme: "bearer", BearerFormat: "JWT",
		Description: "An access token of the installation's OpenID Connect provider: who the caller is, never what they may do.",
	}}}
	document.Security = openapi3.SecurityRequirements{{"oidc": {}}}
}

// describeTag: Gnostic takes the description away when there is only one service.
func describeTag(document *openapi3.T, service *protogen.Service) {
	if tag := document.Tags.Get(service.GoName); tag != nil {
		tag.Description = strings.TrimSpace(string(service.Comments.Leading))
	}
}

// operations finds every binding of a method: Gnostic gives all of them the same id. Sorted, so that two runs agree.
func operations(document *openapi3.T, id string) []*openapi3.Operation {
	var found []*openapi3.Operation
	for _, path := range slices.Sorted(maps.Keys(document.Paths.Map())) {
		bindings := document.Paths.Value(path).Operations()
		for _, verb := range slices.Sorted(maps.Keys(bindings)) {
			if bindings[verb].OperationID == id {
				found = append(found, bindings[verb])
			}
		}
	}
	return found
}

func completeOperation(document *openapi3.T, service *protogen.Service, method *protogen.Method) {
	id := service.GoName + "_" + method.GoName
	for number, operation := range operations(document, id) {
		if number > 0 { // Ids must be unique.
			operation.OperationID = fmt.Sprintf("%s_%d", id, number)
		}
		summarise(operation)
		for _, parameter := range operation.Parameters {
			if field := fieldAt(method.Input, parameter.Value.Name); field != nil && parameter.Value.In == "query" {
				constrainField(parameter.Value.Schema, field)
				parameter.Value.Required = isRequired(field)
			}
		}
		describeHeaders(operation, method)
		if method.Desc.IsStreamingServer() {
			wrapStream(operation)
		}
	}
	dropPathFields(document, method)
}

// summarise moves the first sentence of a comment to where tools show it in their lists.
func summarise(operation *openapi3.Operation) {
	first, _, _ := strings.Cut(operation.Description, "\n\n")
	sentence, _, _ := strings.Cut(strings.Join(strings.Fields(first), " "), ". ")
	operation.Summary = strings.TrimSuffix(sentence, ".")
}

// wrapStream describes what the transcoder sends for a stream: one JSON object per line, with either a result or the error
// that ended it.
func wrapStream(operation *openapi3.Operation) {
	response := operation.Responses.Value("200").Value
	message := response.Content["application/json"].Schema
	failure := operation.Responses.Default().Value.Content["application/json"].Schema
	text := "A stream: one JSON object per line, each with `result`; the last one has `error` when the stream was broken off."
	response.Description = &text
	response.Content["application/json"].Schema = &openapi3.SchemaRef{Value: &openapi3.Schema{
		Type:       &openapi3.Types{"object"},
		Properties: openapi3.Schemas{"result": message, "error": failure},
	}}
}

var pathVariable = regexp.MustCompile(`{([a-z_]+)[=}]`)

// dropPathFields takes out of a body what the path already says. It stays where another binding has it in the body.
func dropPathFields(document *openapi3.T, method *protogen.Method) {
	rule, ok := proto.GetExtension(method.Desc.Options(), annotations.E_Http).(*annotations.HttpRule)
	if !ok || rule.GetBody() != "*" || len(rule.GetAdditionalBindings()) > 0 {
		return
	}
	schema := document.Components.Schemas[schemaName(method.Input)]
	if schema == nil {
		return
	}
	for _, variable := range pathVariable.FindAllStringSubmatch(rule.GetPost()+rule.GetPut()+rule.GetPatch(), -1) {
		field := fieldAt(method.Input, variable[1])
		if field == nil {
			continue
		}
		name := field.Desc.JSONName()
		delete(schema.Value.Properties, name)
		schema.Value.Required = slices.DeleteFunc(schema.Value.Required, func(other string) bool { return other == name })
	}
}

// fieldAt follows a dotted path of proto or JSON names, as query parameters and path variables spell fields.
func fieldAt(message *protogen.Message, path string) *protogen.Field {
	head, rest, nested := strings.Cut(path, ".")
	for _, field := range message.Fields {
		if field.Desc.JSONName() != head && string(field.Desc.Name()) != head {
			continue
		}
		if !nested {
			return field
		}
		if field.Message != nil {
			return fieldAt(field.Message, rest)
		}
	}
	return nil
}

// schemaName is the name that Gnostic gives a message's schema.
func schemaName(message *protogen.Message) string {
	name := string(message.Desc.Name())
	if parent, ok := message.Desc.Parent().(interface{ IsMapEntry() bool }); ok && !parent.IsMapEntry() {
		name = string(message.Desc.Parent().Name()) + "_" + name
	}
	return string(message.Desc.ParentFile().Package()) + "." + name
}

var ourPackage = regexp.MustCompile(`\bbavn\.([a-z]+)\.v[0-9]+\.([A-Z])`)

// shortenNames writes triage.Ticket for bavn.triage.v1.Ticket, wherever it stands: still unique, and readable in a client.
func shortenNames(document []byte) []byte {
	return ourPackage.ReplaceAll(document, []byte("$1.$2"))
}
