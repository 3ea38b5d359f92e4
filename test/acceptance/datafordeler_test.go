package acceptance_test

import (
	"slices"
	"testing"
	"time"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// [1] principles 1-4, 8, 9, 11-18: an incident of the application goes from a data consumer's report to its closing, through the
// SPOC, the supplier's second line and the authority (R11, R15, R137, R140).
func TestDatafordelerCarriesAnIncidentFromItsSiteToItsClosing(t *testing.T) {
	t.Parallel()
	atDatafordeler(t, func(d *datafordeler) {
		d.at("Mon 09:00")
		d.step("principles 1, 2 a data consumer reports at datafordeler.dk, and the SPOC has it", func() {
			d.reported("anders", incidentIn(commonv1.Channel_CHANNEL_WEB, "Adressetjenesten svarer ikke", "Siden klokken 8: HTTP 503",
				&triagev1.Assessment{ReporterGroup: "data_consumer"}))
			if got := d.ticket.GetAssessment().GetChannel(); got != "site" { // R11
				d.t.Errorf("a data consumer came in by %q", got)
			}
			d.isAt("supportleverandoer", "", "", registered)
			d.tells(d.happened(), map[string]string{"receipt": "persons/anders by mail portal"})
		})
		d.step("principle 2, background: the SPOC triages it", func() { // R15, R61
			d.categorises("sofie", &triagev1.Assessment{Category: "application", BusinessService: "distribution"})
			d.answers("sofie", &triagev1.GuideAnswer{Question: "what_symptoms", Words: in("da", "HTTP 503 på hvert kald")})
			routed, err := d.Escalation.RouteTicket(d.by("sofie"), &triagev1.RouteTicketRequest{Name: d.name(), RequestId: house.ID()})
			d.taken(routed.GetTicket(), err)
			d.starts("sofie")
			d.isAt("supportleverandoer", "spoc", "sofie", inProgress)
			d.tells(d.happened(), map[string]string{})
		})
		d.step("principle 3 the SPOC prioritises, by the contract or the matrix", func() {
			d.taken(d.assess.PrioritiseTicket(d.by("sofie"), &triagev1.PrioritiseTicketRequest{
				Name: d.name(), RequestId: house.ID(), Impact: triagev1.Impact_IMPACT_MEDIUM, Urgency: "normal",
			}))
			d.hasPriority("P3", "priority.matrix[7]")
			d.tells(d.happened(), map[string]string{"priority_changed": supplier + " by portal"})
		})
		d.step("principle 4 the impact on the business is large: faster, and the authority hears of it", func() { // R47
			d.categorises("sofie", &triagev1.Assessment{LargeBusinessImpact: true})
			d.hasPriority("P2", "priority.floors[large_impact]")
			n := d.happened()
			d.tells(n, map[string]string{
				"large_impact_found": mandated + " by mail portal", "priority_changed": supplier + " by portal",
				"duty": "chain/spoc by page", "priority.changes[acute]": "roles/incident_manager by mail portal",
			})
		})
		d.step("principle 8 in doubt the authority is asked, and decides", func() { // R51
			d.taken(d.assess.DoubtPriority(d.by("sofie"), &triagev1.DoubtPriorityRequest{
				Name: d.name(), RequestId: house.ID(), Reason: in("da", "Er det A, når hele landet venter?"),
			}))
			d.tells(d.happened(), map[string]string{"priority.in_doubt": "roles/incident_manager by mail portal"})
			d.taken(d.assess.PrioritiseTicket(d.by("inge"), &triagev1.PrioritiseTicketRequest{
				Name: d.name(), RequestId: house.ID(), Priority: "P1", Reason: in("da", "Ja: alle kommuner er ramt"),
			}))
			if a := d.ticket.GetAssessment(); d.ticket.GetPriority() != "P1" || !a.GetPriorityByHand() || a.GetPriorityDoubted() {
				d.t.Errorf("the authority's word: %s, %v", d.ticket.GetPriority(), a)
			}
			d.tells(d.happened(), map[string]string{
				"large_impact_found": mandated + " by mail portal", "priority_changed": supplier + " by portal",
			})
		})
		d.step("principle 9 the SPOC escalates to the supplier's second line", func() { // R61
			d.escalates("sofie", "to_second_line", "Jeg kan ikke se databasens log")
			d.isAt("supportleverandoer", "second-line", "", assigned)
			d.starts("sune")
			d.isAt("supportleverandoer", "second-line", "sune", inProgress)
			d.tells(d.happened(), map[string]string{})
		})
		d.step("principle 14 the reporter is kept informed, and who has it is reminded", func() { // R80, R81
			due := d.due(triagev1.DeadlineKind_DEADLINE_KIND_UPDATE)
			if due.GetRule() != "updates[p1]" {
				d.t.Fatalf("the next news is due by %v", due)
			}
			reminded := d.rings(due.GetWarnTime().AsTime(), "ticket.update_due")
			d.tells(reminded, map[string]string{
				"update_due": supplier + " persons/sune by portal", "status_due": supplier + " by mail portal",
			})
			d.taken(d.Tickets.AddNote(d.by("sune"), &triagev1.AddNoteRequest{
				Name: d.name(), RequestId: house.ID(), Note: in("da", "Vi har fundet fejlen i indekset"),
			}))
			d.tells(d.happened(), map[string]string{"updated": "audience/linked_reporters persons/anders by portal"})
			next := d.due(triagev1.DeadlineKind_DEADLINE_KIND_UPDATE).GetDueTime().AsTime()
			if got := next.Sub(d.clock.Now()); got != time.Hour {
				d.t.Errorf("after a note the next news is due in %v, want an hour", got)
			}
		})
		d.step("principle 15 reporters hear before a fix is released to production", func() { // R83
			d.plans("sune", 2*time.Hour, "Indekset bygges om klokken tolv")
			d.tells(d.happened(), map[string]string{
				"fix_planned": "audience/linked_reporters " + mandated + " persons/anders by mail portal",
			})
			d.taken(d.waits("sune", triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE, "Venter på releasen klokken tolv"))
			d.tells(d.happened(), map[string]string{"delayed": "audience/linked_reporters persons/anders by mail portal"})
			_, err := d.releases("sune", "")
			d.refusedBy(err, "fix_plans[technical]")
			d.taken(d.release.TellReporters(d.by("sune"), &triagev1.TellReportersRequest{
				Name: d.name(), RequestId: house.ID(), Message: in("da", "Tjenesten genstartes klokken tolv"),
			}))
			d.tells(d.happened(), map[string]string{
				"release_announced": "audience/linked_reporters persons/anders by mail portal",
			})
			d.taken(d.releases("sune", ""))
			d.tells(d.happened(), map[string]string{"released": "audience/linked_reporters persons/anders by mail portal"})
			d.isAt("supportleverandoer", "second-line", "sune", inProgress)
		})
		d.step("principles 12, 13 it is solved by a workaround, which the reporter reads in the tool", func() { // R77, R84, R122
			d.solves("sune", triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND, "Genstartet")
			d.tells(d.happened(), map[string]string{
				"resolved":          "audience/linked_reporters persons/anders by mail portal",
				"quality_check":     "roles/process_practitioner by mail portal",
				"problem_candidate": "roles/process_practitioner by portal",
			})
			if got := d.now("anders").GetSolution(); got != "Genstartet" {
				d.t.Errorf("the reporter reads %q", got)
			}
			d.taken(d.links.LinkTicket(d.by("pia"), &triagev1.LinkTicketRequest{
				Name: d.name(), RequestId: house.ID(), Kind: triagev1.LinkKind_LINK_KIND_PROBLEM, Tool: "itsm", ExternalId: "PRB0042",
			}))
			if links := d.ticket.GetLinks(); len(links) != 1 || links[0].GetExternalId() != "PRB0042" {
				d.t.Errorf("the problem case is %v", links)
			}
		})
		d.step("principle 16 the description is checked before closing, by the authority's practitioners", func() { // R101, R102
			_, err := d.closes("sofie")
			d.refusedBy(err, "gates[quality_checked]", "gates[accepted]")
			_, err = d.checks("sofie")
			if err == nil {
				d.t.Error("the supplier checked its own description")
			}
			d.taken(d.Tickets.ReturnToTechnician(d.by("pia"), &triagev1.ReturnToTechnicianRequest{
				Name: d.name(), RequestId: house.ID(), Reason: in("da", "Skriv, hvad anvenderen skal gøre"),
			}))
			d.isAt("supportleverandoer", "second-line", "sune", inProgress)
			d.solves("sune", triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND, "Kald tjenesten igen; hent svar fra før klokken tolv på ny")
			d.taken(d.checks("pia"))
			if !d.ticket.GetQualityChecked() {
				d.t.Error("it is not checked")
			}
			d.happened()
		})
		d.step("principle 17 it closes when the reporter has accepted", func() { // R105
			_, err := d.closes("sofie")
			d.refusedBy(err, "gates[accepted]")
			d.taken(d.Tickets.AcceptSolution(d.by("anders"), &triagev1.AcceptSolutionRequest{Name: d.name(), RequestId: house.ID()}))
			d.taken(d.closes("sofie"))
			d.tells(d.happened(), map[string]string{"closed": "audience/linked_reporters persons/anders by mail portal"})
		})
		d.step("roles: practitioners make knowledge candidates", func() { // R75, R123
			known, err := d.Known.ProposeKnownSolution(d.by("pia"), &triagev1.ProposeKnownSolutionRequest{
				Parent: d.Desk(), RequestId: house.ID(), KnownSolution: &triagev1.KnownSolution{
					Title: "Adressetjenesten svarer 503", Symptoms: "Alle kald svarer 503", Solution: "Byg indekset om, og kald igen",
					SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND, Category: "application", LanguageCode: "da",
					Ticket: d.name(),
				},
			})
			if err != nil || known.GetTicket() != d.name() ||
				known.GetState() != triagev1.KnownSolutionState_KNOWN_SOLUTION_STATE_CANDIDATE {
				d.t.Errorf("the candidate: %v %v", known, err)
			}
		})
		d.step("business services: it is about the distribution of basic data, FORM 06.38.10.20", func() { // R128
			read, err := d.profile.GetProfile(d.by("inge"), &triagev1.GetProfileRequest{Name: d.Desk() + "/profile"})
			if err != nil {
				d.t.Fatal(err)
			}
			for _, service := range read.GetSettings().GetBusinessServices() {
				if service.GetId() == d.ticket.GetAssessment().GetBusinessService() && service.GetFormCode() == "06.38.10.20" {
					return
				}
			}
			d.t.Errorf("it is about %q", d.ticket.GetAssessment().GetBusinessService())
		})
		d.step("principle 18 the authority sees how each party kept the process", func() { // R132
			clocks, err := d.Tickets.GetTicketClocks(d.by("inge"), &triagev1.GetTicketClocksRequest{Name: d.name()})
			if err != nil || !slices.ContainsFunc(clocks.GetClocks(), func(c *triagev1.PartyClock) bool {
				return c.GetParty() == d.Party("supportleverandoer") && c.GetStatus() == inProgress && c.GetElapsed().AsDuration() > 0
			}) {
				d.t.Errorf("the clocks are %v (%v)", clocks, err)
			}
		})
		d.step("principle 4 the authority hears of it also where the contract has it as grave already", func() { // R47
			d.reported("anders", incidentIn(commonv1.Channel_CHANNEL_WEB, "Ingen adresser", "Siden klokken 10",
				&triagev1.Assessment{ReporterGroup: "data_consumer", Category: "application", ContractCategory: "A"}))
			d.hasPriority("P1", "priority.contract_categories[A]")
			d.happened()
			d.categorises("sofie", &triagev1.Assessment{LargeBusinessImpact: true})
			d.tells(d.happened(), map[string]string{"large_impact_said": mandated + " by mail portal"})
		})
		d.step("principle 18 what is not begun in time comes to the process manager, who takes it up", func() { // R131, R132
			d.reported("anders", incidentIn(commonv1.Channel_CHANNEL_WEB, "Hvor finder jeg dokumentationen?", "Til adressetjenesten",
				&triagev1.Assessment{ReporterGroup: "data_consumer", Category: "help"}))
			late := d.rings(d.due(triagev1.DeadlineKind_DEADLINE_KIND_REACTION).GetDueTime().AsTime(), "ticket.escalated")
			if got := late.asks("deviation"); !slices.Equal(got, []string{"roles/incident_manager "}) {
				d.t.Errorf("of the deviation is told %q", got)
			}
			d.taken(d.Escalation.AnswerEscalation(d.by("inge"), &triagev1.AnswerEscalationRequest{
				Name: d.name(), RequestId: house.ID(), Note: in("da", "Aftalt med SPOC: sagen tages nu"),
			}))
			if answered := d.ticket.GetEscalations()[0]; answered.GetAnsweredBy() != d.Person("inge") {
				d.t.Errorf("the deviation was taken up: %v", answered)
			}
		})
	})
}
