package acceptance_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/test/house"
)

// nspInvolved are told of a major incident, beside those who have it and answer for it.
const nspInvolved = "roles/fmk_incident_manager roles/nsp_incident_manager by mail portal"

// [3] for P1 and P2: whom it calls, whom it tells, and that it ends with an approved report.
func TestNSPCarriesAGraveIncidentToItsApprovedReport(t *testing.T) {
	t.Parallel()
	nspWalks(t,
		nspWalk{"NSP by day", aGraveIncidentOfNSP},         // R50, R67, R85, R108, R113, R117
		nspWalk{"FMK by night", aGraveIncidentOfFMK},       // R7, R9, R50, R67, R108
		nspWalk{"FMK upgraded", anUpgradeAtTheFMKSupplier}, // R49, R50
	)
}

// An incident of NSP that operations finds to be graver than the national desk thought.
func aGraveIncidentOfNSP(v *nspVisit) {
	v.inAnOrdinaryWeek("Tue 10:00")
	v.step("1, 2 the local desk reports", func() { v.registers("lone", "Halvdelen af regionen kan ikke logge ind") })
	v.step("3 the national desk finds a P2, and the NSP incident manager is called", func() {
		v.triages("mette", "nsp-operations")
		v.happened()
		v.judges("mette", "P2")
		v.tells(v.happened(), map[string]string{
			"duty": "chain/nsp_manager by page", "stakeholders": "audience/stakeholders by mail",
			"priority_changed":               "parties/sds by mail portal",
			"priority.changes[upgraded_nsp]": "roles/nsp_incident_manager by mail portal",
		})
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, "Tue 14:00")
		v.calls("nsp_incident_manager", "nsp_system_owner")
		v.answers("nils", 1)
	})
	v.step("4 the national desk assigns it to operations, which hears when a quarter has passed", func() {
		v.routes("mette", "netic", "drift")
		v.tells(v.happened(), map[string]string{"work_offered": "parties/netic by portal"})
		v.passes(15 * time.Minute)
		v.tells(v.rings("ticket.hand_over_overdue"), map[string]string{"hand_overs[urgent]": "parties/netic by mail portal"})
	})
	v.step("5b operations receives it and upgrades it to P1: incident manager, stakeholders and national desk are told", func() {
		v.receives("lars", "netic", "drift")
		v.starts("lars")
		v.happened()
		if err := v.changes("lars", "P1", "Ingen i landet kan logge ind"); err != nil {
			v.t.Fatal(err)
		}
		v.tells(v.happened(), map[string]string{
			"duty": "chain/nsp_manager by page", "stakeholders": "audience/stakeholders by mail",
			"priority_changed":               "parties/sds by mail portal",
			"priority.changes[upgraded_nsp]": "roles/nsp_incident_manager by mail portal",
			"procedures[major]":              "parties/netic parties/sds " + nspInvolved,
		})
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, "Tue 12:00")
		v.answers("nils", 1)
	})
	v.step("5b another P1 is none that anybody is told of again", func() {
		if err := v.changes("lars", "P1", "Stadig"); err != nil {
			v.t.Fatal(err)
		}
		v.tells(v.happened(), nil)
	})
	v.step("10 operations solves it", func() {
		v.passes(15 * time.Minute)
		v.happened()
		v.solves("lars", "Log ind igen: loginserveren er genstartet.")
		v.tells(v.happened(), map[string]string{"resolved": "audience/linked_reporters persons/lone by mail portal"})
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, triagev1.DeadlineState_DEADLINE_STATE_MET)
		v.taken(v.assess.StandDownProcedure(v.by("nils"), &triagev1.StandDownProcedureRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Procedure: "major", Reason: in("da", "Alle kan logge ind"),
		}))
	})
	v.closesWithItsReport()
}

// closesWithItsReport: until the report is written (12) and approved (13), nobody closes (15).
func (v *nspVisit) closesWithItsReport() {
	v.t.Helper()
	v.step("15 it is not closed before there is a report", func() { v.refusedBy(v.closes("mette"), "gates[report_approved]") })
	v.step("12a, 12b the report is written, which is not enough", func() {
		v.reports(true, false)
		v.refusedBy(v.closes("mette"), "gates[report_approved]")
	})
	v.step("13 the incident manager has approved it", func() { v.reports(true, true) })
	v.step("15 the national desk closes, and the reporter is told", func() {
		v.happened()
		if err := v.closes("mette"); err != nil {
			v.t.Fatal(err)
		}
		v.tells(v.happened(), map[string]string{"closed": "audience/linked_reporters persons/lone by mail portal"})
	})
}

