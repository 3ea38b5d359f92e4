package main

import "testing"

func TestDescriptionsCarryNothingThatOnlyProtoCommentsNeed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ comment, want string }{
		"continuation lines": {"Reads a ticket.\n Changes nothing.", "Reads a ticket.\nChanges nothing."},
		"lint directives":    {"The feed.\n buf:lint:ignore SERVICE_SUFFIX", "The feed."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document := map[string]any{"tags": []any{map[string]any{"description": test.comment}}}
			tidyDescriptions(document)
			if got := document["tags"].([]any)[0].(map[string]any)["description"]; got != test.want {
				t.Errorf("%q became %q, want %q", test.comment, got, test.want)
			}
		})
	}
}

func TestAPropertyNamedDescriptionIsKept(t *testing.T) {
	t.Parallel()
	property := map[string]any{"type": "string"}
	properties := map[string]any{"description": property}
	tidyDescriptions(properties)
	if got, ok := properties["description"].(map[string]any); !ok || got["type"] != "string" {
		t.Errorf("the property became %v", properties["description"])
	}
}

func TestSchemasAreNamedForTheirServiceWithoutTheVersion(t *testing.T) {
	t.Parallel()
	for long, short := range map[string]string{
		"'#/components/schemas/bavn.triage.v1.Ticket'": "'#/components/schemas/triage.Ticket'",
		"'#/components/schemas/google.rpc.Status'":     "'#/components/schemas/google.rpc.Status'",
		"package bavn.triage.v1":                       "package bavn.triage.v1",
	} {
		if got := string(shortenNames([]byte(long))); got != short {
			t.Errorf("%s became %s, want %s", long, got, short)
		}
	}
}
