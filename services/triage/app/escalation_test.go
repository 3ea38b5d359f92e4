package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

const (
	trifork     = desk + "/parties/trifork"
	applikation = desk + "/parties/applikation"
)

// triaged is a ticket of NSP's that says what routing and hand-over ask for.
func (w *world) triaged(category string) *triagev1.Ticket {
	w.t.Helper()
	opening := w.opening()
	opening.Impact = triagev1.Impact_IMPACT_LOW
	opening.Assessment = &triagev1.Assessment{
		Kind: "incident", Category: category, Urgency: "low",
		Answers: map[string]string{"about_fmk": "no", "users_affected": "one"},
	}
	opened := must(w.intake.OpenTicket(w.t.Context(), opening))(w.t)
	if category == "help" { // nothing is asked about it
		return opened
	}
	return w.answered(opened, map[string]string{"what_symptoms": "Langsom"})
}

// answered is a ticket whose questions mette answered in words.
func (w *world) answered(t *triagev1.Ticket, words map[string]string) *triagev1.Ticket {
	w.t.Helper()
	request := &triagev1.AnswerGuideRequest{Name: t.GetName(), RequestId: requestID()}
	for question, said := range words {
		request.Answers = append(request.Answers, &triagev1.GuideAnswer{Question: question, Words: danish(said)})
	}
	return must(w.assess.AnswerGuide(w.as("mette"), request))(w.t)
}

// route sends a ticket where mette finds that it belongs.
func (w *world) route(t *triagev1.Ticket) *triagev1.RouteTicketResponse {
	w.t.Helper()
	return must(w.escalate.RouteTicket(w.as("mette"), &triagev1.RouteTicketRequest{Name: t.GetName(), RequestId: requestID()}))(w.t)
}

// requests are the messages that the last event of a type asks for.
func (w *world) requests(ticket, eventType string) []*triagev1.NotificationRequest {
	w.t.Helper()
	payload := new(triagev1.TicketEvent)
	for _, e := range w.events(ticket) {
		if e.Record.GetType() != eventType {
			continue
		}
		payload.Reset()
		if err := e.Record.GetPayload().UnmarshalTo(payload); err != nil {
			w.t.Fatal(err)
		}
	}
	return payload.GetNotifications()
}

// violations are what a refusal says would satisfy it.
func violations(err error) string {
	var said []string
	for _, detail := range status.Convert(err).Details() {
		if failure, ok := detail.(*errdetails.PreconditionFailure); ok {
			for _, violation := range failure.GetViolations() {
				said = append(said, violation.GetSubject()+": "+violation.GetDescription())
			}
		}
	}
	return strings.Join(said, "\n")
}

// R41, R64: the ticket goes where the profile says, and the answer says why; what is there already goes nowhere.
func TestATicketIsRoutedWhereTheProfileSaysAndTheAnswerSaysWhy(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	opened := w.triaged("fmk")
	asked := &triagev1.RouteTicketRequest{Name: opened.GetName(), RequestId: requestID()}
	for range 2 {
		routed := must(w.escalate.RouteTicket(w.as("mette"), asked))(t)
		if offer := routed.GetTicket().GetHandOver(); offer.GetGroup() != trifork+"/groups/fmk" {
			t.Errorf("it is offered to %v", offer)
		}
		if d := routed.GetDecision(); d.GetAnswer() != "parties/trifork/groups/fmk" || d.GetRule() != "categories[fmk].route" ||
			d.GetInputs()["category"] != "fmk" {
			t.Errorf("the reason is %v", d)
		}
	}
	if _, err := w.escalate.RouteTicket(w.as("mette"), &triagev1.RouteTicketRequest{
		Name: opened.GetName(), RequestId: requestID(),
	}); !fault.Is(err, "OFFER_PENDING") {
		t.Errorf("it is routed twice: %v", err)
	}
	within := w.triaged("help")
	routed := w.route(within)
	if got := routed.GetTicket(); got.GetHolderGroup() != sds+"/groups/spoc" || got.GetHandOver() != nil {
		t.Errorf("within the party it lies with %s, offered %v", got.GetHolderGroup(), got.GetHandOver())
	}
	_, err := w.escalate.RouteTicket(w.as("mette"), &triagev1.RouteTicketRequest{Name: within.GetName(), RequestId: requestID()})
	if !fault.Is(err, "SAME_HOLDER") {
		t.Errorf("it is routed to where it is: %v", err)
	}
	if _, err := w.escalate.RouteTicket(w.as("karen"), &triagev1.RouteTicketRequest{
		Name: within.GetName(), RequestId: requestID(),
	}); !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("the reporter routes: %v", err)
	}
}

