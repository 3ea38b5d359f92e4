package app_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// R98, R107: notify accepts and rejects as the person who was told of the solution, within that person's rights and for that
// solution alone. Nobody else may act for somebody.
func TestASolutionIsAnsweredForWhoWasToldOfItAndForNobodyElse(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	notify := triagev1.NewDelegateServiceClient(w.dial(w.address, "notify"))
	name := w.opened().GetName()
	solved := must(w.resolve(name))(t)
	accept := &triagev1.AcceptSolutionForRequest{
		Name: name, RequestId: requestID(), Person: who("karen"), ResolveTime: solved.GetResolveTime(),
	}
	for caller, client := range map[string]triagev1.DelegateServiceClient{
		"intake": triagev1.NewDelegateServiceClient(w.dial(w.address, "intake")),
		"mette":  triagev1.NewDelegateServiceClient(w.gateway),
	} {
		ctx := t.Context()
		if caller == "mette" {
			ctx = w.as(caller)
		}
		if _, err := client.AcceptSolutionFor(ctx, accept); !fault.Is(err, fault.PermissionDenied) {
			t.Errorf("%s acts for karen: %v", caller, err)
		}
	}
	stranger := &triagev1.AcceptSolutionForRequest{
		Name: name, RequestId: requestID(), Person: who("nobody-here"), ResolveTime: solved.GetResolveTime(),
	}
	if _, err := notify.AcceptSolutionFor(t.Context(), stranger); !fault.Is(err, fault.NotFound) {
		t.Errorf("for a stranger: %v", err)
	}
	earlier := &triagev1.AcceptSolutionForRequest{
		Name: name, RequestId: requestID(), Person: who("karen"),
		ResolveTime: timestamppb.New(solved.GetResolveTime().AsTime().Add(-time.Hour)),
	}
	if _, err := notify.AcceptSolutionFor(t.Context(), earlier); !fault.Is(err, "SOLUTION_OUTDATED") {
		t.Errorf("for an earlier solution: %v", err)
	}
	for range 2 { // once, however often it is asked for
		if got := must(notify.AcceptSolutionFor(t.Context(), accept))(t); !got.GetSolutionAccepted() {
			t.Errorf("it is %v", got)
		}
	}
	var accepted int
	for _, e := range w.events(name) {
		if e.Record.GetType() == "ticket.solution_accepted" {
			accepted++
			if a := e.Record.GetActor(); a.GetPerson() != who("karen") || a.GetService() != "notify" {
				t.Errorf("it was done by %v", a)
			}
		}
	}
	if accepted != 1 {
		t.Errorf("accepted %d times", accepted)
	}
}

// R50: a contact answers once it was called; a turn in doubt is passed on, in the chain's first round and once.
func TestAPageIsAnsweredForAContactAndPassedOnInDoubt(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	notify := triagev1.NewDelegateServiceClient(w.dial(w.address, "notify"))
	page := w.page(w.urgent("nsp-operations").GetName())
	first, second := page.GetLinks()[0].GetContact(), page.GetLinks()[1].GetContact()
	early := &triagev1.AcknowledgePageForRequest{Name: page.GetName(), RequestId: requestID(), Contact: second}
	if _, err := notify.AcknowledgePageFor(t.Context(), early); !fault.Is(err, fault.NotFound) {
		t.Errorf("%s answers before being called: %v", second, err)
	}
	for range 2 {
		passed := must(notify.PassPage(t.Context(), &triagev1.PassPageRequest{
			Name: page.GetName(), RequestId: requestID(),
			Turn: 1,
		}))(t)
		if passed.GetTurn() != 2 {
			t.Errorf("turn %d, want 2", passed.GetTurn())
		}
	}
	must(notify.PassPage(t.Context(), &triagev1.PassPageRequest{Name: page.GetName(), RequestId: requestID(), Turn: 2}))(t)
	round := must(notify.PassPage(t.Context(), &triagev1.PassPageRequest{Name: page.GetName(), RequestId: requestID(), Turn: 3}))(t)
	if round.GetTurn() != 3 {
		t.Errorf("in the second round it is passed on to turn %d: a broken provider drives the chain round", round.GetTurn())
	}
	late := &triagev1.AcknowledgePageForRequest{Name: page.GetName(), RequestId: requestID(), Contact: first}
	for range 2 {
		answered := must(notify.AcknowledgePageFor(t.Context(), late))(t)
		if answered.GetState() != triagev1.PageState_PAGE_STATE_ACKNOWLEDGED || answered.GetAcknowledgedContact() != first {
			t.Errorf("it is %v", answered)
		}
	}
	if _, err := notify.AcknowledgePageFor(t.Context(), early); !fault.Is(err, "PAGE_ANSWERED") {
		t.Errorf("another answer: %v", err)
	}
}
