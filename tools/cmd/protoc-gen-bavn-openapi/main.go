// Command protoc-gen-bavn-openapi is a buf plugin that writes the REST contract as one OpenAPI 3.0 document.
//
// Gnostic's generator does the mapping; it is called as a library, because what it leaves out needs the descriptors: the
// limits and formats that protovalidate checks, the path parameters that it repeats in bodies, the envelope of streams, and who
// may call (servers, security, licence).
package main

import (
	"fmt"

	"github.com/google/gnostic/cmd/protoc-gen-openapi/generator"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() {
	protogen.Options{}.Run(func(plugin *protogen.Plugin) error {
		plugin.SupportedFeatures = uint64(pluginpb.CodeGeneratorResponse_FEATURE_PROTO3_OPTIONAL)
		document, err := complete(plugin, mapped(plugin))
		if err != nil {
			return fmt.Errorf("complete the OpenAPI document: %w", err)
		}
		_, err = plugin.NewGeneratedFile("openapi.yaml", "").Write(document)
		return err
	})
}

// mapped is Gnostic's document. Schemas have fully qualified names, because two services may well have a message of the
// same name and Gnostic would silently keep the first.
func mapped(plugin *protogen.Plugin) *protogen.GeneratedFile {
	var (
		version, title, description = "v1", "Bavn", ""
		naming, enums, mode         = "json", "string", "merged"
		qualified, errors, depth    = true, true, 2
	)
	raw := plugin.NewGeneratedFile("mapped.yaml", "")
	raw.Skip()
	// An error reaches buf by way of plugin.Error and stops the build.
	if err := generator.NewOpenAPIv3Generator(plugin, generator.Configuration{
		Version: &version, Title: &title, Description: &description,
		Naming: &naming, EnumType: &enums, OutputMode: &mode,
		FQSchemaNaming: &qualified, DefaultResponse: &errors, CircularDepth: &depth,
	}, plugin.Files).Run(raw); err != nil {
		plugin.Error(err)
	}
	return raw
}
