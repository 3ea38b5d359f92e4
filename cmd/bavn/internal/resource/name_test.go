package resource_test

import (
	"testing"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
)

func TestShortNamesAreOfTheDesk(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ got, want string }{
		{resource.Desk("nsp"), "desks/nsp"},
		{resource.Desk("desks/nsp"), "desks/nsp"},
		{resource.Ticket("nsp", "ascp00000001"), "desks/nsp/tickets/ASCP00000001"},
		{resource.Ticket("nsp", "desks/vinst/tickets/VINS000001"), "desks/vinst/tickets/VINS000001"},
		{resource.Person("nsp", "mette"), "desks/nsp/persons/mette"},
		{resource.Person("nsp", ""), ""},
		{resource.Party("desks/nsp", "netic"), "desks/nsp/parties/netic"},
		{resource.Short("desks/nsp/parties/netic/groups/drift"), "netic/drift"},
		{resource.Short("desks/nsp/persons/mette"), "mette"},
		{resource.Short(""), ""},
		{resource.ID("desks/nsp/parties/netic/groups/drift"), "drift"},
	} {
		if tc.got != tc.want {
			t.Errorf("got %q, want %q", tc.got, tc.want)
		}
	}
}

func TestAHolderIsAPartyOrAGroup(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string][2]string{
		"netic":                                {"desks/nsp/parties/netic", ""},
		"netic/drift":                          {"desks/nsp/parties/netic", "desks/nsp/parties/netic/groups/drift"},
		"desks/nsp/parties/netic/groups/drift": {"desks/nsp/parties/netic", "desks/nsp/parties/netic/groups/drift"},
		"desks/nsp/parties/netic":              {"desks/nsp/parties/netic", ""},
	} {
		party, group, err := resource.Holder("nsp", typed)
		if err != nil || party != want[0] || group != want[1] {
			t.Errorf("%s: %q, %q, %v", typed, party, group, err)
		}
	}
	for _, wrong := range []string{"", "netic/", "a/b/c", "desks/nsp/persons/mette"} {
		if party, group, err := resource.Holder("nsp", wrong); err == nil {
			t.Errorf("%q is taken for %q, %q", wrong, party, group)
		}
	}
}