// R38: routing to another party asks for what handing over asks for.
func TestRoutingTakesNoWayAroundTheProfilesDemands(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	opening := w.opening()
	opening.Assessment = &triagev1.Assessment{Kind: "incident", Category: "fmk"} // the guide's questions are not answered
	opened := must(w.intake.OpenTicket(t.Context(), opening))(t)
	_, err := w.escalate.RouteTicket(w.as("mette"), &triagev1.RouteTicketRequest{Name: opened.GetName(), RequestId: requestID()})
	if !fault.Is(err, "FACTS_MISSING") {
		t.Errorf("a ticket whose guide nobody has answered is routed away: %v", err)
	}
}

// atOperations is a ticket that jonas of operations has.
func (w *world) atOperations() *triagev1.Ticket {
	w.t.Helper()
	opened := w.triaged("nsp-operations")
	w.route(opened)
	return must(w.tickets.AcceptHandOver(w.as("jonas"), &triagev1.AcceptHandOverRequest{
		Name: opened.GetName(), RequestId: requestID(), Assignee: who("jonas"),
	}))(w.t)
}

// R56, R57, R65: who cannot solve it turns to where the profile leads from there, and nowhere else.
func TestAFunctionalEscalationLeadsOnlyWhereTheProfileLeads(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	held := w.atOperations()
	_, err := w.escalate.EscalateTicket(w.as("jonas"), &triagev1.EscalateTicketRequest{
		Name: held.GetName(), RequestId: requestID(), To: desk + "/parties/komponent/groups/komponenter",
		Reason: danish("Komponentfejl"),
	})
	if !fault.Is(err, "NO_SUCH_ESCALATION") ||
		!strings.Contains(violations(err), "to_application: parties/applikation/groups/support") {
		t.Errorf("operations turns past the application supplier: %v %s", err, violations(err))
	}
	escalated := must(w.escalate.EscalateTicket(w.as("jonas"), &triagev1.EscalateTicketRequest{
		Name: held.GetName(), RequestId: requestID(), Reason: danish("Fejl i applikationen"),
	}))(t)
	record := escalated.GetEscalations()[0]
	if escalated.GetHandOver().GetGroup() != applikation+"/groups/support" || record.GetRule() != "to_application" ||
		record.GetTo() != "parties/applikation/groups/support" || record.GetEscalatedBy() != who("jonas") {
		t.Errorf("it is offered to %v by %v", escalated.GetHandOver(), record)
	}
	types := eventTypes(w.events(held.GetName()))
	if got := types[len(types)-2:]; !slices.Equal(got, []string{"ticket.hand_over_offered", "ticket.escalated"}) {
		t.Errorf("it happened: %v", got)
	}
	listed := must(w.escalate.ListEscalations(w.as("chr"), &triagev1.ListEscalationsRequest{Parent: desk}))(t)
	if len(listed.GetEscalations()) != 0 {
		t.Errorf("a functional escalation waits for a manager: %v", listed)
	}
	w.clock.Advance(time.Hour) // the offer has its timer
}

// R58: a complaint goes to a named manager, stands in the list until they have answered for it, and nobody else answers.
func TestAComplaintGoesToANamedManagerWhoAnswersForIt(t *testing.T) {
	t.Parallel()
	w := newDatafordeler(t)
	opened := w.open()
	complained := must(w.escalate.Complain(w.as("karen"), &triagev1.ComplainRequest{
		Name: opened.GetName(), RequestId: requestID(), Reason: danish("Intet er sket i en uge"),
	}))(t)
	record := complained.GetEscalations()[0]
	if !record.GetComplaint() || record.GetPerson() != who("chr") || !slices.Contains(record.GetRoles(), "incident_manager") {
		t.Fatalf("the complaint goes to %v", record)
	}
	told := w.requests(opened.GetName(), "ticket.complained")
	if len(told) == 0 || !slices.Contains(told[0].GetRecipients(), "persons/chr") {
		t.Errorf("told are %v", told)
	}
	list := func() []*triagev1.OpenEscalation {
		return must(w.escalate.ListEscalations(w.as("chr"), &triagev1.ListEscalationsRequest{Parent: desk}))(t).GetEscalations()
	}
	if got := list(); len(got) != 1 || got[0].GetTicket() != opened.GetName() {
		t.Errorf("open are %v", got)
	}
	answer := func(person string) error {
		_, err := w.escalate.AnswerEscalation(w.as(person), &triagev1.AnswerEscalationRequest{
			Name: opened.GetName(), RequestId: requestID(), Number: record.GetNumber(), Note: danish("Vi har sat to mand på"),
		})
		return err
	}
	if err := answer("karen"); !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("the reporter answers for her own complaint: %v", err)
	}
	if err := answer("chr"); err != nil {
		t.Fatal(err)
	}
	if got := list(); len(got) != 0 {
		t.Errorf("after it was answered for: %v", got)
	}
	if err := answer("chr"); err == nil {
		t.Error("it is answered for twice")
	}
}

