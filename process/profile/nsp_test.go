package profile_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
)

func nsp(t *testing.T) *profile.Profile {
	t.Helper()
	return load(t, os.DirFS("../../profiles"), "nsp.yaml")
}

func TestNSPCallsWhoIsOnDutyByStep3(t *testing.T) { // R67, R117
	t.Parallel()
	p := nsp(t)
	for at, other := range map[string]string{ // who is called when it is not about FMK
		"Mon 2026-03-02 07:59": "nsp_owner",
		"Mon 2026-03-02 08:01": "nsp_manager",
		"Mon 2026-03-02 15:59": "nsp_manager",
		"Mon 2026-03-02 16:01": "nsp_manager",
		"Mon 2026-03-02 17:59": "nsp_manager",
		"Mon 2026-03-02 18:00": "nsp_owner",
		"Tue 2026-03-03 03:00": "nsp_owner",
		"Fri 2026-03-06 15:29": "nsp_manager",
		"Fri 2026-03-06 15:31": "nsp_manager",
		"Fri 2026-03-06 17:59": "nsp_manager",
		"Fri 2026-03-06 18:01": "nsp_owner",
		"Fri 2026-03-06 18:05": "nsp_owner", // to the system owner, not the incident manager
		"Sat 2026-03-07 12:00": "nsp_owner",
		"Sun 2026-03-29 03:30": "nsp_owner", // the night of the clock change
		"Thu 2026-04-02 12:00": "nsp_owner", // Maundy Thursday
	} {
		for category, want := range map[string]string{"nsp-operations": other, "fmk": "fmk_manager"} {
			duty, found, err := p.OnDuty(&profilev1.TicketFacts{Categories: p.Categories(category)}, copenhagen(t, at))
			if err != nil || !found || duty.Chain.GetId() != want {
				t.Errorf("%s about %s one calls %s (%v), want %s", at, category, duty.Chain.GetId(), err, want)
			}
		}
	}
}

func TestNSPAssignsByWhatItIsAboutAndByWhoFoundIt(t *testing.T) { // R64, R65, R66
	t.Parallel()
	p := nsp(t)
	for _, tc := range []struct {
		ticket *profilev1.TicketFacts
		want   string
	}{
		{&profilev1.TicketFacts{Category: "fmk"}, "trifork/fmk"},
		{&profilev1.TicketFacts{Category: "nsp-operations"}, "netic/drift"},
		{&profilev1.TicketFacts{Category: "nsp-component"}, "applikation/support"},
		{&profilev1.TicketFacts{FoundBy: "trifork"}, "trifork/fmk"},
		{&profilev1.TicketFacts{FoundBy: "trifork", Answers: map[string]string{"solves_it_itself": "no"}}, "fmk-drift/drift"},
		{&profilev1.TicketFacts{FoundBy: "netic", Category: "nsp-application"}, "netic/drift"},
		{&profilev1.TicketFacts{Nature: "linked_inquiry", Category: "fmk"}, "sds/opfoelgning"},
	} {
		got, err := p.Route(tc.ticket)
		if err != nil || got.Route.GetGroup() != tc.want {
			t.Errorf("%v goes to %v (%v), want %s", tc.ticket, got.Route, err, tc.want)
		}
	}
}

func TestNSPClosesAP1OnlyWithAnApprovedReport(t *testing.T) { // R108
	t.Parallel()
	p := nsp(t)
	for _, step := range []process.Step{process.Close, process.Cancel} {
		status := map[process.Step]string{process.Close: "resolved", process.Cancel: "in_progress"}[step]
		for _, approved := range []bool{true, false} {
			ticket := &profilev1.TicketFacts{Status: status, Priority: "P1", HasSolution: true, ReportApproved: approved}
			refusals, err := p.Permit(profile.Attempt{
				Step: step, Parts: []process.Part{process.OwnerAgent}, Roles: []string{"national_desk"}, Ticket: ticket,
			})
			if err != nil || approved != (len(refusals) == 0) {
				t.Errorf("%s with an approved report %v: refused %v (%v)", step, approved, refusals, err)
			}
		}
	}
}

func TestNSPWaitsForAReleaseOnlyWithTheChangeLinked(t *testing.T) { // R97
	t.Parallel()
	p := nsp(t)
	for _, tc := range []struct {
		asked   string
		linked  bool
		refused int
	}{
		{"pending_release", false, 1}, {"pending_release", true, 0}, {"awaiting_user", false, 0},
	} {
		refusals, err := p.Permit(profile.Attempt{
			Step: process.Hold, Parts: []process.Part{process.HolderAgent},
			Ticket: &profilev1.TicketFacts{Status: "in_progress", AskedStatus: tc.asked, RfcLinked: tc.linked},
		})
		if err != nil || len(refusals) != tc.refused {
			t.Errorf("to %s, linked %v: refused %v (%v)", tc.asked, tc.linked, refusals, err)
		}
	}
}

func TestNSPTellsTheRightManagerOfAnUpgradeAndTheDeskOfEveryChange(t *testing.T) { // R49, R50
	t.Parallel()
	p := nsp(t)
	for _, tc := range []struct{ category, from, to, want string }{
		{"fmk", "P3", "P1", "sds fmk_incident_manager"},
		{"nsp-application", "P4", "P2", "sds nsp_incident_manager"},
		{"nsp-application", "P2", "P1", "sds nsp_incident_manager"},
		{"nsp-application", "P2", "P3", "sds"},
		{"fmk", "P3", "P3", ""},
	} {
		changes, err := p.PriorityChanges(&profilev1.TicketFacts{
			Categories: p.Categories(tc.category), PreviousPriority: tc.from, Priority: tc.to,
		})
		var told []string
		for _, change := range changes {
			told = append(told, slices.Concat(change.Setting.GetToldParties(), change.Setting.GetToldRoles())...)
		}
		if got := strings.Join(told, " "); err != nil || got != tc.want {
			t.Errorf("%s from %s to %s tells %q (%v), want %q", tc.category, tc.from, tc.to, got, err, tc.want)
		}
	}
}

func TestNSPsServiceTargetsAreThosePublished(t *testing.T) { // §18
	t.Parallel()
	p := nsp(t)
	for _, tc := range []struct {
		priority           string
		open               bool
		reaction, solution string
	}{
		{"P1", true, "15m", "2h"},
		{"P1", false, "30m", "2h"},
		{"P2", true, "1h", "4h"},
		{"P3", true, "4h", "2wd"},
		{"P4", true, "1wd", "10wd"},
		{"P5", false, "1wd", "10wd"},
	} {
		got, found := p.Limits(&profilev1.TicketFacts{Priority: tc.priority}, func(string) bool { return tc.open })
		if !found || got.Reaction.GetWithin() != tc.reaction || got.Solution.GetWithin() != tc.solution {
			t.Errorf("%s, working hours %v: %s and %s", tc.priority, tc.open, got.Reaction.GetWithin(), got.Solution.GetWithin())
		}
	}
}
