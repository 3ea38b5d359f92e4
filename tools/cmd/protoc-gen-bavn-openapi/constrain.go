package main

import (
	"slices"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"github.com/getkin/kin-openapi/openapi3"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// constrainMessage writes the limits of a message's fields, and of the messages declared in it, into their schemas.
func constrainMessage(document *openapi3.T, message *protogen.Message) {
	for _, nested := range message.Messages {
		constrainMessage(document, nested)
	}
	schema := document.Components.Schemas[schemaName(message)]
	if schema == nil {
		return
	}
	for _, field := range message.Fields {
		if property := schema.Value.Properties[field.Desc.JSONName()]; property != nil {
			constrainField(property, field)
		}
	}
}

func constrainField(schema *openapi3.SchemaRef, field *protogen.Field) {
	if rules, ok := proto.GetExtension(field.Desc.Options(), validate.E_Field).(*validate.FieldRules); ok {
		constrain(schema, rules)
	}
}

// constrain says in JSON Schema what protovalidate will check. Rules that JSON Schema cannot say (CEL) are left to the
// server. A reference is left alone: its own message carries its rules.
func constrain(schema *openapi3.SchemaRef, rules *validate.FieldRules) {
	if schema == nil || schema.Ref != "" || rules == nil {
		return
	}
	target := schema.Value
	switch kind := rules.WhichType(); kind {
	case validate.FieldRules_String__case:
		constrainString(target, rules.GetString(), rules.GetIgnore() == validate.Ignore_IGNORE_IF_ZERO_VALUE)
	case validate.FieldRules_Repeated_case:
		repeated := rules.GetRepeated()
		target.MinItems = repeated.GetMinItems()
		target.MaxItems = repeated.MaxItems
		target.UniqueItems = repeated.GetUnique()
		constrain(target.Items, repeated.GetItems())
	case validate.FieldRules_Map_case:
		target.MinProps = rules.GetMap().GetMinPairs()
		target.MaxProps = rules.GetMap().MaxPairs
	case validate.FieldRules_Int32_case, validate.FieldRules_Uint32_case, validate.FieldRules_Double_case:
		constrainNumber(target, rules.ProtoReflect())
	default: // 64-bit integers are strings in JSON; the others have nothing that JSON Schema could say.
	}
}

// constrainString: a rule that is ignored for the empty string must let it through here too, because servers send empty
// fields.
func constrainString(target *openapi3.Schema, rules *validate.StringRules, emptyAllowed bool) {
	target.MaxLength = rules.MaxLen
	if length := rules.Len; length != nil {
		target.MinLength, target.MaxLength = *length, length
	}
	switch {
	case rules.GetUuid():
		target.Format = "uuid"
	case rules.GetEmail():
		target.Format = "email"
	case rules.GetUri():
		target.Format = "uri"
	}
	for _, value := range rules.GetIn() {
		target.Enum = append(target.Enum, value)
	}
	if !emptyAllowed {
		target.MinLength = max(target.MinLength, rules.GetMinLen())
		target.Pattern = rules.GetPattern()
		return
	}
	target.MinLength = 0
	if pattern := rules.GetPattern(); pattern != "" {
		target.Pattern = "^$|" + pattern
	}
	if len(target.Enum) > 0 {
		target.Enum = append(target.Enum, "")
	}
}

// constrainNumber reads gte, lte, gt and lt by name, because every numeric type has rules of its own type.
func constrainNumber(target *openapi3.Schema, rules protoreflect.Message) {
	kind := rules.WhichOneof(rules.Descriptor().Oneofs().ByName("type"))
	numeric := rules.Get(kind).Message()
	bound := func(name protoreflect.Name) *float64 {
		field := numeric.Descriptor().Fields().ByName(name)
		if !numeric.Has(field) {
			return nil
		}
		var value float64
		switch number := numeric.Get(field).Interface().(type) {
		case int32:
			value = float64(number)
		case uint32:
			value = float64(number)
		case float64:
			value = number
		}
		return &value
	}
	target.Min, target.Max = bound("gte"), bound("lte")
	if above := bound("gt"); above != nil {
		target.Min, target.ExclusiveMin = above, openapi3.ExclusiveBound{Bool: proto.Bool(true)}
	}
	if below := bound("lt"); below != nil {
		target.Max, target.ExclusiveMax = below, openapi3.ExclusiveBound{Bool: proto.Bool(true)}
	}
}

func isRequired(field *protogen.Field) bool {
	behaviours, _ := proto.GetExtension(field.Desc.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return slices.Contains(behaviours, annotations.FieldBehavior_REQUIRED)
}