// R20, R22: what came to the wrong department is sent on, and the person is told that we have it and answer for it.
func TestWhatCameToTheWrongDepartmentIsSentOnAndThePersonIsTold(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	opened := w.triaged("nsp")
	forwarded := must(w.escalate.ForwardTicket(w.as("mette"), &triagev1.ForwardTicketRequest{
		Name: opened.GetName(), RequestId: requestID(), To: drift, Reason: danish("Hører til i drift"),
	}))(t)
	if forwarded.GetHandOver().GetGroup() != drift || forwarded.GetOwnerParty() != sds {
		t.Errorf("it is offered to %v and owned by %s", forwarded.GetHandOver(), forwarded.GetOwnerParty())
	}
	told := w.requests(opened.GetName(), "ticket.forwarded")
	if len(told) == 0 || told[0].GetTemplate() != "forwarded" ||
		!slices.Equal(told[0].GetRecipients(), []string{"persons/bo", "persons/karen"}) {
		t.Errorf("told are %v", told)
	}
	if _, err := w.escalate.ForwardTicket(w.as("mette"), &triagev1.ForwardTicketRequest{
		Name: opened.GetName(), RequestId: requestID(), To: desk + "/parties/nowhere", Reason: danish("Væk"),
	}); !fault.Is(err, fault.NotFound) {
		t.Errorf("it is sent to a party that there is not: %v", err)
	}
}

// newDatafordeler starts triage with a desk that follows Datafordeler's profile, and its people in their roles.
func newDatafordeler(t testing.TB) *world {
	t.Helper()
	w := startWorld(t)
	given := nspDesk()
	given.Profile, given.AuthorityParty, given.ContactParty = "datafordeler", authority, supplier
	must(w.directory.CreateDesk(w.as("root"), &triagev1.CreateDeskRequest{DeskId: "nsp", RequestId: requestID(), Desk: given}))(t)
	w.grant("mette", supplier, supplier+"/groups/spoc", "agent", "dispatcher", "spoc")
	w.grant("jonas", register, register+"/groups/procespraktiker", "agent", "register_practitioner")
	w.grant("ida", register, "", "agent")
	w.grant("chr", authority, "", "coordinator", "incident_manager")
	return w
}

const (
	authority = desk + "/parties/datafordelermyndigheden"
	supplier  = desk + "/parties/supportleverandoer"
	register  = desk + "/parties/registermyndighed"
)

// R62, R63: a data incident goes to the person whom the register names, and with it the responsibility, where the register takes
// it over.
func TestADataIncidentGoesToTheRegistersNamedPersonAndTheResponsibilityMayGoWithIt(t *testing.T) {
	t.Parallel()
	w := newDatafordeler(t)
	opening := w.opening()
	opening.Assessment = &triagev1.Assessment{
		Kind: "incident", Category: "data", Urgency: "normal", ReporterGroup: "data_consumer",
		Answers: map[string]string{"register_takes_over": "yes"},
	}
	opened := must(w.intake.OpenTicket(t.Context(), opening))(t)
	w.answered(opened, map[string]string{"which_register": "BBR", "what_symptoms": "Langsom"})
	routed := w.route(opened)
	got := routed.GetTicket()
	if offer := got.GetHandOver(); offer.GetParty() != register || offer.GetAssignee() != who("jonas") {
		t.Errorf("the work is offered to %v", offer)
	}
	if got.GetTransfer().GetParty() != register || got.GetOwnerParty() != supplier {
		t.Errorf("the responsibility is offered to %v and still with %s", got.GetTransfer(), got.GetOwnerParty())
	}
	accepted := must(w.tickets.AcceptHandOver(w.as("ida"), &triagev1.AcceptHandOverRequest{
		Name: opened.GetName(), RequestId: requestID(),
	}))(t)
	if accepted.GetAssignee() != who("jonas") {
		t.Errorf("who is named to receive it is jonas; it is with %s", accepted.GetAssignee())
	}
}