// At night operations answers the telephone as the national desk; FMK's own incident manager is called.
func aGraveIncidentOfFMK(v *nspVisit) {
	v.inAnOrdinaryWeek("Sat 03:00")
	v.step("1, 2 the local desk reports by web form that it is urgent, and phones as well", func() {
		request := nspReport("FMK er nede")
		request.Assessment.Urgent = true
		v.reported("lone", request)
		v.tells(v.happened(), map[string]string{"receipt": "persons/lone by mail portal"})
		if due := v.now("lars").GetCallsDue(); !slices.Equal(due, []string{"national_desk"}) {
			v.t.Errorf("urgent, and to be phoned are %v", due)
		}
		if v.ticket.GetQueueTime() != nil {
			v.t.Error("it is urgent, and waits for Monday")
		}
	})
	v.step("3 operations answers +45 33143900, and sees to it that the form is there", func() {
		v.taken(v.attest.AttestCall(v.by("lars"), &triagev1.AttestCallRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Call: &triagev1.AttestedCall{
				Contact: "national_desk", CallTime: timestamppb.New(v.clock.Now()),
			},
		}))
		if due := v.ticket.GetCallsDue(); len(due) != 0 {
			v.t.Errorf("phoned, and still to be phoned are %v", due)
		}
	})
	v.step("3 operations finds a P1 as the national desk, and the FMK incident manager is called", func() {
		v.triages("lars", "fmk")
		v.happened()
		v.judges("lars", "P1")
		v.tells(v.happened(), map[string]string{
			"duty": "chain/fmk_manager by page", "stakeholders": "audience/stakeholders by mail",
			"priority_changed":               "parties/sds by mail portal",
			"priority.changes[upgraded_fmk]": "roles/fmk_incident_manager by mail portal",
			"procedures[major]":              "parties/sds " + nspInvolved,
		})
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, "Sat 05:00")
		v.actedAs("netic", "sds")
		v.calls("fmk_incident_manager")
		v.answers("fie", 1)
	})
	v.step("4 operations assigns it to the FMK supplier, as the national desk", func() {
		v.routes("lars", "trifork", "fmk")
		v.sharedClock("sds")
	})
	v.step("5a-10 the FMK supplier receives and solves it", func() {
		v.receives("kim", "trifork", "fmk")
		v.starts("kim")
		v.passes(time.Hour)
		v.solves("kim", "FMK svarer igen.")
		v.sharedClock("sds", "trifork")
	})
	v.at("Mon 08:01")
	v.closesWithItsReport()
}

// An incident that the FMK supplier upgrades.
func anUpgradeAtTheFMKSupplier(v *nspVisit) {
	v.inAnOrdinaryWeek("Mon 10:00")
	v.step("1-4 a case goes to the FMK supplier", func() {
		v.registers("lone", "Langsomme opslag i FMK")
		v.triages("mette", "fmk")
		v.judges("mette", "P3")
		v.routes("mette", "trifork", "fmk")
	})
	v.step("5a the FMK supplier upgrades it: FMK's incident manager is contacted, the national desk told", func() {
		v.receives("kim", "trifork", "fmk")
		v.happened()
		if err := v.changes("kim", "P2", "Alle apoteker er ramt"); err != nil {
			v.t.Fatal(err)
		}
		v.tells(v.happened(), map[string]string{
			"duty": "chain/fmk_manager by page", "stakeholders": "audience/stakeholders by mail",
			"priority_changed":               "parties/sds by mail portal",
			"priority.changes[upgraded_fmk]": "roles/fmk_incident_manager by mail portal",
		})
		v.calls("fmk_incident_manager")
		v.answers("fie", 1)
	})
	v.step("5a a downgrade is told to the national desk, and calls nobody", func() {
		if err := v.changes("kim", "P3", "Kun to apoteker"); err != nil {
			v.t.Fatal(err)
		}
		v.tells(v.happened(), map[string]string{"priority_changed": "parties/sds by mail portal"})
	})
}

// page is the call about the case that began last.
func (v *nspVisit) page() *triagev1.Page {
	v.t.Helper()
	of := &triagev1.ListPagesRequest{Parent: v.Desk(), Ticket: v.ticket.GetName()}
	listed, err := v.duty.ListPages(v.by("nils"), of)
	if err != nil || len(listed.GetPages()) == 0 {
		v.t.Fatalf("nobody is called about it: %v", err)
	}
	return listed.GetPages()[0]
}

// calls fails unless these contacts are called, in this order.
func (v *nspVisit) calls(contacts ...string) {
	v.t.Helper()
	var called []string
	for _, link := range v.page().GetLinks() {
		called = append(called, link.GetContact())
	}
	if !slices.Equal(called, contacts) {
		v.t.Errorf("called are %v, want %v", called, contacts)
	}
}

// answers: whoever is called takes the call.
func (v *nspVisit) answers(person string, turn int32) {
	v.t.Helper()
	answered, err := v.duty.AcknowledgePage(v.by(person), &triagev1.AcknowledgePageRequest{
		Name: v.page().GetName(), RequestId: house.ID(), Turn: turn,
	})
	if err != nil || answered.GetAcknowledgedBy() != v.Person(person) {
		v.t.Errorf("%s answers in turn %d: %v, %v", person, turn, answered, err)
	}
}

// reports: the reporting service says how far the case's incident report is.
func (v *nspVisit) reports(written, approved bool) {
	v.t.Helper()
	ca, err := identity.OpenDevCA(v.Folder().Path("ca"), time.Now())
	if err != nil {
		v.t.Fatal(err)
	}
	reporting, err := ca.Credentials("reporting", time.Now())
	if err != nil {
		v.t.Fatal(err)
	}
	conn, err := grpc.NewClient(v.Addresses().Triage, grpc.WithTransportCredentials(reporting.Client("triage")))
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(v.ctx, walkLimit)
	defer cancel()
	v.taken(triagev1.NewClosingServiceClient(conn).RecordReport(ctx, &triagev1.RecordReportRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), Written: written, Approved: approved,
	}))
}
