package app_test

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

func (w *linked) verify(person, name string, method triagev1.VerificationMethod) (*triagev1.Ticket, error) {
	return w.closing.VerifySolution(w.as(person), &triagev1.VerifySolutionRequest{
		Name: name, RequestId: requestID(), Method: method,
	})
}

func (w *linked) check(person, name string) (*triagev1.Ticket, error) {
	return w.closing.PassQualityCheck(w.as(person), &triagev1.PassQualityCheckRequest{Name: name, RequestId: requestID()})
}

func (w *linked) close(person, name, override string) (*triagev1.Ticket, error) {
	r := &triagev1.CloseTicketRequest{Name: name, RequestId: requestID()}
	if override != "" {
		r.OverrideReason = danish(override)
	}
	return w.tickets.CloseTicket(w.as(person), r)
}

const (
	byTest     = triagev1.VerificationMethod_VERIFICATION_METHOD_TEST
	byReporter = triagev1.VerificationMethod_VERIFICATION_METHOD_REPORTER
)

// R151: what operations found, operations tests; what a user told us, the user's word verifies.
func TestASolutionIsVerifiedByThoseWhoFoundTheFault(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	found := w.opened(func(r *triagev1.OpenTicketRequest) {
		r.Assessment.FoundBy, r.Assessment.AffectsUsers, r.Assessment.Answers = netic, proto.Bool(true), nil
	}).GetName()
	must(w.plan(found, time.Hour))(t)
	must(w.resolve(found))(t)
	if _, err := w.verify("mette", found, byTest); !fault.Is(err, "VERIFIED_OTHERWISE") {
		t.Errorf("somebody tested who did not find it: %v", err)
	}
	if accepted := must(w.tickets.AcceptSolution(w.as("karen"), &triagev1.AcceptSolutionRequest{
		Name: found, RequestId: requestID(),
	}))(t); accepted.GetVerification() != nil {
		t.Error("acceptance passed for the test that the process asks for")
	}
	tested := must(w.verify("jonas", found, byTest))(t).GetVerification()
	if tested.GetMethod() != byTest || tested.GetVerifiedBy() != who("jonas") {
		t.Errorf("verified: %v", tested)
	}

	reported := w.opened().GetName()
	must(w.resolve(reported))(t)
	if _, err := w.verify("mette", reported, byTest); !fault.Is(err, "VERIFIED_OTHERWISE") {
		t.Errorf("a user's fault was verified by test: %v", err)
	}
	accepted := must(w.tickets.AcceptSolution(w.as("karen"), &triagev1.AcceptSolutionRequest{
		Name: reported, RequestId: requestID(),
	}))(t).GetVerification()
	if accepted.GetMethod() != byReporter || accepted.GetVerifiedBy() != who("karen") {
		t.Errorf("the reporter's acceptance verifies: %v", accepted)
	}
	if _, err := w.verify("mette", reported, byReporter); !fault.Is(err, "ALREADY_VERIFIED") {
		t.Errorf("verified twice: %v", err)
	}
	phoned := w.opened().GetName()
	must(w.resolve(phoned))(t)
	if got := must(w.verify("mette", phoned, byReporter))(t).GetVerification().GetVerifiedBy(); got != who("mette") {
		t.Errorf("the reporter's word by telephone was written down by %s", got)
	}
}

// R101, R102, R107: the description is checked by the roles of the profile; a solution that comes back has to prove itself anew.
func TestTheDescriptionIsCheckedAndARejectedSolutionIsCheckedAnew(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	name := w.opened().GetName()
	must(w.resolve(name))(t)
	if _, err := w.check("mette", name); !fault.Is(err, "NOT_PERMITTED_BY_PROFILE") {
		t.Errorf("somebody without the role checked it: %v", err)
	}
	if !must(w.check("chr", name))(t).GetQualityChecked() {
		t.Error("it is not checked")
	}
	must(w.verify("mette", name, byReporter))(t)
	rejected := must(w.tickets.RejectSolution(w.as("karen"), &triagev1.RejectSolutionRequest{
		Name: name, RequestId: requestID(), Reason: danish("Stadig nede"),
	}))(t)
	if rejected.GetQualityChecked() || rejected.GetVerification() != nil || rejected.GetSolutionAccepted() {
		t.Errorf("the solution that failed still counts: %v", rejected)
	}
	must(w.resolve(name))(t)
	must(w.check("chr", name))(t)
	returned := must(w.tickets.ReturnToTechnician(w.as("mette"), &triagev1.ReturnToTechnicianRequest{
		Name: name, RequestId: requestID(), Reason: danish("Skriv, hvad brugeren skal gøre"),
	}))(t)
	if returned.GetQualityChecked() {
		t.Error("a description that is being rewritten counts as checked")
	}
}

