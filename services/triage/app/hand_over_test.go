package app_test

import (
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

func (w *world) offer(name, party string) *triagev1.Ticket {
	w.t.Helper()
	return must(w.tickets.HandOverTicket(w.as("mette"), &triagev1.HandOverTicketRequest{
		Name: name, RequestId: requestID(), Party: party, Reason: danish("Jeres"),
	}))(w.t)
}

func TestAnOfferThatNobodyAnswersLapses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.inProgress().GetName()
	offered := w.offer(name, fmk)
	lapse := offered.GetHandOver().GetExpireTime().AsTime()
	if got := lapse.Sub(w.clock.Now()); got != 4*time.Hour {
		t.Errorf("an offer waits %v, want four hours", got)
	}
	w.clock.Set(lapse)
	eventually(t, "the offer lapses", func() bool {
		ticket := must(w.tickets.GetTicket(w.as("mette"), &triagev1.GetTicketRequest{Name: name}))(t)
		return ticket.GetHandOver() == nil
	})
	events := w.events(name)
	last := events[len(events)-1].Record
	if last.GetType() != "ticket.hand_over_expired" || last.GetActor().GetService() != "triage" ||
		last.GetCause().GetRule() != "hand_over.expired" || last.GetActor().GetPerson() != "" {
		t.Errorf("%s by %v because of %v", last.GetType(), last.GetActor(), last.GetCause())
	}
	ticket := must(w.tickets.GetTicket(w.as("mette"), &triagev1.GetTicketRequest{Name: name}))(t)
	if ticket.GetAssignee() != who("mette") {
		t.Errorf("a lapsed offer moved the ticket to %q", ticket.GetAssignee())
	}
	_, err := w.tickets.AcceptHandOver(w.as("ida"), &triagev1.AcceptHandOverRequest{Name: name, RequestId: requestID()})
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("accepted too late: %v", err)
	}
}

func TestATimerThatRingsEarlyRingsAgainWhenTheOffersTimeHasCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.inProgress().GetName()
	lapse := w.offer(name, fmk).GetHandOver().GetExpireTime().AsTime()
	// The database's clock is hours ahead of this replica's.
	if _, err := w.pool.Exec(t.Context(), `UPDATE river_job SET state = 'available', scheduled_at = created_at - interval '1 hour'
		WHERE kind = 'hand_over_expiry'`); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the early timer has rung, and is set again", func() bool {
		return w.count("river_job WHERE kind = 'hand_over_expiry' AND state = 'scheduled' AND metadata->>'snoozes' = '1'") == 1
	})
	if got := must(w.tickets.GetTicket(w.as("mette"), &triagev1.GetTicketRequest{Name: name}))(t); got.GetHandOver() == nil {
		t.Error("the offer ended before its time")
	}
	w.clock.Set(lapse)
	eventually(t, "the offer lapses", func() bool {
		return must(w.tickets.GetTicket(w.as("mette"), &triagev1.GetTicketRequest{Name: name}))(t).GetHandOver() == nil
	})
}

func TestTheTimerOfAnAnsweredOfferEndsNoLaterOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.inProgress().GetName()
	first := w.offer(name, fmk).GetHandOver().GetExpireTime().AsTime()
	must(w.tickets.DeclineHandOver(w.as("ida"), &triagev1.DeclineHandOverRequest{
		Name: name, RequestId: requestID(), Reason: danish("Nej"),
	}))(t)
	w.clock.Advance(time.Hour)
	w.offer(name, netic)
	w.clock.Set(first)
	eventually(t, "the first offer's timer has run", func() bool {
		return w.count("river_job WHERE kind = 'hand_over_expiry' AND state = 'completed'") == 1
	})
	ticket := must(w.tickets.GetTicket(w.as("mette"), &triagev1.GetTicketRequest{Name: name}))(t)
	if ticket.GetHandOver().GetParty() != netic {
		t.Errorf("the second offer is %v", ticket.GetHandOver())
	}
}

