package acceptance_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// auCast plays the roles of AU (R143), and its users.
var auCast = []house.Player{
	{Person: "ditte", Party: "support", Group: "arts", Roles: []string{"agent", "dispatcher"}},
	{Person: "emil", Party: "support", Group: "arts-emdrup", Roles: []string{"agent", "technician"}},
	{Person: "ib", Party: "support", Group: "arts-indkoeb", Roles: []string{"agent"}},
	{Person: "bo", Party: "support", Group: "bss", Roles: []string{"agent", "dispatcher"}},
	{Person: "sofie", Party: "support", Roles: []string{"agent", "support_coordinator", "case_owner"}},
	{Person: "hanne", Party: "support", Roles: []string{"coordinator", "head_of_support"}},
	{Person: "niels", Party: "drift", Group: "netvaerk", Roles: []string{"agent", "technician"}},
	{Person: "tine", Party: "drift", Roles: []string{"coordinator", "team_leader"}},
	{Person: "birthe", Party: "andet-omraade", Roles: []string{"agent"}},
	{Person: "karen"}, // staff
	{Person: "jonas"}, // a student
}

// solved ends a ticket that a walk has no more to show of.
func (h hands) solved(by, solution string) {
	h.t.Helper()
	h.taken(h.solve(by, solution))
	h.taken(h.check("sofie"))
	h.taken(h.close("sofie"))
}

// described is a ticket that Ditte has categorised and described, as must be before it leaves Support.
func (h hands) described(category string, answers map[string]string) {
	h.t.Helper()
	h.taken(h.categorise("ditte", "incident", category))
	h.taken(h.answer("ditte", answers))
}

