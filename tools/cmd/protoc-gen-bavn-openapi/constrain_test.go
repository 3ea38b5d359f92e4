package main

import (
	"encoding/json"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"github.com/getkin/kin-openapi/openapi3"
	"google.golang.org/protobuf/encoding/prototext"
)

// Every transport refuses the same input: what protovalidate will check must be readable in the REST contract.
func TestAProtovalidateRuleIsSaidInJSONSchema(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		schema *openapi3.Schema
		rules  string
		want   string
	}{
		"length": {
			openapi3.NewStringSchema(), `string: {min_len: 1, max_len: 20}`,
			`{"type":"string","minLength":1,"maxLength":20}`,
		},
		"exact length": {
			openapi3.NewStringSchema(), `string: {len: 8}`,
			`{"type":"string","minLength":8,"maxLength":8}`,
		},
		"pattern": {
			openapi3.NewStringSchema(), `string: {pattern: "^desks/x$"}`,
			`{"type":"string","pattern":"^desks/x$"}`,
		},
		"a rule that lets the empty string through": {
			openapi3.NewStringSchema(), `ignore: IGNORE_IF_ZERO_VALUE string: {pattern: "^desks/x$", min_len: 3}`,
			`{"type":"string","pattern":"^$|^desks/x$"}`,
		},
		"choice that may be left open": {
			openapi3.NewStringSchema(), `ignore: IGNORE_IF_ZERO_VALUE string: {in: ["da", "sv"]}`,
			`{"type":"string","enum":["da","sv",""]}`,
		},
		"uuid": {
			openapi3.NewStringSchema(), `string: {uuid: true}`,
			`{"type":"string","format":"uuid"}`,
		},
		"bounds, zero included": {
			openapi3.NewInt32Schema(), `int32: {gte: 0, lte: 63}`,
			`{"type":"integer","format":"int32","minimum":0,"maximum":63}`,
		},
		"open bounds": {
			openapi3.NewFloat64Schema(), `double: {gt: 0, lt: 1}`,
			`{"type":"number","minimum":0,"exclusiveMinimum":true,"maximum":1,"exclusiveMaximum":true}`,
		},
		"64-bit integers are strings in JSON": {
			openapi3.NewStringSchema(), `int64: {gte: 0}`,
			`{"type":"string"}`,
		},
		"list and its items": {
			openapi3.NewArraySchema().WithItems(openapi3.NewStringSchema()),
			`repeated: {min_items: 1, max_items: 16, unique: true, items: {string: {max_len: 50}}}`,
			`{"type":"array","minItems":1,"maxItems":16,"uniqueItems":true,"items":{"type":"string","maxLength":50}}`,
		},
		"map": {
			openapi3.NewObjectSchema(), `map: {max_pairs: 10}`,
			`{"type":"object","maxProperties":10}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := &validate.FieldRules{}
			if err := prototext.Unmarshal([]byte(test.rules), rules); err != nil {
				t.Fatal(err)
			}
			constrain(test.schema.NewRef(), rules)
			if got := normal(t, test.schema); got != normal(t, json.RawMessage(test.want)) {
				t.Errorf("%s became %s, want %s", test.rules, got, test.want)
			}
		})
	}
}

func TestAReferenceIsNotConstrained(t *testing.T) {
	t.Parallel()
	shared := openapi3.NewStringSchema()
	constrain(openapi3.NewSchemaRef("#/components/schemas/shared", shared), &validate.FieldRules{
		Type: &validate.FieldRules_String_{String_: &validate.StringRules{MaxLen: new(uint64)}},
	})
	if shared.MaxLength != nil {
		t.Error("the rule of one field changed the schema that every field of the type shares")
	}
}

// normal brings JSON into one order of keys.
func normal(t *testing.T, value any) string {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	sorted, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return string(sorted)
}
