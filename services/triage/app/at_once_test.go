package app_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

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

// R10, R66: what would have gone at once but came at night goes at 08:00, with the offer's timer; what somebody sent elsewhere in
// the night stays where they sent it.
func TestWhatWaitedForTheMorningGoesOnThen(t *testing.T) {
	t.Parallel()
	w := newNSPSaying(t, "form: found, source", "form: found, queue_calendar: working_hours, source")
	night := w.on(time.Monday, 22, 0)
	found := func(solvesItself string) *triagev1.Ticket {
		opening := w.opening()
		opening.Reporter = who("ida")
		opening.Assessment = &triagev1.Assessment{
			Kind: "incident", Category: "fmk", Channel: "own_find", FoundBy: desk + "/parties/trifork", AffectsUsers: proto.Bool(true),
			Answers: map[string]string{"solves_it_itself": solvesItself},
		}
		opened := must(w.intake.OpenTicket(t.Context(), opening))(t)
		if opened.GetHolderParty() != sds || opened.GetQueueTime() == nil || opened.GetHandOver() != nil {
			t.Errorf("at night it lies with %s, offered %v", opened.GetHolderParty(), opened.GetHandOver())
		}
		return opened
	}
	own, others, byHand := found("yes"), found("no"), found("yes")
	must(w.tickets.AssignTicket(w.as("mette"), &triagev1.AssignTicketRequest{
		Name: byHand.GetName(), RequestId: requestID(), Group: sds + "/groups/spoc",
	}))(t)

	morning := night.Add(10 * time.Hour)
	w.rings(morning, own.GetName(), "ticket.queued", 1)
	if got := w.get(own.GetName()); got.GetHolderGroup() != desk+"/parties/trifork/groups/fmk" {
		t.Errorf("in the morning it lies with %s", got.GetHolderGroup())
	}
	w.rings(morning, others.GetName(), "ticket.hand_over_offered", 1)
	offer := w.get(others.GetName()).GetHandOver()
	if offer.GetGroup() != desk+"/parties/fmk-drift/groups/drift" || offer.GetOfferedBy() != who("ida") {
		t.Errorf("in the morning it is offered %v", offer)
	}
	w.rings(morning, byHand.GetName(), "ticket.queued", 1)
	if got := w.get(byHand.GetName()); got.GetHolderGroup() != sds+"/groups/spoc" {
		t.Errorf("what was assigned in the night lies with %s in the morning", got.GetHolderGroup())
	}
	w.rings(offer.GetExpireTime().AsTime(), others.GetName(), "ticket.hand_over_expired", 1)
}

// R41, R67: a route may look for whoever is on duty: who stands in, or has the contact's role, if they work where it leads.
func TestARouteFindsWhoeverIsOnDuty(t *testing.T) {
	t.Parallel()
	w := newNSPSaying(t, "to: {group: trifork/fmk, at_once: true}", "to: {group: trifork/fmk, at_once: true, pick: on_duty}")
	now := w.on(time.Monday, 10, 0)
	assignee := func() string {
		opening := w.opening()
		opening.Reporter = who("ida")
		opening.Assessment = &triagev1.Assessment{
			Kind: "incident", Category: "fmk", Channel: "own_find", FoundBy: desk + "/parties/trifork", AffectsUsers: proto.Bool(true),
			Answers: map[string]string{"solves_it_itself": "yes"},
		}
		opened := must(w.intake.OpenTicket(t.Context(), opening))(t)
		if opened.GetHolderGroup() != desk+"/parties/trifork/groups/fmk" {
			t.Errorf("it lies with %s", opened.GetHolderGroup())
		}
		if opened.GetAssignee() != "" {
			if rule := w.decided(opened.GetName(), "assignee"); rule != "routing[fmk_solves_itself]" {
				t.Errorf("%s has it by %s", opened.GetAssignee(), rule)
			}
		}
		return opened.GetAssignee()
	}
	stands := func(person string, until time.Duration) *triagev1.Shift {
		return must(w.onCall.OverrideShift(w.as("chr"), &triagev1.OverrideShiftRequest{
			Parent: desk, RequestId: requestID(), Shift: &triagev1.Shift{
				Plan: "fmk", Person: who(person), StartTime: timestamppb.New(now), EndTime: timestamppb.New(now.Add(until)),
			},
		}))(t)
	}
	if got := assignee(); got != "" {
		t.Errorf("nobody who works there is on duty, and %s has it", got)
	}
	shift := stands("jonas", time.Hour)
	if got := assignee(); got != "" {
		t.Errorf("Jonas, of operations, stands in, and at the FMK supplier %s has it", got)
	}
	must(w.onCall.CancelShift(w.as("chr"), &triagev1.CancelShiftRequest{Name: shift.GetName(), RequestId: requestID()}))(t)
	stands("ida", 2*time.Hour)
	if got := assignee(); got != who("ida") {
		t.Errorf("Ida stands in, and %q has it", got)
	}
	w.clock.Set(now.Add(2 * time.Hour))
	if got := assignee(); got != "" {
		t.Errorf("her time is over, and %s has it", got)
	}
	w.grant("anton", health, "", "fmk_incident_manager")
	w.grant("anton", desk+"/parties/trifork", "", "agent")
	if got := assignee(); got != who("anton") {
		t.Errorf("Anton has the role of the contact, and %q has it", got)
	}
}