// R108: a grave ticket is closed, or cancelled, when its report is written and approved, which reporting says.
func TestAGraveTicketClosesOnceItsReportIsApproved(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	name := w.opened(func(r *triagev1.OpenTicketRequest) {
		r.Impact, r.Assessment.Urgency = triagev1.Impact_IMPACT_MAJOR, "high"
	}).GetName()
	if got := w.read(name).GetPriority(); got != "P1" {
		t.Fatalf("it is %s", got)
	}
	_, err := w.tickets.CancelTicket(w.as("mette"), &triagev1.CancelTicketRequest{
		Name: name, RequestId: requestID(), Reason: danish("Fejl"),
	})
	if !fault.Is(err, "GATE_NOT_MET") {
		t.Errorf("a P1 was cancelled without its report: %v", err)
	}
	must(w.resolve(name))(t)
	reporting := triagev1.NewClosingServiceClient(w.dial(w.address, "reporting"))
	record := func(client triagev1.ClosingServiceClient, written, approved bool) error {
		_, err := client.RecordReport(w.t.Context(), &triagev1.RecordReportRequest{
			Name: name, RequestId: requestID(), Written: written, Approved: approved,
		})
		return err
	}
	notify := triagev1.NewClosingServiceClient(w.dial(w.address, "notify"))
	if err := record(notify, true, true); !fault.Is(err, fault.PermissionDenied) && !fault.Is(err, fault.NotFound) {
		t.Errorf("notify approved a report: %v", err)
	}
	if err := record(reporting, false, true); !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("a report was approved that nobody wrote: %v", err)
	}
	if err := record(reporting, true, false); err != nil {
		t.Fatal(err)
	}
	if _, err := w.close("mette", name, ""); !fault.Is(err, "GATE_NOT_MET") {
		t.Errorf("closed before the report is approved: %v", err)
	}
	if err := record(reporting, true, true); err != nil {
		t.Fatal(err)
	}
	if _, err := w.close("mette", name, ""); err != nil {
		t.Errorf("approved, and not closed: %v", err)
	}
}

