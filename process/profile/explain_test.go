package profile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bavn/bavn/process/profile"
)

func TestExplainSaysWhereASettingStandsAndFromWhichSource(t *testing.T) {
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	for path, want := range map[string]profile.Setting{
		"silence[requests].after": {
			Value: "48h", At: profile.Position{File: "desk.yaml", Line: 154, Column: 71}, Source: "[2] step 8",
		},
		"gates[documented].step": {
			Value: "close", At: profile.Position{File: "common.yaml", Line: 28, Column: 11}, Source: "R99",
		},
	} {
		got := desk.Explain(path)
		if len(got) != 1 {
			t.Fatalf("%s: %v", path, got)
		}
		want.Path = path
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Error(diff)
		}
	}
	if got := desk.Explain("silence"); len(got) != 10 {
		t.Errorf("the two rules of silence say %d things, want 10", len(got))
	}
	if got := desk.Explain("sile"); got != nil {
		t.Errorf("half a name finds %v", got)
	}
}

func TestDiffSaysWhatChangedAndNothingElse(t *testing.T) {
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	if changes := profile.Diff(desk, desk); changes != nil {
		t.Errorf("a profile differs from itself in %v", changes)
	}
	all := files(t)
	all["desk.yaml"].Data = []byte(strings.NewReplacer(
		"after: 48h", "after: 24h", "warn_before: 2d, ", "",
		"closing: {closed_by: [agent]}", "closing: {closed_by: [agent], survey: true}",
	).Replace(string(all["desk.yaml"].Data)))
	var got []string
	for _, change := range profile.Diff(desk, load(t, all, "desk.yaml")) {
		before, after := "-", "-"
		path := ""
		if change.Before != nil {
			before, path = change.Before.Value, change.Before.Path
		}
		if change.After != nil {
			after, path = change.After.Value, change.After.Path
		}
		got = append(got, path+": "+before+" → "+after)
	}
	want := []string{
		"silence[requests].after: 48h → 24h", "closing.survey: - → true", "silence[rest].warn_before: 2d → -",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDiagramsNameEveryStatusAndEveryCategory(t *testing.T) {
	t.Parallel()
	p := nsp(t)
	for _, language := range []string{"da", "sv", "en"} {
		states, routes := p.LifeCycleDiagram(language), p.RoutingDiagram(language)
		for _, status := range p.Settings().GetStatuses() {
			if !strings.Contains(states, `"`+profile.In(language, status.GetLabel())+`" as `+status.GetId()) {
				t.Errorf("%s is not drawn in %s", status.GetId(), language)
			}
		}
		for _, category := range p.Settings().GetCategories() {
			if !strings.Contains(routes, `("`+profile.In(language, category.GetLabel())+`")`) {
				t.Errorf("%s is not drawn in %s", category.GetId(), language)
			}
		}
		if !strings.Contains(states, "resolved --> closed: ") || !strings.Contains(states, "[*] --> registered") {
			t.Errorf("the way through a ticket's life is not drawn:\n%s", states)
		}
	}
}
