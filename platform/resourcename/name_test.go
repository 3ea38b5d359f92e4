package resourcename_test

import (
	"testing"

	"github.com/bavn/bavn/platform/resourcename"
)

func TestANameTellsItsDeskAndItsID(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ desk, id string }{
		"desks/nsp":                            {"nsp", "nsp"},
		"desks/nsp/tickets/ASCP00000042":       {"nsp", "ASCP00000042"},
		"desks/nsp/parties/netic/groups/drift": {"nsp", "drift"},
		"":                                     {"", ""},
	} {
		if desk, id := resourcename.Desk(name), resourcename.ID(name); desk != want.desk || id != want.id {
			t.Errorf("%q is read as desk %q, id %q; want %q and %q", name, desk, id, want.desk, want.id)
		}
	}
}
