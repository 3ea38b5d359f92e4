package main

import (
	"github.com/getkin/kin-openapi/openapi3"
	"google.golang.org/protobuf/compiler/protogen"
)

// describeHeaders tells of what the gateway takes from headers into fields, and gives back in them.
func describeHeaders(operation *openapi3.Operation, method *protogen.Method) {
	if field := ownField(method.Input, "request_id"); field != nil {
		operation.AddParameter(header("Idempotency-Key",
			"The request id (a UUID), where it is not given as a field: the same key and payload has its effect once.", "uuid"))
		for _, parameter := range operation.Parameters { // the header may take the place of the query parameter
			if parameter.Value.In == "query" && parameter.Value.Name == field.Desc.JSONName() {
				parameter.Value.Required = false
			}
		}
	}
	if hasEtag(method.Input) {
		operation.AddParameter(header("If-Match",
			"The etag the caller last saw, where it is not given as a field. However it is given: "+
				"412 when the resource has changed since.",
			""))
	}
	if ownField(method.Output, "etag") == nil || method.Desc.IsStreamingServer() {
		return
	}
	response := operation.Responses.Value("200").Value
	response.Headers = openapi3.Headers{"ETag": &openapi3.HeaderRef{Value: &openapi3.Header{Parameter: openapi3.Parameter{
		Description: "The etag of the resource, as in the body.", Schema: text(""),
	}}}}
}

func header(name, description, format string) *openapi3.Parameter {
	return &openapi3.Parameter{Name: name, In: openapi3.ParameterInHeader, Description: description, Schema: text(format)}
}

func text(format string) *openapi3.SchemaRef {
	return &openapi3.SchemaRef{Value: &openapi3.Schema{Type: &openapi3.Types{"string"}, Format: format}}
}

// hasEtag reports whether a request carries an etag: its own, or that of the resource it updates.
func hasEtag(request *protogen.Message) bool {
	if ownField(request, "etag") != nil {
		return true
	}
	if ownField(request, "update_mask") == nil {
		return false
	}
	for _, field := range request.Fields {
		if field.Message != nil && ownField(field.Message, "etag") != nil {
			return true
		}
	}
	return false
}

func ownField(message *protogen.Message, name string) *protogen.Field {
	for _, field := range message.Fields {
		if string(field.Desc.Name()) == name {
			return field
		}
	}
	return nil
}
