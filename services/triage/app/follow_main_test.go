package app_test

import (
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// R19, R107: when a solution did not hold, the inquiries that were solved with it are taken up again, and solved again with the
// next one. What its own agent solved, and what its reporter agreed to, stays as it is.
func TestInquiriesAreTakenUpAgainWithTheirIncident(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	main, waiting, own, agreed := w.opened().GetName(), w.opened().GetName(), w.opened().GetName(), w.opened().GetName()
	for _, inquiry := range []string{waiting, own, agreed} {
		must(w.link(inquiry, inquiryAbout, main))(t)
	}
	must(w.resolve(own))(t)
	must(w.resolve(main))(t)
	comes := func(name string, want triagev1.TicketStatus) {
		t.Helper()
		eventually(t, name+" is "+want.String(), func() bool { return w.read(name).GetStatus() == want })
	}
	comes(waiting, triagev1.TicketStatus_TICKET_STATUS_RESOLVED)
	comes(agreed, triagev1.TicketStatus_TICKET_STATUS_RESOLVED)
	must(w.tickets.AcceptSolution(w.as("karen"), &triagev1.AcceptSolutionRequest{Name: agreed, RequestId: requestID()}))(t)

	must(w.tickets.RejectSolution(w.as("karen"), &triagev1.RejectSolutionRequest{
		Name: main, RequestId: requestID(), Reason: danish("Det sker stadig på mit kontor."),
	}))(t)
	eventually(t, "the inquiry is taken up again", func() bool { return len(w.happened(waiting, "ticket.reopened")) == 1 })
	if got := w.read(waiting).GetStatusClass(); got != triagev1.StatusClass_STATUS_CLASS_OPEN {
		t.Errorf("the inquiry is of class %v", got)
	}
	event, _ := w.last(waiting, "ticket.reopened")
	if _, said := event.Text("reason"); said {
		t.Error("the words of the incident's reporter stand on somebody else's inquiry")
	}
	must(w.resolve(main))(t)
	comes(waiting, triagev1.TicketStatus_TICKET_STATUS_RESOLVED)
	for what, name := range map[string]string{"what its own agent solved": own, "what its reporter agreed to": agreed} {
		if n := len(w.happened(name, "ticket.reopened")); n != 0 {
			t.Errorf("%s was taken up again %d times", what, n)
		}
	}
}
