package app_test

import (
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// R5, R21, R24: intake resolves for whoever registered a ticket as solved, within that person's rights, and once together with
// the call that the person made themselves. Nobody else resolves for somebody.
func TestWhatWasRegisteredAsSolvedIsResolvedForItsPersonOnce(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	intake := triagev1.NewRegistrationServiceClient(w.dial(w.address, "intake"))
	name := w.opened().GetName()
	asked := &triagev1.ResolveTicketForRequest{
		Name: name, RequestId: requestID(), Person: who("mette"), Solution: danish("Genstartet"),
		SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND,
	}
	for caller, client := range map[string]triagev1.RegistrationServiceClient{
		"notify": triagev1.NewRegistrationServiceClient(w.dial(w.address, "notify")),
		"mette":  triagev1.NewRegistrationServiceClient(w.gateway),
	} {
		ctx := t.Context()
		if caller == "mette" {
			ctx = w.as(caller)
		}
		if _, err := client.ResolveTicketFor(ctx, asked); !fault.Is(err, fault.PermissionDenied) {
			t.Errorf("%s resolves for mette: %v", caller, err)
		}
	}
	reporter := &triagev1.ResolveTicketForRequest{
		Name: name, RequestId: requestID(), Person: who("karen"), Solution: asked.GetSolution(), SolutionKind: asked.GetSolutionKind(),
	}
	if _, err := intake.ResolveTicketFor(t.Context(), reporter); !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("for somebody who may not resolve: %v", err)
	}
	for range 2 {
		got := must(intake.ResolveTicketFor(t.Context(), asked))(t)
		if got.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_RESOLVED {
			t.Errorf("it is %v", got.GetStatus())
		}
	}
	own := &triagev1.ResolveTicketRequest{
		Name: name, RequestId: asked.GetRequestId(), Solution: asked.GetSolution(), SolutionKind: asked.GetSolutionKind(),
	}
	if _, err := w.tickets.ResolveTicket(w.as("mette"), own); err != nil {
		t.Errorf("mette's own call with the same request id: %v", err)
	}
	var resolved int
	for _, e := range w.events(name) {
		if e.Record.GetType() == "ticket.resolved" {
			resolved++
			if a := e.Record.GetActor(); a.GetPerson() != who("mette") || a.GetService() != "intake" {
				t.Errorf("it was done by %v", a)
			}
		}
	}
	if resolved != 1 {
		t.Errorf("resolved %d times", resolved)
	}
}
