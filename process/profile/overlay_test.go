package profile_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile"
)

// R70, R134: a ticket comes under the centre that it was reported to, else under the one whose group has it, and under none else.
func TestATicketComesUnderItsSupportCentre(t *testing.T) {
	t.Parallel()
	shelf, _, err := profile.OpenShelf(os.DirFS("../../profiles"))
	if err != nil {
		t.Fatal(err)
	}
	desk, _ := shelf.Of("au")
	answer := func(centre string) map[string]string { return map[string]string{"centre": centre} }
	for _, tc := range []struct {
		ticket *profilev1.TicketFacts
		want   string
	}{
		{&profilev1.TicketFacts{}, "au"},
		{&profilev1.TicketFacts{Answers: answer("arts")}, "au-arts"},
		{&profilev1.TicketFacts{Answers: answer("st"), HolderGroup: "drift/netvaerk"}, "au-st"},
		{&profilev1.TicketFacts{Answers: answer("bss"), HolderGroup: "support/arts"}, "au-bss"},
		{&profilev1.TicketFacts{HolderGroup: "support/he-skejby"}, "au-he"},
		{&profilev1.TicketFacts{HolderGroup: "drift/stab"}, "au"},
	} {
		got, err := desk.Refined(tc.ticket)
		if err != nil || got.ID() != tc.want {
			t.Errorf("%v comes under %s (%v), want %s", tc.ticket, got.ID(), err, tc.want)
		}
	}
	nsp, _ := shelf.Of("nsp")
	if got, err := nsp.Refined(&profilev1.TicketFacts{Answers: answer("arts")}); err != nil || got != nsp {
		t.Errorf("a desk without centres is refined by %s (%v)", got.ID(), err)
	}
}

func TestAnOverlayStaysAsItWasWhileItsFileIsWrong(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	for _, name := range []string{"common.yaml", "desk.yaml", "centre.yaml"} {
		files[name] = &fstest.MapFile{Data: read(t, os.DirFS("testdata"), name)}
	}
	shelf, _, err := profile.OpenShelf(files)
	if err != nil {
		t.Fatal(err)
	}
	centre := func() *profile.Profile {
		t.Helper()
		for _, p := range shelf.All() {
			if len(p.Overlays()) == 1 {
				return p.Overlays()[0]
			}
		}
		return nil
	}
	before := centre()
	if before == nil || before.ID() != "centre" {
		t.Fatalf("the desk is refined by %v", before)
	}
	sound := string(files["centre.yaml"].Data)
	files["centre.yaml"] = &fstest.MapFile{Data: []byte(sound + "gates: []\n")}
	if _, err := shelf.Reload(); err == nil || centre() != before {
		t.Errorf("an overlay that deviates is refused with %v, and %v is in force", err, centre())
	}
	files["centre.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(sound, "en: Local", "en: Nearby", 1))}
	changed, err := shelf.Reload()
	if err != nil || len(changed) != 1 || !slices.Contains(changed, centre()) || centre() == before {
		t.Errorf("a sound overlay changed %d profiles (%v)", len(changed), err)
	}
	delete(files, "centre.yaml")
	if _, err := shelf.Reload(); err != nil || centre() != nil {
		t.Errorf("an overlay without a file still refines (%v)", err)
	}
}
