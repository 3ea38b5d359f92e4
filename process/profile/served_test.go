package profile_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile"
)

// A service that has the settings from triage decides like triage, which has the files (R134).
func TestAProfileThatIsServedAnswersLikeTheOneThatWasLoaded(t *testing.T) {
	t.Parallel()
	shelf, _, err := profile.OpenShelf(os.DirFS("../../profiles"))
	if err != nil {
		t.Fatal(err)
	}
	for _, loaded := range shelf.All() {
		raw, err := proto.Marshal(loaded.Settings())
		if err != nil {
			t.Fatal(err)
		}
		settings := new(profilev1.Profile)
		if err := proto.Unmarshal(raw, settings); err != nil {
			t.Fatal(err)
		}
		served, err := profile.Served(settings)
		if err != nil {
			t.Fatalf("%s is refused: %v", loaded.ID(), err)
		}
		if served.Version() != loaded.Version() {
			t.Errorf("%s has the version %s, and %s when it is served", loaded.ID(), loaded.Version(), served.Version())
		}
		for _, facts := range []*profilev1.TicketFacts{
			{Priority: "P1", HolderParty: "komponent"}, {Priority: "P2", HolderParty: "netic"}, {Priority: "P4"}, {},
		} {
			want, err := loaded.Announcements(facts)
			if err != nil {
				t.Fatal(err)
			}
			got, err := served.Announcements(facts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(rulesOf(want), rulesOf(got)); diff != "" {
				t.Errorf("%s announces %v differently: %s", loaded.ID(), facts, diff)
			}
		}
		if len(served.Conditions()) != len(loaded.Conditions()) {
			t.Errorf("%s has %d conditions, and %d when it is served", loaded.ID(), len(loaded.Conditions()), len(served.Conditions()))
		}
	}
}

func rulesOf(held []profile.Held[*profilev1.AnnouncementRule]) []string {
	var rules []string
	for _, h := range held {
		rules = append(rules, h.Why.Rule)
	}
	return rules
}
