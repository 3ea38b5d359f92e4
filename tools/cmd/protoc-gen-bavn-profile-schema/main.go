// Command protoc-gen-bavn-profile-schema is a buf plugin that writes the JSON Schema of process profiles, for editors:
// completion, the contract's comments as help, and limits while one types.
//
// The ready-made generators describe protobuf's JSON. Profiles are YAML with field names as in the contract and enum
// values in lower case without their prefix, and what is missing may stand in a base; so nothing is required here but what
// every file says.
package main

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"
)

const root = "bavn.profile.v1.Profile"

func main() {
	protogen.Options{}.Run(func(plugin *protogen.Plugin) error {
		plugin.SupportedFeatures = uint64(pluginpb.CodeGeneratorResponse_FEATURE_PROTO3_OPTIONAL)
		profile := find(plugin, root)
		if profile == nil {
			return fmt.Errorf("there is no message %s", root)
		}
		text, err := json.MarshalIndent(document(profile), "", "  ")
		if err != nil {
			return fmt.Errorf("write the schema: %w", err)
		}
		_, err = plugin.NewGeneratedFile("profile.schema.json", "").Write(append(text, '\n'))
		return err
	})
}

func find(plugin *protogen.Plugin, name protoreflect.FullName) *protogen.Message {
	for _, file := range plugin.Files {
		for _, message := range file.Messages {
			if message.Desc.FullName() == name {
				return message
			}
		}
	}
	return nil
}