// R108: a P1 of NSP, whose report is made outside Bavn, gets to its end by the word of the incident manager, who says where the
// report is. Nobody else's word counts, and of a small incident there is no report to approve.
func TestAGraveTicketEndsWithAReportThatWasApprovedOutsideBavn(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	closing := triagev1.NewClosingServiceClient(w.gateway)
	record := func(person, name string, approved bool) error {
		_, err := closing.RecordReport(w.as(person), &triagev1.RecordReportRequest{
			Name: name, RequestId: requestID(), Written: true, Approved: approved, Reason: danish("SDS-Jira RAP-12"),
		})
		return err
	}
	closed := func(name string) (*triagev1.Ticket, error) {
		return w.tickets.CloseTicket(w.as("mette"), &triagev1.CloseTicketRequest{Name: name, RequestId: requestID()})
	}
	grave, mistaken, small := w.incident("P1").GetName(), w.incident("P2").GetName(), w.incident("P4").GetName()
	w.start(grave)
	w.solve(grave)
	if err := record("mette", grave, true); !fault.Is(err, "NOT_PERMITTED_BY_PROFILE") {
		t.Errorf("who does not approve reports said that it is approved: %v", err)
	}
	if err := record("chr", small, true); !fault.Is(err, "NO_REPORT_DUE") {
		t.Errorf("the report of a P4 was approved: %v", err)
	}
	if _, err := closing.RecordReport(w.as("chr"), &triagev1.RecordReportRequest{
		Name: grave, RequestId: requestID(), Written: true, Approved: true,
	}); !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("approved outside, and nobody said where: %v", err)
	}
	must(0, record("chr", grave, false))(t)
	if _, err := closed(grave); !fault.Is(err, "GATE_NOT_MET") {
		t.Errorf("closed before its report is approved: %v", err)
	}
	must(0, record("chr", grave, true))(t)
	said := w.happened(grave, "ticket.report_recorded")[1].GetDecisions()
	if len(said) != 1 || said[0].GetSubject() != "report" || said[0].GetAnswer() != "approved_outside" ||
		said[0].GetRule() != "reports[nsp].approved_by" {
		t.Errorf("that it was approved outside Bavn is kept as %v", said)
	}
	if got := must(closed(grave))(t).GetStatus(); got != triagev1.TicketStatus_TICKET_STATUS_CLOSED {
		t.Errorf("a P1 whose report is approved is %v", got)
	}
	must(0, record("chr", mistaken, true))(t)
	if _, err := w.tickets.CancelTicket(w.as("mette"), &triagev1.CancelTicketRequest{
		Name: mistaken, RequestId: requestID(), Reason: danish("Meldt ved en fejl"),
	}); err != nil {
		t.Errorf("a P2 whose report is approved is not cancelled: %v", err)
	}
}

// R105, R108: a gate that the profile lets somebody pass is passed by them alone, with a reason, and the deviation is kept.
func TestAGateIsPassedByANamedRoleWithAReason(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	name := w.opened(func(r *triagev1.OpenTicketRequest) { r.Assessment.LargeBusinessImpact = true }).GetName()
	must(w.resolve(name))(t)
	for person, reason := range map[string]string{"chr": "", "mette": "Brugeren svarer ikke"} {
		if _, err := w.close(person, name, reason); !fault.Is(err, "GATE_NOT_MET") {
			t.Errorf("%s passed the gate with the reason %q: %v", person, reason, err)
		}
	}
	must(w.close("chr", name, "Brugeren er rejst"))(t)
	event, payload := w.last(name, "ticket.closed")
	reason, _ := event.Text("reason")
	if !slices.Equal(payload.GetOverriddenGates(), []string{"accepted"}) || reason.GetText() != "Brugeren er rejst" ||
		event.Record.GetActor().GetPerson() != who("chr") {
		t.Errorf("the deviation is kept as %v, %q by %s", payload.GetOverriddenGates(), reason.GetText(), event.Record.GetActor())
	}
}

// R110: a reporter closes and withdraws their own where the profile says so, and nowhere else.
func TestReportersCloseAndWithdrawTheirOwnWhereTheProfileSaysSo(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	mine := w.opened().GetName()
	must(w.resolve(mine))(t)
	if _, err := w.close("bo", mine, ""); !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("the affected user closed it: %v", err)
	}
	if _, err := w.close("karen", mine, ""); err != nil {
		t.Errorf("the reporter may close: %v", err)
	}
	cancel := func(w *world, name string) error {
		_, err := w.tickets.CancelTicket(w.as("karen"), &triagev1.CancelTicketRequest{
			Name: name, RequestId: requestID(), Reason: danish("Det virker igen"),
		})
		return err
	}
	if err := cancel(w.world, w.open().GetName()); err != nil {
		t.Errorf("the reporter may withdraw: %v", err)
	}
	nsp := newNSP(t)
	if err := cancel(nsp, nsp.open().GetName()); !fault.Is(err, "NOT_PERMITTED_BY_PROFILE") {
		t.Errorf("NSP does not let reporters withdraw: %v", err)
	}
	plain := newWorld(t)
	name := plain.resolved().GetName()
	_, err := plain.tickets.CloseTicket(plain.as("karen"), &triagev1.CloseTicketRequest{Name: name, RequestId: requestID()})
	if !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("without a profile reporters do not close: %v", err)
	}
}
