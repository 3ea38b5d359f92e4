package main

import (
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// schema is a JSON Schema, as far as profiles need it.
type schema struct {
	Schema      string             `json:"$schema,omitempty"`
	Title       string             `json:"title,omitempty"`
	Ref         string             `json:"$ref,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        string             `json:"type,omitempty"`
	Const       any                `json:"const,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	OneOf       []*schema          `json:"oneOf,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Format      string             `json:"format,omitempty"`
	MinLength   uint64             `json:"minLength,omitempty"`
	MaxLength   uint64             `json:"maxLength,omitempty"`
	Minimum     *int32             `json:"minimum,omitempty"`
	Maximum     *int32             `json:"maximum,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	MinItems    uint64             `json:"minItems,omitempty"`
	MaxItems    uint64             `json:"maxItems,omitempty"`
	UniqueItems bool               `json:"uniqueItems,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Additional  *bool              `json:"additionalProperties,omitempty"`
	Definitions map[string]*schema `json:"$defs,omitempty"`
}

// document is the schema of a message and of everything in it.
func document(message *protogen.Message) *schema {
	w := &writer{definitions: map[string]*schema{}}
	top := w.object(message)
	top.Schema, top.Title = "https://json-schema.org/draft/2020-12/schema", "Bavn process profile"
	top.Required = []string{"format", "id", "kind", "label"}
	top.Definitions = w.definitions
	return top
}

type writer struct{ definitions map[string]*schema }

func (w *writer) object(message *protogen.Message) *schema {
	object := &schema{
		Description: comment(message.Comments), Type: "object", Additional: proto.Bool(false), Properties: map[string]*schema{},
	}
	for _, field := range message.Fields {
		object.Properties[string(field.Desc.Name())] = w.field(field)
		if field.Desc.Name() == "id" && message.Desc.FullName() != root {
			object.Required = []string{"id"} // entries are known by it, in a base and in what refines it
		}
	}
	return object
}

func (w *writer) field(field *protogen.Field) *schema {
	rules, _ := proto.GetExtension(field.Desc.Options(), validate.E_Field).(*validate.FieldRules)
	if !field.Desc.IsList() {
		single := w.single(field, rules)
		single.Description = comment(field.Comments)
		return single
	}
	list := rules.GetRepeated()
	return &schema{
		Description: comment(field.Comments), Type: "array", Items: w.single(field, list.GetItems()),
		MinItems: list.GetMinItems(), MaxItems: list.GetMaxItems(), UniqueItems: list.GetUnique(),
	}
}

func (w *writer) single(field *protogen.Field, rules *validate.FieldRules) *schema {
	switch field.Desc.Kind() {
	case protoreflect.MessageKind:
		name := string(field.Message.Desc.Name())
		if w.definitions[name] == nil {
			w.definitions[name] = &schema{} // a message within itself ends here
			w.definitions[name] = w.object(field.Message)
		}
		return &schema{Ref: "#/$defs/" + name}
	case protoreflect.EnumKind:
		return enumeration(field.Enum)
	case protoreflect.BoolKind:
		return &schema{Type: "boolean"}
	case protoreflect.Int32Kind:
		return number(rules.GetInt32())
	default:
		return text(rules)
	}
}

// enumeration lists the values with their comments.
func enumeration(enum *protogen.Enum) *schema {
	prefix := strings.TrimSuffix(string(enum.Values[0].Desc.Name()), "UNSPECIFIED")
	var values []*schema
	for _, value := range enum.Values[1:] {
		written := strings.ToLower(strings.TrimPrefix(string(value.Desc.Name()), prefix))
		values = append(values, &schema{Const: written, Description: comment(value.Comments)})
	}
	return &schema{OneOf: values}
}

func number(rules *validate.Int32Rules) *schema {
	whole := &schema{Type: "integer"}
	if rules.HasConst() {
		whole.Const = rules.GetConst()
	}
	if rules.HasGte() {
		whole.Minimum = proto.Int32(rules.GetGte())
	}
	if rules.HasLte() {
		whole.Maximum = proto.Int32(rules.GetLte())
	}
	return whole
}

func text(rules *validate.FieldRules) *schema {
	of := rules.GetString()
	written := &schema{
		Type: "string", Enum: of.GetIn(), Pattern: of.GetPattern(), MinLength: of.GetMinLen(), MaxLength: of.GetMaxLen(),
	}
	switch {
	case of.GetEmail():
		written.Format = "email"
	case of.GetUri():
		written.Format = "uri"
	}
	return written
}

// comment is what the contract says above a name, in one line.
func comment(of protogen.CommentSet) string {
	return strings.Join(strings.Fields(string(of.Leading)), " ")
}
