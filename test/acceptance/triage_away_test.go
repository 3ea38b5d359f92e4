package acceptance_test

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// TestWhileTriageIsAwayAReportGetsItsNumberAndIsOpenedLater reports over REST while triage is stopped.
func TestWhileTriageIsAwayAReportGetsItsNumberAndIsOpenedLater(t *testing.T) {
	t.Parallel()
	running, h := furnished(t)
	ctx, cancel := context.WithTimeout(t.Context(), walkLimit)
	defer cancel()
	if err := running.StopService(ctx, "triage"); err != nil {
		t.Fatal(err)
	}
	ole := h.As(ctx, house.Ole)
	report := house.Report(house.Desk, "Reported while triage is away")
	submission, err := h.REST.Submissions.SubmitTicket(ole, report)
	if err != nil {
		t.Fatal(err)
	}
	if submission.GetTicket() == "" || submission.GetOutcome() != intakev1.Outcome_OUTCOME_UNSPECIFIED {
		t.Errorf("the answer is %v, want a number and no outcome yet", submission)
	}
	again, err := h.REST.Submissions.SubmitTicket(ole, report)
	if err != nil || again.GetName() != submission.GetName() {
		t.Errorf("the same report again: %v %v", again, err)
	}
	promised := &triagev1.GetTicketRequest{Name: submission.GetTicket()}
	if _, err := h.REST.Tickets.GetTicket(ole, promised); status.Code(err) != codes.Unavailable {
		t.Errorf("triage is away and answers %v", err)
	}
	if err := running.StartService(ctx, "triage"); err != nil {
		t.Fatal(err)
	}
	err = house.Until(ctx, func(ctx context.Context) error {
		request := &intakev1.GetSubmissionRequest{Name: submission.GetName()}
		settled, err := h.REST.Submissions.GetSubmission(h.As(ctx, house.Ole), request)
		if err == nil && settled.GetOutcome() != intakev1.Outcome_OUTCOME_OPENED {
			err = fmt.Errorf("%s is %s", settled.GetName(), settled.GetOutcome())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := h.REST.Tickets.GetTicket(ole, promised)
	if err != nil || ticket.GetSubmission() != submission.GetName() || ticket.GetTitle() != report.GetTitle().GetText() {
		t.Errorf("opened as %v (%v)", ticket, err)
	}
	list, err := h.REST.Tickets.ListTickets(ole, &triagev1.ListTicketsRequest{Parent: house.Desk})
	if err != nil || len(list.GetTickets()) != 1 {
		t.Errorf("there are %d tickets, want one: %v", len(list.GetTickets()), err)
	}
}