// [0] from start to end, by telephone, solved at the Helpdesk (R5, R28, R29, R33, R38, R43, R70, R74, R78, R79, R98, R100,
// R101, R104).
func TestAUTakesACallAndSolvesItAtTheHelpdesk(t *testing.T) {
	t.Parallel()
	number := regexp.MustCompile(`/tickets/AU[0-9]{7}$`)
	atWork(t, "au", auCast...).byHand(t, func(h hands) {
		h.ordinary("Mon 10:00", "working_hours")
		h.step("Modtagelse og registrering: the user is found, and the case has a telling title", func() {
			found, err := h.Calls.FindCallers(h.by("ditte"), &intakev1.FindCallersRequest{Parent: h.Desk(), Query: "karen"})
			if err != nil || len(found.GetCallers()) != 1 || found.GetCallers()[0].GetPerson().GetName() != h.Person("karen") {
				t.Errorf("R5: who phones is %v, %v", found, err)
			}
			h.registers("ditte", "karen", "phone", "Printeren i 1461 skriver ikke ud", &triagev1.Assessment{
				ReporterGroup: "staff", Answers: map[string]string{"centre": "arts"},
			})
			if !number.MatchString(h.ticket.GetName()) || h.ticket.GetReporter() != h.Person("karen") ||
				h.ticket.GetTitle() != "Printeren i 1461 skriver ikke ud" {
				t.Errorf("R5, R28: registered is %v", h.ticket)
			}
			h.stands("support", "", registered)
			// R79: whoever phoned gets a receipt, from the person who answered.
			n := h.happened()
			h.tells(n, map[string]string{"receipt": "persons/karen by mail"})
			h.inPerson(n, "receipt")
			h.due(map[string]string{
				"targets[normal].reaction": "running Tue 10:00", "targets[normal].solution": "running Mon 10:00",
				"updates[rest]": "running Mon 10:00",
			})
		})
		h.step("Tage fra bunken: it is taken and read through before anything else", func() {
			if got := h.why("ditte", "route"); got.GetAnswer() != "parties/support/groups/arts" || got.GetRule() != "routing[pile_arts]" {
				t.Errorf("its pile is %v", got)
			}
			// R33: it lies on the pile until somebody takes it.
			h.taken(h.Tickets.TakeNextTicket(h.by("sofie"), &triagev1.TakeNextTicketRequest{
				Parent: h.Desk(), Party: h.Party("support"), RequestId: house.ID(),
			}))
			h.stands("support", "sofie", assigned)
			h.taken(h.assign("sofie", "arts", "ditte"))
			h.happened()
			_, err := h.startWork("ditte") // R33: nothing before it is categorised
			h.refusedBy(err, "category_duty.category_from", "category_duty.kind_from")
		})
		h.step("Kategorisering: area and type, and the questions that the category asks", func() {
			h.taken(h.categorise("ditte", "", "workplace-printer"))
			h.asksWhatWhereWhoWhen(h.guide("ditte"), "printer_name")
			h.taken(h.answer("ditte", map[string]string{
				"symptoms": "Papiret sidder fast", "printer_name": "PR-1461-2", "physical_location": "Bygning 1461, stuen",
				"users": "Hele gangen", "trigger": "Nyt papir i morges", "others_print": "no",
			}))
		})
		h.step("Er det et Service Request? Nej: et incident", func() {
			_, err := h.startWork("ditte")
			h.refusedBy(err, "category_duty.kind_from")
			h.taken(h.categorise("ditte", "incident", "")) // R29
			if got := h.why("ditte", "route").GetAnswer(); got != "parties/support/groups/arts" {
				t.Errorf("a fault at a workplace of ARTS belongs to %s", got)
			}
		})
		h.step("Prioritering: one user, normal", func() {
			h.happened()
			h.taken(h.prioritise("ditte", triagev1.Impact_IMPACT_LOW, "normal"))
			if h.ticket.GetPriority() != "P3" {
				t.Errorf("it is %s", h.ticket.GetPriority())
			}
			h.tells(h.happened(), nil)
		})
		h.step("Undersøgelse og diagnose: the user hears from a person when work begins", func() {
			h.passes(15 * time.Minute)
			h.taken(h.startWork("ditte"))
			n := h.happened()
			h.tells(n, map[string]string{"work_started": "persons/karen by call mail"}) // R78
			h.inPerson(n, "work_started")
			h.taken(h.logWork("ditte", "Genstartet printeren, papiret sidder stadig fast")) // R74
			h.tells(h.happened(), nil)
		})
		h.step("Løsning: the user tests it, and the case goes back to its owner", func() {
			h.passes(15 * time.Minute)
			h.taken(h.solve("ditte", "Papirbakken er renset. Prøv at skrive ud igen."))
			h.stands("support", "sofie", resolved) // R100: who took it first follows it
			n := h.happened()
			h.tells(n, map[string]string{
				"resolved": "audience/linked_reporters persons/karen by portal mail call", // R98
				// R112: principle 3c, later with an invitation to evaluate.
				"closing.survey_invitation": "persons/karen by mail",
				"back_to_owner":             "parties/support by portal",
			})
			h.inPerson(n, "resolved")
		})
		h.step("Lukning: support checks, then closes", func() {
			_, err := h.close("sofie")
			h.refusedBy(err, "gates[quality_checked]") // R101
			h.taken(h.check("sofie"))
			h.tells(h.happened(), nil)
			h.taken(h.close("sofie"))
			h.tells(h.happened(), map[string]string{"closed": "audience/linked_reporters persons/karen by portal mail"}) // R104
			h.due(map[string]string{
				"targets[normal].reaction": "met Tue 10:00", "targets[normal].solution": "met Mon 10:00",
			})
		})
	})
}

// asksWhatWhereWhoWhen fails unless a guide asks [0]'s eight questions, and those of the category.
func (h hands) asksWhatWhereWhoWhen(guide *triagev1.Guide, more ...string) {
	h.t.Helper()
	aspects, asked := map[string]int{}, []string{}
	for _, q := range guide.GetQuestions() {
		aspects[q.GetAspect().String()]++
		asked = append(asked, q.GetQuestion())
	}
	for _, aspect := range []string{"ASPECT_WHAT", "ASPECT_WHERE", "ASPECT_WHO", "ASPECT_WHEN"} {
		if aspects[aspect] < 2 {
			h.t.Errorf("R43: of %s it asks %d times", aspect, aspects[aspect])
		}
	}
	for _, question := range more {
		if !slices.Contains(asked, question) {
			h.t.Errorf("R38: the category does not ask %s: %v", question, asked)
		}
	}
	if knowledge := guide.GetKnowledge(); len(knowledge) == 0 || knowledge[0].GetId() != "nilex" {
		h.t.Errorf("R70: a known solution is looked for in %v", knowledge)
	}
}

// nameOwner says who of Support follows the case, whoever has it (R59).
func (h hands) nameOwner(person string) {
	h.t.Helper()
	h.taken(h.Tickets.UpdateTicket(h.by(person), &triagev1.UpdateTicketRequest{
		Ticket: &triagev1.Ticket{Name: h.ticket.GetName(), Owner: h.Person(person)}, RequestId: house.ID(),
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"owner"}},
	}))
	h.tells(h.happened(), nil)
}
