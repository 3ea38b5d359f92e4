package domain

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/profiles"
)

// nspDesk is a desk that follows NSP's profile.
func nspDesk(t *testing.T) Desk {
	t.Helper()
	shelf, _, err := profile.OpenShelf(profiles.Shipped)
	if err != nil {
		t.Fatal(err)
	}
	nsp, found := shelf.Of("nsp")
	if !found {
		t.Fatal("nsp is not on the shelf")
	}
	const name = "desks/nsp"
	return Desk{
		Name: name, AuthorityParty: name + "/parties/sundhedsdatastyrelsen", ContactParty: name + "/parties/sds", Process: nsp,
	}
}

// R68: an escalation happens by itself when its condition comes to hold, once per rule and ticket, and those whom it names are
// told.
func TestAnEscalationHappensByItselfOncePerRuleWhenATargetIsAtRisk(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	opening := Opening{
		Name: "desks/nsp/tickets/ASCP00000001", Reporter: "desks/nsp/persons/karen", AffectedUser: "desks/nsp/persons/bo",
		Title: Text{Name: TextTitle, Text: "Nede"}, SubmitTime: at, Impact: triagev1.Impact_IMPACT_MAJOR,
		Assessment: &triagev1.Assessment{Kind: "incident", Category: "nsp", Urgency: "high"},
	}
	step := func(o Outcome, before Ticket, err error) Outcome {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		after, err := o.Follow(before, o.Events[len(o.Events)-1].At)
		if err != nil {
			t.Fatal(err)
		}
		return after
	}
	opened := step(Open(nspDesk(t), opening, at), Ticket{}, nil)
	if got := len(opened.Ticket.Facts.GetEscalations()); got != 0 || opened.Ticket.Facts.GetPriority() != "P1" {
		t.Fatalf("a new %s has %d escalations", opened.Ticket.Facts.GetPriority(), got)
	}
	ticket := opened.Ticket
	ticket.Facts.Deadlines = []*triagev1.Deadline{{
		Kind: triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, Rule: "targets[p1].solution",
		State:   triagev1.DeadlineState_DEADLINE_STATE_RUNNING,
		DueTime: timestamppb.New(at.Add(2 * time.Hour)), WarnTime: timestamppb.New(at.Add(90 * time.Minute)),
	}}
	for minutes, want := range map[int]int{89: 0, 90: 1} {
		now := at.Add(time.Duration(minutes) * time.Minute)
		begun, err := ticket.StartWork(mette, now)
		if got := len(step(begun, ticket, err).Ticket.Facts.GetEscalations()); got != want {
			t.Errorf("%d minutes after it was opened there are %d escalations, want %d", minutes, got, want)
		}
	}
	begun, err := ticket.StartWork(mette, at.Add(95*time.Minute))
	escalated := step(begun, ticket, err)
	last := escalated.Events[len(escalated.Events)-1]
	if told := last.Payload.GetNotifications(); last.Type != "ticket.escalated" || len(told) != 1 ||
		told[0].GetRecipients()[0] != "roles/nsp_incident_manager" {
		t.Errorf("the last event is %s and tells %v", last.Type, told)
	}
	record := escalated.Ticket.Facts.GetEscalations()[0]
	if record.GetRule() != "at_risk" || !record.GetHierarchical() || record.GetNumber() != escalated.Ticket.Revision {
		t.Errorf("the escalation is %v at revision %d", record, escalated.Ticket.Revision)
	}
	held, err := escalated.Ticket.Hold(Wait{Status: process.AwaitingUser}, Text{Name: TextReason, Text: "Hvornår?"},
		at.Add(100*time.Minute))
	again := step(held, escalated.Ticket, err)
	if got := len(again.Ticket.Facts.GetEscalations()); got != 1 {
		t.Errorf("after another step there are %d escalations", got)
	}
}
