package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

const profiles = "../../../profiles/"

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile(profiles + "profile.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("profile.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiledSchema, err := compiler.Compile("profile.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiledSchema
}

// written is a YAML text as an editor hands it to the schema.
func written(t *testing.T, text []byte) any {
	t.Helper()
	var content any
	if err := yaml.Unmarshal(text, &content); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestEditorsAcceptTheShippedProfiles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(profiles + "*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no profiles:", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled(t).Validate(written(t, text)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestEditorsRefuseWhatTheLoaderRefuses(t *testing.T) {
	t.Parallel()
	sound, err := os.ReadFile(profiles + "itil-base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string][2]string{
		"an unknown key":           {"kind: base", "kind: base\ncolour: red"},
		"an unknown value":         {"class: waiting", "class: sleeping"},
		"a value in capitals":      {"class: waiting", "class: WAITING"},
		"a span that is none":      {"within: 72h", "within: three days"},
		"another format":           {"format: 1", "format: 2"},
		"an entry without an id":   {"- {id: auditor, ", "- {"},
		"text instead of a switch": {"initial: true", "initial: perhaps"},
	} {
		text := strings.Replace(string(sound), edit[0], edit[1], 1)
		if text == string(sound) {
			t.Fatalf("%s: %q is not there", name, edit[0])
		}
		if compiled(t).Validate(written(t, []byte(text))) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
