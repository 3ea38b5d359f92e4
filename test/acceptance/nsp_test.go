package acceptance_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/test/house"
)

// [3] from the inquiry at the local desk to its closing, by what it is about: operations, an application and its components, FMK.
func TestNSPCarriesACaseFromTheLocalDeskToItsClosing(t *testing.T) {
	t.Parallel()
	nspWalks(t,
		nspWalk{"operations", anOperationsIncident},   // R13, R15, R34, R39, R41, R48, R64, R104, R109
		nspWalk{"application", anApplicationIncident}, // R49, R57, R65, R71, R76
		nspWalk{"FMK", anFMKIncident},                 // R42, R49, R64, R71, R72
	)
}

// Operations solves what is operations' own.
func anOperationsIncident(v *nspVisit) {
	v.inAnOrdinaryWeek("Mon 10:00")
	v.step("1, 2 the local desk has a ticket of its own, and reports by web form", func() {
		v.registers("lone", "Journalen svarer ikke")
	})
	v.step("3 the national desk triages and prioritises", func() {
		_, err := v.escalate.RouteTicket(v.by("mette"), &triagev1.RouteTicketRequest{Name: v.ticket.GetName(), RequestId: house.ID()})
		v.refusedFor(err, "SAME_HOLDER") // who triages has it, as long as nothing is said about it
		v.triages("mette", "nsp")
		guide, err := v.assess.GetGuide(v.by("mette"), &triagev1.GetGuideRequest{Name: v.ticket.GetName()})
		if err != nil || len(guide.GetKnowledge()) == 0 || guide.GetKnowledge()[0].GetId() != "wiki" {
			v.t.Errorf("the wiki for triage is not beside the question tree: %v, %v", guide.GetKnowledge(), err)
		}
		v.tells(v.happened(), nil)
		v.judges("mette", "P3")
		v.tells(v.happened(), map[string]string{"priority_changed": "parties/sds by mail portal"})
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, "Wed 10:00")
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_REACTION, triagev1.DeadlineState_DEADLINE_STATE_MET)
	})
	v.step("4 the national desk assigns it by the question tree", func() {
		v.routes("mette", "netic", "drift")
		v.tells(v.happened(), map[string]string{"work_offered": "parties/netic by portal"})
		if got := v.shown(v.ticket.GetHandOver().GetExpireTime().AsTime()); got != "Mon 14:00" {
			v.t.Errorf("operations has until %s to receive it, want four working hours", got)
		}
	})
	v.step("5b operations receives it, and each tool knows the other's number", func() {
		v.receives("lars", "netic", "drift")
		v.numbered("lars", "jira", "NSP-118")
		v.numbered("lars", "clearquest", resourcename.ID(v.ticket.GetName()))
		v.tells(v.happened(), nil)
		v.starts("lars")
	})
	v.step("7 operations searches for a known solution", func() { v.looksForASolution("lars") })
	v.step("10 operations solves it, and writes down what it did", func() {
		v.passes(time.Hour)
		v.taken(v.Tickets.LogWork(v.by("lars"), &triagev1.LogWorkRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(),
			Text: in("da", "Disken på databasen var fuld; logs er ryddet, og alarmen er sat op"),
		}))
		v.solves("lars", "Databasen har fået plads. Prøv igen.")
		v.tells(v.happened(), map[string]string{"resolved": "audience/linked_reporters persons/lone by mail portal"})
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, triagev1.DeadlineState_DEADLINE_STATE_MET)
	})
	v.step("15 the national desk closes, nobody else, and the reporter is told", func() {
		if err := v.closes("lars"); err == nil {
			v.t.Error("operations closed it")
		}
		if err := v.closes("mette"); err != nil {
			v.t.Fatal(err)
		}
		v.is(closed)
		told := v.happened()
		v.tells(told, map[string]string{"closed": "audience/linked_reporters persons/lone by mail portal"})
		v.step("16 the local desk closes its own ticket, whose number it reads", func() {
			if got := told.Notifications["closed"].GetOwnNumber(); got != "LSD-4711" {
				v.t.Errorf("the local desk reads %q, want the number of its own ticket", got)
			}
			if got := v.now("lone").GetSolution(); got != "Databasen har fået plads. Prøv igen." {
				v.t.Errorf("the local desk reads as the solution %q", got)
			}
		})
	})
}

