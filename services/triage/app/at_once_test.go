package app_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// R66, [3] step 18a: what the FMK supplier found is the supplier's own, or offered to FMK's operations, as it is registered;
// without its word, its category, or while it is restricted, the national desk sends it.
func TestWhatASupplierFoundGoesAtOnce(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.on(time.Monday, 10, 0)
	trifork, operations := desk+"/parties/trifork", desk+"/parties/fmk-drift/groups/drift"
	found := func(change func(*triagev1.Assessment)) *triagev1.Ticket {
		opening := w.opening()
		opening.Reporter = who("ida")
		opening.Assessment = &triagev1.Assessment{
			Kind: "incident", Category: "fmk", Channel: "own_find", FoundBy: trifork, AffectsUsers: proto.Bool(true),
			Answers: map[string]string{"solves_it_itself": "yes"},
		}
		change(opening.Assessment)
		return must(w.intake.OpenTicket(t.Context(), opening))(t)
	}

	own := found(func(*triagev1.Assessment) {})
	if own.GetHolderGroup() != trifork+"/groups/fmk" || own.GetHandOver() != nil {
		t.Errorf("it solves it itself, and it lies with %s, offered %v", own.GetHolderGroup(), own.GetHandOver())
	}
	offered := found(func(a *triagev1.Assessment) { a.Answers["solves_it_itself"] = "no" })
	offer := offered.GetHandOver()
	if offered.GetHolderParty() != sds || offer.GetGroup() != operations || offer.GetOfferedBy() != who("ida") {
		t.Errorf("it does not solve it, and it lies with %s, offered %v", offered.GetHolderParty(), offer)
	}
	w.rings(offer.GetExpireTime().AsTime(), offered.GetName(), "ticket.hand_over_expired", 1)

	w.on(time.Monday, 10, 0)
	for what, change := range map[string]func(*triagev1.Assessment){
		"nobody said who solves it": func(a *triagev1.Assessment) { a.Answers = nil },
		"it has no category":        func(a *triagev1.Assessment) { a.Category = "" },
		"it is restricted":          func(a *triagev1.Assessment) { a.ItSecurityBreach = true },
	} {
		if got := found(change); got.GetHolderParty() != sds || got.GetHandOver() != nil {
			t.Errorf("%s, and it lies with %s, offered %v", what, got.GetHolderParty(), got.GetHandOver())
		}
	}
}
