package profile_test

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/bavn/bavn/process/profile"
)

// FuzzLoad: whatever stands in a file, it is taken or refused with a place for every problem; nothing stops the process.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"common.yaml", "desk.yaml", "centre.yaml"} {
		data, err := fs.ReadFile(testdata, name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	for _, text := range []string{
		"drop: [{path: \"\"}]", "drop: [{path: \"[\"}]", "drop: [{path: \"gates[documented].step\"}]", "gates: [{id: {}}]",
		"[", "a: &a [*a]",
		"format: 1\nextends: fuzzed.yaml", "on_call: {plans: [{id: a, windows: [{id: b, week: [x]}]}]}",
		"statuses: [{id: a, parent: a}]", "categories: [{id: a, parent: a}]", "gates: [{id: a, when: \"ticket.now +\"}]",
	} {
		f.Add(text)
	}
	common, err := fs.ReadFile(testdata, "common.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		files := fstest.MapFS{"fuzzed.yaml": {Data: []byte(text)}, "common.yaml": {Data: common}}
		p, err := profile.Load(files, "fuzzed.yaml")
		var problems profile.Problems
		if err != nil && !errors.As(err, &problems) {
			t.Fatalf("the failure is no list of problems: %v", err)
		}
		for _, problem := range problems {
			if problem.File == "" || problem.Line < 1 || problem.Column < 1 || problem.Rule == "" || problem.Message == "" {
				t.Errorf("a problem without its place: %+v", problem)
			}
		}
		if (p == nil) != (err != nil) {
			t.Error("neither taken nor refused")
		}
	})
}
