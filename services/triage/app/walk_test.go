package app_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/process"
)

// TestOneIncidentIsCarriedFromTheContactPartyToOperationsAndBack is the whole life of a ticket, over the wire.
func TestOneIncidentIsCarriedFromTheContactPartyToOperationsAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.open()
	name := ticket.GetName()
	step := func(do func() (*triagev1.Ticket, error)) *triagev1.Ticket {
		t.Helper()
		w.clock.Advance(time.Minute)
		return must(do())(t)
	}
	if ticket.GetStatus() != process.Registered || ticket.GetTitle() != "Kan ikke logge ind" ||
		ticket.GetDescription() != "Siden i morges." || ticket.GetEtag() == "" {
		t.Fatalf("opened: %v", ticket)
	}
	step(func() (*triagev1.Ticket, error) {
		return w.tickets.TakeTicket(w.as("mette"), &triagev1.TakeTicketRequest{
			Name: name, RequestId: requestID(), Etag: ticket.GetEtag(),
		})
	})
	step(func() (*triagev1.Ticket, error) {
		return w.tickets.StartWork(w.as("mette"), &triagev1.StartWorkRequest{Name: name, RequestId: requestID()})
	})
	step(func() (*triagev1.Ticket, error) {
		return w.tickets.HoldTicket(w.as("mette"), &triagev1.HoldTicketRequest{
			Name: name, RequestId: requestID(), Status: process.AwaitingUser, Reason: danish("Hvilken browser?"),
		})
	})
	step(func() (*triagev1.Ticket, error) {
		return w.tickets.ResumeTicket(w.as("karen"), &triagev1.ResumeTicketRequest{
			Name: name, RequestId: requestID(), Note: danish("Firefox"),
		})
	})
	step(func() (*triagev1.Ticket, error) {
		return w.tickets.HandOverTicket(w.as("mette"), &triagev1.HandOverTicketRequest{
			Name: name, RequestId: requestID(), Party: netic, Group: drift, Reason: danish("Serveren er jeres"),
		})
	})
	step(func() (*triagev1.Ticket, error) {
		return w.tickets.AcceptHandOver(w.as("jonas"), &triagev1.AcceptHandOverRequest{Name: name, RequestId: requestID()})
	})
	step(func() (*triagev1.Ticket, error) {
		return w.tickets.StartWork(w.as("jonas"), &triagev1.StartWorkRequest{Name: name, RequestId: requestID()})
	})
	solved := step(func() (*triagev1.Ticket, error) {
		return w.tickets.ResolveTicket(w.as("jonas"), &triagev1.ResolveTicketRequest{
			Name: name, RequestId: requestID(), Solution: danish("Genstartet"),
			SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND,
		})
	})
	if solved.GetHolderParty() != spoc || solved.GetAssignee() != who("mette") || solved.GetSolution() != "Genstartet" ||
		solved.GetTitle() != "Kan ikke logge ind" {
		t.Errorf("solved: %v", solved)
	}
	step(func() (*triagev1.Ticket, error) {
		return w.tickets.AcceptSolution(w.as("bo"), &triagev1.AcceptSolutionRequest{Name: name, RequestId: requestID()})
	})
	closed := step(func() (*triagev1.Ticket, error) {
		return w.tickets.CloseTicket(w.as("mette"), &triagev1.CloseTicketRequest{Name: name, RequestId: requestID()})
	})

	read := must(w.tickets.GetTicket(w.as("karen"), &triagev1.GetTicketRequest{Name: name}))(t)
	if diff := cmp.Diff(closed, read, protocmp.Transform()); diff != "" {
		t.Errorf("the answer to the command (-) is not what is read afterwards (+):\n%s", diff)
	}
	w.checkJourney(name)
	w.checkClocks(name)
}

func (w *world) checkJourney(name string) {
	w.t.Helper()
	events := w.events(name)
	want := []string{
		"ticket.opened", "ticket.taken", "ticket.work_started", "ticket.held", "ticket.resumed", "ticket.hand_over_offered",
		"ticket.handed_over", "ticket.work_started", "ticket.resolved", "ticket.solution_accepted", "ticket.closed",
	}
	if diff := cmp.Diff(want, eventTypes(events)); diff != "" {
		w.t.Errorf("what happened (-want +got):\n%s", diff)
	}
	handedOver := events[6].Record
	if a := handedOver.GetActor(); a.GetPerson() != who("jonas") || a.GetParty() != netic {
		w.t.Errorf("handed over by %v, want jonas for netic", a)
	}
	if resumed := events[4].Record.GetActor(); resumed.GetPerson() != who("karen") || resumed.GetParty() != "" {
		w.t.Errorf("resumed by %v, want karen for herself", resumed)
	}
	payload := new(triagev1.TicketEvent)
	if err := handedOver.GetPayload().UnmarshalTo(payload); err != nil || payload.GetPreviousHolderParty() != spoc {
		w.t.Errorf("handed over from %q (%v), want %s", payload.GetPreviousHolderParty(), err, spoc)
	}
	if _, ok := events[8].Text("solution"); !ok {
		w.t.Error("the solution does not travel beside its event")
	}
	for _, e := range events {
		if !proto.Equal(e.Record.GetJourney(), events[0].Record.GetJourney()) || len(e.Record.GetJourney().GetTraceId()) != 16 ||
			len(e.Record.GetJourney().GetRootSpanId()) != 8 {
			w.t.Errorf("%s is of the journey %v, the ticket of %v", e.Ref(), e.Record.GetJourney(), events[0].Record.GetJourney())
		}
	}
	if _, err := feed.VerifyChain(feed.Head{}, events); err != nil {
		w.t.Errorf("the chain does not verify: %v", err)
	}
}

func (w *world) checkClocks(name string) {
	w.t.Helper()
	w.clock.Advance(24 * time.Hour)
	clocks := must(w.tickets.GetTicketClocks(w.as("jonas"), &triagev1.GetTicketClocksRequest{Name: name}))(w.t)
	minutes := func(n int) *durationpb.Duration { return durationpb.New(time.Duration(n) * time.Minute) }
	want := []*triagev1.PartyClock{
		{Party: spoc, Status: process.Registered, Elapsed: minutes(1)},
		{Party: spoc, Status: process.Assigned, Elapsed: minutes(1)},
		{Party: spoc, Status: process.InProgress, Elapsed: minutes(3)},
		{Party: spoc, Status: process.AwaitingUser, Elapsed: minutes(1)},
		{Party: netic, Status: process.Assigned, Elapsed: minutes(1)},
		{Party: netic, Status: process.InProgress, Elapsed: minutes(1)},
		{Party: spoc, Status: process.Resolved, Elapsed: minutes(2)},
	}
	if diff := cmp.Diff(want, clocks.GetClocks(), protocmp.Transform()); diff != "" {
		w.t.Errorf("party clocks (-want +got):\n%s", diff)
	}
	if clocks.GetTotal().AsDuration() != 10*time.Minute {
		w.t.Errorf("total %v: a closed ticket's clocks must stand", clocks.GetTotal().AsDuration())
	}
}
