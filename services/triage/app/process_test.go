package app_test

import (
	"slices"
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/triage/app"
)

// health is the authority of NSP's own profile.
const health = desk + "/parties/sundhedsdatastyrelsen"

// newNSP starts triage with a desk that follows NSP's profile, and its people in their roles.
func newNSP(t testing.TB) *world {
	t.Helper()
	return newNSPWith(t, func(*app.Config) {})
}

func newNSPWith(t testing.TB, edit func(*app.Config)) *world {
	t.Helper()
	w := startWorldWith(t, edit)
	w.furnishNSP()
	return w
}

// furnishNSP makes the desk that follows NSP's profile, and puts people in their roles.
func (w *world) furnishNSP() {
	w.t.Helper()
	given := nspDesk()
	given.Profile, given.AuthorityParty, given.ContactParty = "nsp", health, sds
	must(w.directory.CreateDesk(w.as("root"), &triagev1.CreateDeskRequest{DeskId: "nsp", RequestId: requestID(), Desk: given}))(w.t)
	w.grant("mette", sds, "", "agent", "dispatcher", "national_desk")
	w.grant("jonas", netic, drift, "agent", "operations")
	w.grant("ida", desk+"/parties/trifork", "", "agent", "fmk_supplier")
	w.grant("chr", health, "", "coordinator", "nsp_incident_manager")
}

func TestADeskThatFollowsAProfileHasItsPartiesGroupsAndRoles(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	read := must(w.directory.GetDesk(w.as("mette"), &triagev1.GetDeskRequest{Name: desk}))(t)
	if read.GetProfile() != "nsp" || len(read.GetProfileVersion()) != 64 {
		t.Errorf("the desk follows %q in version %q", read.GetProfile(), read.GetProfileVersion())
	}
	groups := must(w.directory.ListGroups(w.as("mette"), &triagev1.ListGroupsRequest{Parent: desk + "/parties/-"}))(t)
	if !slices.ContainsFunc(groups.GetGroups(), func(g *triagev1.Group) bool { return g.GetName() == drift }) {
		t.Errorf("%s is not among its groups: %v", drift, groups.GetGroups())
	}
	if got := w.count("profile_versions WHERE profile = 'nsp'"); got != 1 {
		t.Errorf("%d versions of nsp are kept", got)
	}
}

// R45-R48, R64, R85: what is said about an incident at registration gives it its priority and its place, with the reason.
func TestAnIncidentIsPrioritisedAndRoutedByTheProfileAndSaysWhy(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	opening := w.opening()
	opening.Impact = triagev1.Impact_IMPACT_MAJOR
	opening.Assessment = &triagev1.Assessment{Kind: "incident", Category: "fmk", Urgency: "high"}
	opened := must(w.intake.OpenTicket(t.Context(), opening))(t)
	if opened.GetPriority() != "P1" {
		t.Errorf("priority is %q, want P1", opened.GetPriority())
	}
	events := w.events(opened.GetName())
	if got := eventTypes(events); !slices.Equal(got, []string{"ticket.opened", "ticket.prioritised", "ticket.declared_major"}) {
		t.Fatalf("it happened: %v", got)
	}
	decisions := map[string]*triagev1.Decision{}
	told := map[string]*triagev1.NotificationRequest{}
	for _, e := range events {
		if e.Record.GetProfileVersion() == "" {
			t.Errorf("%s has no profile version", e.Record.GetType())
		}
		payload := new(triagev1.TicketEvent)
		if err := e.Record.GetPayload().UnmarshalTo(payload); err != nil {
			t.Fatal(err)
		}
		for _, d := range payload.GetDecisions() {
			decisions[d.GetSubject()] = d
		}
		for _, n := range payload.GetNotifications() {
			told[n.GetRule()] = n
		}
	}
	if d := decisions["priority"]; d.GetAnswer() != "P1" || d.GetInputs()["impact"] != "major" || d.GetProfileVersion() == "" {
		t.Errorf("the priority's reason is %v", d)
	}
	if d := decisions["route"]; d.GetAnswer() != "parties/trifork/groups/fmk" {
		t.Errorf("the route is %v", d)
	}
	if duty := told["duty"]; duty.GetChain() != "fmk_manager" || !slices.Equal(duty.GetMedia(), []string{"page"}) {
		t.Errorf("the one on duty is called by %v", duty)
	}
	if got := told["receipt"].GetRecipients(); !slices.Equal(got, []string{"persons/karen"}) {
		t.Errorf("the receipt goes to %v", got)
	}
}

// R38, [3] step 4: a ticket is triaged before it is assigned; R97, R108: gates name what would open them.
func TestTheProfileRefusesAStepAndSaysWhatWouldSatisfyIt(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	opened := w.open()
	mette := w.as("mette")
	must(w.tickets.StartWork(mette, &triagev1.StartWorkRequest{Name: opened.GetName(), RequestId: requestID()}))(t)
	_, err := w.tickets.HandOverTicket(mette, &triagev1.HandOverTicketRequest{
		Name: opened.GetName(), RequestId: requestID(), Party: netic, Group: drift, Reason: danish("Drift"),
	})
	if !fault.Is(err, "FACTS_MISSING") {
		t.Errorf("a ticket without a category was handed over: %v", err)
	}
	_, err = w.tickets.HoldTicket(mette, &triagev1.HoldTicketRequest{
		Name: opened.GetName(), RequestId: requestID(), Status: triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE,
		Reason: danish("Venter på release"),
	})
	if !fault.Is(err, "GATE_NOT_MET") {
		t.Errorf("a ticket without a change waits for its release: %v", err)
	}
}

// R109: the national desk closes; an agent of its party without that role does not.
func TestAStepIsReservedForTheRolesOfTheProfile(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.grant("lars", sds, "", "agent") // of the party, without the role
	opening := w.opening()
	opening.Assessment = &triagev1.Assessment{
		Kind: "incident", Category: "help", Answers: map[string]string{"about_fmk": "no", "users_affected": "one"},
	}
	name := must(w.intake.OpenTicket(t.Context(), opening))(t).GetName()
	must(w.tickets.StartWork(w.as("mette"), &triagev1.StartWorkRequest{Name: name, RequestId: requestID()}))(t)
	must(w.tickets.ResolveTicket(w.as("mette"), &triagev1.ResolveTicketRequest{
		Name: name, RequestId: requestID(), Solution: danish("Genstartet"), SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
	}))(t)
	_, err := w.tickets.CloseTicket(w.as("lars"), &triagev1.CloseTicketRequest{Name: name, RequestId: requestID()})
	if !fault.Is(err, "NOT_PERMITTED_BY_PROFILE") {
		t.Errorf("an agent without the role closed it: %v", err)
	}
}
