package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/profiles"
	"github.com/bavn/bavn/services/triage/app"
)

// newNSPSaying is NSP's desk with another word here and there in its profile.
func newNSPSaying(t *testing.T, instead ...string) *world {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"itil-base.yaml", "nsp.yaml"} {
		said := string(must(fs.ReadFile(profiles.Shipped, name))(t))
		if name == "nsp.yaml" {
			for i := 0; i < len(instead); i += 2 {
				if !strings.Contains(said, instead[i]) {
					t.Fatalf("NSP's profile does not say %q", instead[i])
				}
				said = strings.Replace(said, instead[i], instead[i+1], 1)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(said), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := startWorld(t, func(cfg *app.Config) { cfg.Profiles.Dir = dir })
	w.furnishNSP()
	return w
}

// breaches are the procedures of [1]: IT security always runs the major incident's (R114), data security its own (R115).
const breaches = `procedures:
  - id: data_breach
    label: {da: Brud på datasikkerheden, sv: Datasäkerhetsincident, en: Data-security breach}
    when: ticket.data_security_breach
    declared_by: [nsp_incident_manager]
    led_by: nsp_incident_manager
    stood_down_by: [nsp_incident_manager]
    source: "[1] annex 5.c; R115"
`

func newDeskWithBreaches(t *testing.T) *world {
	t.Helper()
	return newNSPSaying(t, "procedures:\n", breaches,
		"    when: ticket.priority == \"P1\"\n    declared_by", "    when: ticket.it_security_breach\n    declared_by")
}

func running(ticket *triagev1.Ticket) (ids []string) {
	for _, run := range ticket.GetProcedures() {
		if run.GetEndTime() == nil {
			ids = append(ids, run.GetProcedure())
		}
	}
	return ids
}

func TestR114ABreachOfITSecurityAlwaysRunsTheMajorIncidentAndNotTheDataBreach(t *testing.T) {
	t.Parallel()
	w := newDeskWithBreaches(t)
	name := w.triagedAtOperations(t)
	ticket := must(w.categorise("jonas", name, &triagev1.Assessment{ItSecurityBreach: true}))(t)
	if got := running(ticket); !slices.Equal(got, []string{"major"}) {
		t.Errorf("a breach of IT security runs %v, want major alone", got)
	}
	said, _ := w.lastOf(t, name, "ticket.declared_major")
	if d := said.GetDecisions(); !slices.ContainsFunc(d, func(d *triagev1.Decision) bool {
		return d.GetSubject() == "procedure/major" && d.GetRule() == "procedures[major]"
	}) {
		t.Errorf("the reason is %v", d)
	}
}

func TestR115ABreachOfDataSecurityRunsItsOwnProcessAndNotTheMajorIncident(t *testing.T) {
	t.Parallel()
	w := newDeskWithBreaches(t)
	name := w.triagedAtOperations(t)
	ticket := must(w.categorise("jonas", name, &triagev1.Assessment{DataSecurityBreach: true}))(t)
	if got := running(ticket); !slices.Equal(got, []string{"data_breach"}) {
		t.Errorf("a breach of data security runs %v, want its own alone", got)
	}
	ticket = must(w.categorise("jonas", name, &triagev1.Assessment{ItSecurityBreach: true}))(t)
	if got := running(ticket); !slices.Equal(got, []string{"data_breach", "major"}) {
		t.Errorf("a breach of both runs %v", got)
	}
}

// R113: declared by those who may, led, updated in its rhythm, stood down and reviewed; not declared anew by itself.
func TestR113AMajorIncidentFromDeclarationToReview(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	name := w.triagedAtOperations(t)
	declare := func(by string) error {
		_, err := w.assess.DeclareProcedure(w.as(by), &triagev1.DeclareProcedureRequest{
			Name: name, RequestId: requestID(), Procedure: "major", Reason: danish("Ministeriet ringer"),
		})
		return err
	}
	if err := declare("jonas"); !fault.Is(err, "NOT_PERMITTED_BY_PROFILE") {
		t.Errorf("an agent declares a major incident: %v", err)
	}
	stand := func() error {
		_, err := w.assess.StandDownProcedure(w.as("chr"), &triagev1.StandDownProcedureRequest{
			Name: name, RequestId: requestID(), Procedure: "major", Reason: danish("Ovre"),
		})
		return err
	}
	if err := stand(); !fault.Is(err, "PROCEDURE_NOT_RUNNING") {
		t.Errorf("what does not run is stood down: %v", err)
	}
	if err := declare("chr"); err != nil {
		t.Fatal(err)
	}
	if err := declare("chr"); !fault.Is(err, "PROCEDURE_RUNNING") {
		t.Errorf("declared twice: %v", err)
	}
	w.clock.Advance(20 * time.Minute)
	updated := must(w.assess.InformProcedure(w.as("chr"), &triagev1.InformProcedureRequest{
		Name: name, RequestId: requestID(), Procedure: "major", Lead: who("chr"), Update: danish("Vi genstarter"),
	}))(t)
	run := updated.GetProcedures()[0]
	if run.GetLead() != who("chr") || run.GetUpdateTime().AsTime().Sub(run.GetStartTime().AsTime()) < 20*time.Minute {
		t.Errorf("after the update it stands %v", run)
	}
	_, told := w.lastOf(t, name, "ticket.procedure_updated")
	if n := told["procedures[major]"]; !slices.Contains(n.GetRecipients(), "parties/netic") {
		t.Errorf("of the update is told %v", n)
	}
	// P1 is what NSP declares by itself: it runs already, and once stood down it stays so while the priority is what it was.
	must(w.prioritise("jonas", name, worth(triagev1.Impact_IMPACT_MAJOR, "high")))(t)
	if err := stand(); err != nil {
		t.Fatal(err)
	}
	review := func() (*triagev1.Ticket, error) {
		return w.assess.ReviewProcedure(w.as("chr"), &triagev1.ReviewProcedureRequest{
			Name: name, RequestId: requestID(), Procedure: "major", Review: danish("Overvåg disken"),
		})
	}
	reviewed := must(review())(t)
	if got := running(reviewed); len(got) != 0 || len(reviewed.GetProcedures()) != 1 {
		t.Errorf("after the end it is in %v of %v", got, reviewed.GetProcedures())
	}
	if _, err := review(); !fault.Is(err, "NOTHING_TO_REVIEW") {
		t.Errorf("reviewed twice: %v", err)
	}
}

// R48, R114: a floor lifts even a priority that was set by hand.
func TestR48AFloorLiesAboveAPrioritySetByHand(t *testing.T) {
	t.Parallel()
	w := newNSPSaying(t, "  changes:\n    - id: reassessed", `  floors:
    - {id: breach, when: ticket.it_security_breach, at_least: P2, reason: {da: Brud, sv: Intrång, en: A breach}, derived: true}
  changes:
    - id: reassessed`)
	name := w.triagedAtOperations(t)
	must(w.prioritise("jonas", name, byHand("P3", "Ikke så slemt")))(t)
	ticket := must(w.categorise("jonas", name, &triagev1.Assessment{ItSecurityBreach: true}))(t)
	if ticket.GetPriority() != "P2" {
		t.Errorf("a breach is %s, want the floor P2", ticket.GetPriority())
	}
	ticket = must(w.prioritise("jonas", name, byHand("P4", "Alligevel ikke")))(t)
	if ticket.GetPriority() != "P2" {
		t.Errorf("somebody put it below its floor: %s", ticket.GetPriority())
	}
}

// R49: a change that the profile gives to a role is refused to everybody else, with the rule.
func TestR49AChangeThatARoleMakesIsRefusedToOthers(t *testing.T) {
	t.Parallel()
	w := newNSPSaying(t, "      by_parties: [sds, trifork, netic, applikation]\n      told_parties: [sds]",
		"      by_roles: [nsp_operator]\n      told_parties: [sds]")
	name := w.triagedAtOperations(t)
	_, err := w.prioritise("jonas", name, byHand("P3", "Flere"))
	if !fault.Is(err, "NOT_PERMITTED_BY_PROFILE") || !strings.Contains(rulesNamed(err), "priority.changes[reassessed]") {
		t.Errorf("without the role it is changed: %v", err)
	}
}

// violations are the rules of the process that an error names.
func rulesNamed(err error) string {
	var rules []string
	for _, detail := range status.Convert(err).Details() {
		if failure, ok := detail.(*errdetails.PreconditionFailure); ok {
			for _, v := range failure.GetViolations() {
				rules = append(rules, v.GetSubject())
			}
		}
	}
	return strings.Join(rules, " ")
}
