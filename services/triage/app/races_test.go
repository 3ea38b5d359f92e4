package app_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/bavn/bavn/platform/fault"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// R33: two agents take the same ticket at the same moment. One has it; the other is told that it is taken, and took nothing.
func TestOfTwoAgentsWhoTakeTheSameTicketOneHasIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant("lars", spoc, "", "agent")
	agents := []string{"mette", "lars"}
	as := []context.Context{w.as("mette"), w.as("lars")}
	for range sized(20, 1000) {
		name := w.open().GetName()
		errs := make([]error, len(agents))
		var both sync.WaitGroup
		for i := range agents {
			both.Go(func() {
				_, errs[i] = w.tickets.TakeTicket(as[i], &triagev1.TakeTicketRequest{Name: name, RequestId: requestID()})
			})
		}
		both.Wait()
		won := slices.Index(errs, nil)
		if won < 0 || !fault.Is(errs[1-won], "ALREADY_TAKEN") {
			t.Fatalf("they are answered %v and %v", errs[0], errs[1])
		}
		if got, taken := w.get(name).GetAssignee(), len(w.happened(name, "ticket.taken")); got != who(agents[won]) || taken != 1 {
			t.Fatalf("%s took it, and %s has it, taken %d times", agents[won], got, taken)
		}
	}
}

// One fault, one ticket: of two opposite merges at once exactly one stands, and the other is told so.
func TestOfTwoOppositeMergesOneStands(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	for range sized(4, 1000) {
		pair := []string{w.opened().GetName(), w.opened().GetName()}
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i := range pair {
			both.Go(func() {
				_, errs[i] = w.links.MergeTicket(w.as("mette"), &triagev1.MergeTicketRequest{
					Name: pair[i], RequestId: requestID(), Into: pair[1-i], Reason: danish("Samme fejl"),
				})
			})
		}
		both.Wait()
		won := slices.Index(errs, nil)
		if won < 0 || errs[1-won] == nil || !fault.Is(errs[1-won], "ALREADY_MERGED") {
			t.Fatalf("the merges answered %v and %v", errs[0], errs[1])
		}
		if ended, lives := w.read(pair[won]), w.read(pair[1-won]); ended.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_CANCELLED ||
			lives.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS {
			t.Fatalf("the winner is %s, the other %s", ended.GetStatus(), lives.GetStatus())
		}
	}
}
