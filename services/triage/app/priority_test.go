package app_test

import (
	"slices"
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

func (w *world) prioritise(person, ticket string, set func(*triagev1.PrioritiseTicketRequest)) (*triagev1.Ticket, error) {
	r := &triagev1.PrioritiseTicketRequest{Name: ticket, RequestId: requestID()}
	set(r)
	return w.assess.PrioritiseTicket(w.as(person), r)
}

func byHand(priority, reason string) func(*triagev1.PrioritiseTicketRequest) {
	return func(r *triagev1.PrioritiseTicketRequest) { r.Priority, r.Reason = priority, danish(reason) }
}

func worth(impact triagev1.Impact, urgency string) func(*triagev1.PrioritiseTicketRequest) {
	return func(r *triagev1.PrioritiseTicketRequest) { r.Impact, r.Urgency = impact, urgency }
}

// R46, R47: priority follows from impact and urgency, and the decision says how.
func TestR46PriorityFollowsFromImpactAndUrgency(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	name := w.open().GetName()
	ticket := must(w.prioritise("mette", name, worth(triagev1.Impact_IMPACT_MEDIUM, "normal")))(t)
	if ticket.GetPriority() != "P3" {
		t.Errorf("medium and normal make %s, want P3", ticket.GetPriority())
	}
	if got := eventTypes(w.events(name)); !slices.Equal(got, []string{"ticket.opened", "ticket.prioritised"}) {
		t.Errorf("it happened: %v", got)
	}
	said, told := w.lastOf(t, name, "ticket.prioritised")
	if said.GetPreviousPriority() != "P4" || said.GetDecisions()[0].GetSubject() != "priority" ||
		said.GetDecisions()[0].GetAnswer() != "P3" {
		t.Errorf("from %s by %v", said.GetPreviousPriority(), said.GetDecisions())
	}
	if n := told["priority_changed"]; !slices.Equal(n.GetRecipients(), []string{"parties/sds"}) {
		t.Errorf("of the change is told %v", n)
	}
	if _, twice := told["priority.changes[reassessed]"]; twice {
		t.Error("the same party is asked to be told the same twice")
	}
}

// R49: each receiving party reassesses while it has the ticket; a party that no longer has it does not, and neither does one
// that the rule leaves out.
func TestR49APartyChangesThePriorityWhileItHasTheTicket(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.grant("lars", desk+"/parties/komponent", "", "agent", "component_supplier")
	name := w.triagedAtOperations(t)
	_, err := w.prioritise("mette", name, byHand("P3", "Flere er ramt")) // agent of the owner, not of the holder
	if !fault.Is(err, "NOT_PERMITTED_BY_PROFILE") {
		t.Errorf("a party that does not have it changed the priority: %v", err)
	}
	ticket := must(w.prioritise("jonas", name, byHand("P3", "Flere er ramt")))(t)
	if ticket.GetPriority() != "P3" || !ticket.GetAssessment().GetPriorityByHand() {
		t.Errorf("the holder set %s by hand %v", ticket.GetPriority(), ticket.GetAssessment().GetPriorityByHand())
	}
	must(w.tickets.HandOverTicket(w.as("jonas"), &triagev1.HandOverTicketRequest{
		Name: name, RequestId: requestID(), Party: desk + "/parties/komponent", Reason: danish("Komponent"),
	}))(t)
	must(w.tickets.AcceptHandOver(w.as("lars"), &triagev1.AcceptHandOverRequest{Name: name, RequestId: requestID()}))(t)
	_, err = w.prioritise("lars", name, byHand("P2", "Alle"))
	if !fault.Is(err, "NOT_PERMITTED_BY_PROFILE") {
		t.Errorf("a component supplier changed the priority: %v", err)
	}
}

// R50, R67, R117: an upgrade to P1 or P2 calls the incident manager on duty, once, and begins the major incident (R113).
func TestR50AnUpgradeCallsTheIncidentManagerOnDuty(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	name := w.triagedAtOperations(t)
	must(w.prioritise("jonas", name, worth(triagev1.Impact_IMPACT_HIGH, "high")))(t)
	_, told := w.lastOf(t, name, "ticket.prioritised")
	calls := 0
	for _, n := range told {
		if n.GetChain() != "" {
			calls++
			if n.GetChain() != "nsp_manager" && n.GetChain() != "nsp_owner" {
				t.Errorf("called is %v", n)
			}
		}
	}
	if calls != 1 {
		t.Errorf("%d chains are called: %v", calls, told)
	}
	if n := told["priority.changes[upgraded_nsp]"]; !slices.Contains(n.GetRecipients(), "roles/nsp_incident_manager") {
		t.Errorf("of the upgrade is told %v", n)
	}
	said, involved := w.lastOf(t, name, "ticket.declared_major")
	if runs := said.GetTicket().GetProcedures(); len(runs) != 1 || runs[0].GetProcedure() != "major" {
		t.Errorf("it is in %v", runs)
	}
	if n := involved["procedures[major]"]; !slices.Contains(n.GetRecipients(), "roles/nsp_incident_manager") ||
		!slices.Contains(n.GetRecipients(), "parties/netic") {
		t.Errorf("of the major incident is told %v", n)
	}
}

// R48: what a person sets stays while the rules say something else, and they may give it back.
func TestR48APrioritySetByHandStaysUntilItIsGivenBack(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	name := w.open().GetName()
	must(w.prioritise("mette", name, byHand("P3", "Erfaring")))(t)
	ticket := must(w.prioritise("mette", name, worth(triagev1.Impact_IMPACT_LOW, "low")))(t)
	if ticket.GetPriority() != "P3" || ticket.GetImpact() != triagev1.Impact_IMPACT_LOW {
		t.Errorf("it is %s with impact %s, want P3 by hand", ticket.GetPriority(), ticket.GetImpact())
	}
	must(w.prioritise("mette", name, byHand("P5", "Kun en oplysning")))(t) // R49: downwards too
	if ticket = must(w.prioritise("mette", name, worth(triagev1.Impact_IMPACT_MEDIUM, "low")))(t); ticket.GetPriority() != "P5" {
		t.Errorf("it is %s, want P5 by hand, below what the rules say", ticket.GetPriority())
	}
	must(w.prioritise("mette", name, worth(triagev1.Impact_IMPACT_LOW, "low")))(t)
	ticket = must(w.prioritise("mette", name, func(r *triagev1.PrioritiseTicketRequest) { r.ByRules = true }))(t)
	if ticket.GetPriority() != "P4" || ticket.GetAssessment().GetPriorityByHand() {
		t.Errorf("given back to the rules it is %s", ticket.GetPriority())
	}
	_, err := w.assess.PrioritiseTicket(w.as("mette"), &triagev1.PrioritiseTicketRequest{
		Name: name, RequestId: requestID(), Priority: "P3",
	})
	if got := fields(err); !slices.Equal(got, []string{"reason.text"}) {
		t.Errorf("a priority without a reason: %v", err)
	}
}

// R45-R50: on a desk with a profile there is no way around its rules.
func TestR48UpdateTicketIsNoSecondWayToAPriority(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	name := w.open().GetName()
	_, err := w.tickets.UpdateTicket(w.as("mette"), &triagev1.UpdateTicketRequest{
		RequestId: requestID(), UpdateMask: mask("priority", "impact"),
		Ticket: &triagev1.Ticket{Name: name, Priority: "P1", Impact: triagev1.Impact_IMPACT_MAJOR},
	})
	if got := fields(err); !slices.Equal(got, []string{"ticket.impact", "ticket.priority"}) {
		t.Errorf("UpdateTicket changed the priority: %v", err)
	}
}

// R51: in doubt the authority is asked, and its answer ends the doubt.
func TestR51TheAuthorityAnswersADoubtedPriority(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	name := w.triagedAtOperations(t)
	doubted := func() []*triagev1.Ticket {
		t.Helper()
		return must(w.tickets.ListTickets(w.as("chr"), &triagev1.ListTicketsRequest{
			Parent: desk, Filter: `priority_doubted = "true"`,
		}))(t).GetTickets()
	}
	if len(doubted()) != 0 {
		t.Fatal("something is doubted before anybody did")
	}
	doubt := func() error {
		_, err := w.assess.DoubtPriority(w.as("jonas"), &triagev1.DoubtPriorityRequest{
			Name: name, RequestId: requestID(), Reason: danish("Er det P4?"),
		})
		return err
	}
	if err := doubt(); err != nil {
		t.Fatal(err)
	}
	if err := doubt(); !fault.Is(err, "ALREADY_DOUBTED") {
		t.Errorf("doubted twice: %v", err)
	}
	if got := doubted(); len(got) != 1 || got[0].GetName() != name {
		t.Errorf("doubted are %v", got)
	}
	_, told := w.lastOf(t, name, "ticket.priority_doubted")
	if n := told["priority.in_doubt"]; !slices.Equal(n.GetRecipients(), []string{"roles/nsp_incident_manager"}) {
		t.Errorf("asked is %v", n)
	}
	must(w.prioritise("jonas", name, byHand("P3", "Indtil videre")))(t)
	if len(doubted()) != 1 {
		t.Error("the one who doubted answered the doubt")
	}
	must(w.prioritise("chr", name, byHand("P4", "Ja"))) // holds nothing, and has the last word
	ticket := must(w.prioritise("chr", name, byHand("P4", "Ja")))(t)
	if len(doubted()) != 0 || ticket.GetPriority() != "P4" {
		t.Errorf("after the authority's answer it is %s, doubted are %d", ticket.GetPriority(), len(doubted()))
	}
}
