package profile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/bavn/bavn/process/profile"
)

var testdata = os.DirFS("testdata")

// files are the test profiles, for tests to change.
func files(t *testing.T) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{}
	for _, name := range []string{"common.yaml", "desk.yaml", "centre.yaml"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = &fstest.MapFile{Data: data}
	}
	return all
}

func load(t *testing.T, fsys fs.FS, name string) *profile.Profile {
	t.Helper()
	p, err := profile.Load(fsys, name)
	if err != nil {
		t.Fatalf("%s is refused:\n%v", name, err)
	}
	return p
}

func TestTheShippedProfilesAreSound(t *testing.T) {
	t.Parallel()
	shipped, err := fs.Glob(os.DirFS("../../profiles"), "*.yaml")
	if err != nil || len(shipped) == 0 {
		t.Fatal("there are no shipped profiles:", err)
	}
	problems, err := profile.Check(os.DirFS("../../profiles"), shipped...)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v\n%v", err, problems)
	}
}

func TestADeskAndItsOverlayAreTakenAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"common.yaml", "desk.yaml", "centre.yaml"} {
		load(t, files(t), name)
	}
}

func TestWhatOnlyRefinesIsTaken(t *testing.T) { // R134: add and tighten
	t.Parallel()
	for name, more := range map[string]string{
		"a sub-status, which stands where its status does": `
statuses:
  - {id: spare_part, parent: awaiting_user, label: {da: A, sv: B, en: C}, class: waiting, clock: paused}`,
		"a way out of it for those who have one out of its status": `
statuses:
  - {id: spare_part, parent: awaiting_user, label: {da: A, sv: B, en: C}, class: waiting, clock: paused}
transitions:
  - {id: found, step: resolve, from: [spare_part], to: [resolved], by: [holder_agent]}`,
		"a step that fewer may take": `
transitions:
  - {id: reopen, by: [owner_agent], roles: [agent]}`,
		"a condition on a step": `
transitions:
  - {id: reopen, when: ticket.times_reopened < 3, refusal: {da: A, sv: B, en: C}}`,
		"a legal deadline made sooner": `
legal_clocks:
  - {id: gdpr, told_roles: [incident_manager, agent], stages: [{id: authority, within: 48h}]}`,
		"something optional dropped": `
drop: [{path: "kinds[request]", reason: there are none}]`,
	} {
		all := files(t)
		all["desk.yaml"].Data = append(all["desk.yaml"].Data, more[1:]+"\n"...)
		if _, err := profile.Load(all, "desk.yaml"); err != nil {
			t.Errorf("%s is refused:\n%v", name, err)
		}
	}
}

func TestAWindowUntilItsOwnHourLastsADay(t *testing.T) {
	t.Parallel()
	all := files(t)
	text := string(all["desk.yaml"].Data)
	from, until := strings.Index(text, "        - {id: day, week"), strings.Index(text, "hand_overs:")
	all["desk.yaml"].Data = []byte(text[:from] +
		"        - {id: all, week: [\"mon-sun 08:00-08:00+1\"], chain: owner}\n" +
		text[until:])
	load(t, all, "desk.yaml")
}

// bad is one row of testdata/bad.yaml: an edit of a sound profile, and what the loader must say.
type bad struct {
	Name    string
	File    string // edited; desk.yaml where empty
	Load    string // loaded; the edited one where empty
	Find    string
	Replace string
	Append  string
	Whole   string // instead of an edit
	Expect  []string
	Says    string
}

func TestABadProfileIsRefusedWithFileLinePathAndRule(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/bad.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []bad
	if err := yaml.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, tc := range cases {
		t.Run(tc.Name, func(t *testing.T) {
			t.Parallel()
			if tc.File == "" {
				tc.File = "desk.yaml"
			}
			if tc.Load == "" {
				tc.Load = tc.File
			}
			all := files(t)
			all[tc.File] = &fstest.MapFile{Data: []byte(edited(t, string(all[tc.File].Data), tc))}
			_, err := profile.Load(all, tc.Load)
			var problems profile.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("the profile was taken (%v), expected %v", err, tc.Expect)
			}
			got := make([]string, len(problems))
			for i, p := range problems {
				got[i] = fmt.Sprintf("%s:%d %s %s", p.File, p.Line, p.Path, p.Rule)
			}
			if diff := cmp.Diff(tc.Expect, got); diff != "" {
				t.Errorf("what is wrong is said differently (-want +got):\n%s\nin full:\n%v", diff, problems)
			}
			if !strings.Contains(err.Error(), tc.Says) {
				t.Errorf("the message does not help with %q:\n%v", tc.Says, err)
			}
		})
	}
}

func edited(t *testing.T, text string, tc bad) string {
	t.Helper()
	if tc.Whole != "" {
		return tc.Whole
	}
	if tc.Find != "" {
		if strings.Count(text, tc.Find) != 1 {
			t.Fatalf("%q stands %d times in %s", tc.Find, strings.Count(text, tc.Find), tc.File)
		}
		text = strings.Replace(text, tc.Find, tc.Replace, 1)
	}
	return text + tc.Append
}