// Operations finds that it is the application; its supplier decides about the component supplier.
func anApplicationIncident(v *nspVisit) {
	v.inAnOrdinaryWeek("Mon 10:00")
	v.step("1-4 a case goes to operations", func() {
		v.registers("lone", "Recepten kan ikke fornyes")
		v.triages("mette", "nsp")
		v.judges("mette", "P3")
		v.routes("mette", "netic", "drift")
	})
	v.step("5b operations receives it: an application issue, which the application supplier solves", func() {
		v.passes(time.Minute)
		v.receives("lars", "netic", "drift")
		v.happened()
		v.passes(time.Minute)
		v.categorises("lars", "nsp-application")
		v.routes("lars", "applikation", "support")
		v.tells(v.happened(), map[string]string{"work_offered": "parties/applikation by portal"})
	})
	v.step("6 the application supplier reassesses it, of which the national desk is told", func() {
		v.receives("astrid", "applikation", "support")
		v.happened()
		if err := v.changes("astrid", "P4", "Kun udskriften er forkert"); err != nil {
			v.t.Fatal(err)
		}
		v.tells(v.happened(), map[string]string{"priority_changed": "parties/sds by mail portal"})
		v.refusedFor(v.changes("mette", "P3", "Vi synes noget andet, men har den ikke"), "NOT_PERMITTED_BY_PROFILE")
	})
	v.step("6 the application supplier decides that the component supplier is needed", func() {
		v.taken(v.escalate.EscalateTicket(v.by("astrid"), &triagev1.EscalateTicketRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Rule: "to_component", Reason: in("da", "Udskriften laves af komponenten"),
		}))
		v.tells(v.happened(), map[string]string{"work_offered": "parties/komponent by portal"})
		v.passes(time.Minute)
		v.receives("bent", "komponent", "komponenter")
		v.passes(time.Minute)
		v.refusedFor(v.changes("bent", "P2", "Alle er ramt"), "NOT_PERMITTED_BY_PROFILE")
	})
	v.step("7 the component supplier searches too", func() { v.looksForASolution("bent") })
	v.step("10 they solve it together", func() {
		v.starts("bent")
		v.offers("bent", "applikation", "support", "Komponenten er rettet i version 4.2; tag den i brug")
		v.receives("astrid", "applikation", "support")
		v.starts("astrid")
		v.happened()
		v.solves("astrid", "Udskriften er rigtig igen.")
		v.tells(v.happened(), map[string]string{"resolved": "audience/linked_reporters persons/lone by mail portal"})
		v.sharedClock("sds", "netic", "applikation", "komponent")
	})
	v.step("15 the national desk closes", func() {
		if err := v.closes("mette"); err != nil {
			v.t.Fatal(err)
		}
		v.is(closed)
	})
}

// FMK goes to the FMK supplier, who finds a solution that is known and effectuates it.
func anFMKIncident(v *nspVisit) {
	v.inAnOrdinaryWeek("Mon 10:00")
	solution := v.knownSolution("kim", "fmk")
	v.step("1, 2 the local desk reports", func() { v.registers("lone", "Medicinkortet viser fejl 4711 ved certifikatet") })
	v.step("3 the national desk triages", func() {
		v.triages("mette", "fmk")
		v.judges("mette", "P3")
	})
	v.step("4 the national desk assigns it to the FMK supplier", func() {
		v.happened()
		v.routes("mette", "trifork", "fmk")
		v.tells(v.happened(), map[string]string{"work_offered": "parties/trifork by portal"})
	})
	v.step("5a the FMK supplier receives it, and reassesses it", func() {
		v.receives("kim", "trifork", "fmk")
		v.happened()
		if err := v.changes("kim", "P4", "Kun ét apotek"); err != nil {
			v.t.Fatal(err)
		}
		v.tells(v.happened(), map[string]string{"priority_changed": "parties/sds by mail portal"})
	})
	v.step("7 the FMK supplier finds a solution among those that are known", func() {
		v.eventually("the solution is found", func() error {
			if found := v.looksForASolution("kim"); !slices.Contains(found, solution) {
				return fmt.Errorf("found are %v, want %s among them", found, solution)
			}
			return nil
		})
	})
	v.step("8 the FMK supplier effectuates it", func() {
		v.starts("kim")
		v.taken(v.known.ApplyKnownSolution(v.by("kim"), &triagev1.ApplyKnownSolutionRequest{
			Name: solution, RequestId: house.ID(), Ticket: v.ticket.GetName(), Resolve: true,
		}))
		v.is(resolved)
		v.tells(v.happened(), map[string]string{"resolved": "audience/linked_reporters persons/lone by mail portal"})
		if got := v.now("lone").GetSolution(); got != nspKnown {
			v.t.Errorf("the reporter reads as the solution %q", got)
		}
	})
	v.step("15 the national desk closes", func() {
		if err := v.closes("mette"); err != nil {
			v.t.Fatal(err)
		}
	})
}