// R60, R63: the responsibility moves when the other party takes it, and the work stays where it is.
func TestResponsibilityMovesOnlyWhenItIsAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.inProgress().GetName()
	transfer := func() {
		t.Helper()
		must(w.tickets.TransferResponsibility(w.as("mette"), &triagev1.TransferResponsibilityRequest{
			Name: name, RequestId: requestID(), Party: fmk, Reason: danish("Det er jeres register"),
		}))(t)
	}
	transfer()
	must(w.tickets.DeclineResponsibility(w.as("ida"), &triagev1.DeclineResponsibilityRequest{
		Name: name, RequestId: requestID(), Reason: danish("Nej"),
	}))(t)
	transfer()
	if got := must(w.tickets.GetTicket(w.as("ida"), &triagev1.GetTicketRequest{Name: name}))(t); got.GetOwnerParty() != spoc {
		t.Errorf("the owner is %s before anybody accepted", got.GetOwnerParty())
	}
	got := must(w.tickets.AcceptResponsibility(w.as("ida"), &triagev1.AcceptResponsibilityRequest{
		Name: name, RequestId: requestID(), Owner: who("ida"),
	}))(t)
	if got.GetOwnerParty() != fmk || got.GetOwner() != who("ida") || got.GetHolderParty() != spoc ||
		got.GetAssignee() != who("mette") {
		t.Errorf("accepted: %v", got)
	}
}

// R102, R107: what is not solved goes back to who solved it; what is closed is opened again.
func TestTheUserRejectsTheTechnicianIsFoundAndAClosedTicketIsReopened(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.resolved().GetName()
	rejected := must(w.tickets.RejectSolution(w.as("karen"), &triagev1.RejectSolutionRequest{
		Name: name, RequestId: requestID(), Reason: danish("Det sker stadig"),
	}))(t)
	if rejected.GetAssignee() != who("jonas") || rejected.GetHolderGroup() != drift {
		t.Errorf("rejected: %v", rejected)
	}
	must(w.tickets.ResolveTicket(w.as("jonas"), &triagev1.ResolveTicketRequest{
		Name: name, RequestId: requestID(), Solution: danish("Skiftet"), SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
	}))(t)
	returned := must(w.tickets.ReturnToTechnician(w.as("chr"), &triagev1.ReturnToTechnicianRequest{
		Name: name, RequestId: requestID(), Reason: danish("Hvad blev skiftet?"),
	}))(t)
	if returned.GetAssignee() != who("jonas") {
		t.Errorf("returned: %v", returned)
	}
	must(w.tickets.ResolveTicket(w.as("jonas"), &triagev1.ResolveTicketRequest{
		Name: name, RequestId: requestID(), Solution: danish("Disken skiftet"),
		SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
	}))(t)
	must(w.tickets.CloseTicket(w.as("mette"), &triagev1.CloseTicketRequest{Name: name, RequestId: requestID()}))(t)
	reopened := must(w.tickets.ReopenTicket(w.as("bo"), &triagev1.ReopenTicketRequest{
		Name: name, RequestId: requestID(), Reason: danish("Igen"),
	}))(t)
	if reopened.GetHolderParty() != spoc || reopened.GetAssignee() != "" || reopened.GetReopenCount() != 1 ||
		reopened.GetSolution() != "Disken skiftet" {
		t.Errorf("reopened: %v", reopened)
	}
	must(w.tickets.AssignTicket(w.as("sofie"), &triagev1.AssignTicketRequest{
		Name: name, RequestId: requestID(), Assignee: who("mette"),
	}))(t)
	cancelled := must(w.tickets.CancelTicket(w.as("karen"), &triagev1.CancelTicketRequest{
		Name: name, RequestId: requestID(), Reason: danish("Det var min egen fejl"),
	}))(t)
	if cancelled.GetCloseTime() == nil {
		t.Errorf("cancelled: %v", cancelled)
	}
}
