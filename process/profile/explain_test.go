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
		states, routes := p.LifeCycleDiagram(language).Mermaid(), p.RoutingDiagram(language).Mermaid()
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

func TestTheOverviewOfTheLifeCycleNamesEveryStatusOnceAndKeepsTheWaysThrough(t *testing.T) { // R93
	t.Parallel()
	p := nsp(t)
	overview := p.LifeCycleOverview("en")
	drawn := overview.Mermaid()
	for _, status := range p.Settings().GetStatuses() {
		if n := strings.Count(drawn, status.GetLabel().GetEn()); n < 1 {
			t.Errorf("%s is not drawn", status.GetId())
		}
	}
	seen := map[profile.Arrow]bool{}
	for _, arrow := range overview.Arrows {
		arrow.Label = ""
		if seen[arrow] || arrow.From == arrow.To {
			t.Errorf("%v is drawn twice, or leads nowhere", arrow)
		}
		seen[arrow] = true
	}
	for _, want := range []string{"in_progress --> _waiting: Hold", "_waiting --> resolved: Resolve", "resolved --> closed: Close"} {
		if !strings.Contains(drawn, want) {
			t.Errorf("%q is not drawn:\n%s", want, drawn)
		}
	}
}

func TestADiagramForGraphvizIsSafeWhateverALabelSays(t *testing.T) {
	t.Parallel()
	d := profile.Diagram{
		Nodes:  []profile.Node{{ID: "a", Label: `"quoted" \N`}, {ID: "b", Shape: profile.End}},
		Arrows: []profile.Arrow{{From: "a", To: "b", Label: "a label that is much too long for one line"}},
	}
	dot := d.DOT()
	for _, want := range []string{`label="\"quoted\" \\N"`, `"b" [label=" ", shape=doublecircle`, `much too\nlong`} {
		if !strings.Contains(dot, want) {
			t.Errorf("%s is not in\n%s", want, dot)
		}
	}
}
