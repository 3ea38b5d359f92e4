package acceptance_test

import (
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// [0] prioritisation: an acute case is followed by a call or SMS to the employee and the team leader (R52); in doubt somebody is
// asked (R51).
func TestAUCallsAboutAnAcuteCaseAndAsksInDoubt(t *testing.T) {
	t.Parallel()
	atWork(t, "au", auCast...).byHand(t, func(h hands) {
		h.ordinary("Tue 08:30", "working_hours")
		h.registers("ditte", "karen", "walk_in", "Eksamen kan ikke begynde: ingen kan logge ind", nil)
		h.taken(h.take("ditte"))
		h.happened()
		h.step("Prioritering: the priority is in doubt", func() {
			h.taken(h.assessment().DoubtPriority(h.by("ditte"), &triagev1.DoubtPriorityRequest{
				Name: h.ticket.GetName(), RequestId: house.ID(), Reason: h.says("Er det akut, når kun ét hold er ramt?"),
			}))
			h.tells(h.happened(), map[string]string{
				"priority.in_doubt": "roles/head_of_support roles/support_coordinator by mail portal", // R51
			})
		})
		h.step("Prioritering: the support coordinator says that it is acute", func() {
			h.taken(h.prioritise("sofie", lowImpact, "acute"))
			if h.ticket.GetPriority() != "P1" || h.ticket.GetAssessment().GetPriorityDoubted() {
				t.Errorf("it is %s, in doubt: %v", h.ticket.GetPriority(), h.ticket.GetAssessment().GetPriorityDoubted())
			}
			n := h.happened()
			h.tells(n, map[string]string{ // R52
				"acute":            "persons/ditte roles/team_leader chain/support by call sms",
				"priority_changed": "parties/support by portal",
			})
			h.inPerson(n, "acute")
			h.due(map[string]string{
				"targets[acute].reaction": "running Tue 09:00", "targets[acute].solution": "running Wed 08:30",
				"updates[acute]": "running Tue 12:30",
			})
		})
		h.step("Kan opgaven løses i support? It goes to Drift, and those there are called", func() {
			h.described("general-directory", map[string]string{"symptoms": "Login afvises for alle på holdet"})
			h.happened()
			h.taken(h.route("ditte"))
			h.stands("drift/generelle-applikationer", "", assigned)
			n := h.happened()
			h.tells(n, map[string]string{
				"acute_moved": "roles/team_leader chain/operations by call sms",
				"received":    "parties/drift by portal",
			})
			h.inPerson(n, "acute_moved")
		})
	})
}

// [0] can support solve it: a hierarchical escalation begins with a complaint, or an agreement that is broken or may be (R58).
func TestAUTurnsToAManager(t *testing.T) {
	t.Parallel()
	atWork(t, "au", auCast...).byHand(t, func(h hands) {
		h.ordinary("Mon 09:00", "working_hours")
		h.reported("karen", h.report("web", "VPN afviser alle", nil))
		h.taken(h.take("ditte"))
		h.happened()
		h.step("a customer complains: the head of support, by name", func() {
			h.taken(h.escalation().Complain(h.by("karen"), &triagev1.ComplainRequest{
				Name: h.ticket.GetName(), RequestId: house.ID(), Reason: h.says("Ingen har ringet tilbage"),
			}))
			h.tells(h.happened(), map[string]string{"complaint": "persons/hanne roles/head_of_support by mail portal"}) // R58
			h.waitsFor("hanne", 1)
			h.taken(h.escalation().AnswerEscalation(h.by("hanne"), &triagev1.AnswerEscalationRequest{
				Name: h.ticket.GetName(), RequestId: house.ID(), Note: h.says("Jeg har ringet til Karen"),
			}))
			h.waitsFor("hanne", 0)
		})
		h.step("nothing is at risk yet: there is no such way", func() {
			_, err := h.turnTo("ditte", "agreement", "Det når vi ikke")
			if err == nil {
				t.Error("R58: an agreement that is not in danger was escalated")
			}
		})
		h.step("an agreement may be broken", func() {
			h.described("network-security", describedNetwork)
			h.taken(h.startWork("ditte"))
			_, warn := h.of("targets[normal].solution")
			h.rings(warn, "ticket.target_at_risk")
			h.happened()
			h.taken(h.turnTo("ditte", "agreement", "Det når vi ikke"))
			h.tells(h.happened(), map[string]string{"agreement": "persons/hanne roles/head_of_support by mail portal"})
			h.stands("support", "ditte", inProgress) // the case stays where it is
		})
		h.step("at Drift it is the team leader", func() {
			h.taken(h.route("ditte"))
			h.happened()
			h.taken(h.turnTo("niels", "manager_operations", "Vi mangler folk"))
			h.tells(h.happened(), map[string]string{"manager_operations": "persons/tine roles/team_leader by mail portal"})
		})
	})
}

// waitsFor fails unless so many escalations of the ticket wait for somebody's answer.
func (h hands) waitsFor(who string, want int) {
	h.t.Helper()
	list, err := h.escalation().ListEscalations(h.by(who), &triagev1.ListEscalationsRequest{Parent: h.Desk()})
	if err != nil {
		h.t.Fatal(err)
	}
	open := 0
	for _, escalation := range list.GetEscalations() {
		if escalation.GetTicket() == h.ticket.GetName() {
			open++
		}
	}
	if open != want {
		h.t.Errorf("R58: %d escalations wait, want %d: %v", open, want, list)
	}
}

// [0] can support solve it: what belongs to another deputy director's area is sent there with the responsibility, and the user is
// told (R60).
func TestAUSendsACaseOutsideITWithTheResponsibility(t *testing.T) {
	t.Parallel()
	atWork(t, "au", auCast...).byHand(t, func(h hands) {
		h.ordinary("Thu 10:00", "working_hours")
		h.registers("ditte", "karen", "phone", "Døren til 1461 låser ikke", nil)
		h.taken(h.take("ditte"))
		h.described("other-area", map[string]string{"symptoms": "Låsen blinker rødt"})
		h.happened()
		h.step("the case is sent on together with the responsibility", func() {
			h.taken(h.route("ditte"))
			h.stands("andet-omraade", "", registered) // there it begins anew
			if h.ticket.GetTransfer().GetParty() != h.Party("andet-omraade") {
				t.Errorf("R60: the responsibility is offered to %v", h.ticket.GetTransfer())
			}
			h.tells(h.happened(), map[string]string{"received": "parties/andet-omraade by portal"})
		})
		h.step("who takes the responsibility is said to the user", func() {
			h.passes(time.Hour)
			h.taken(h.Tickets.AcceptResponsibility(h.by("birthe"), &triagev1.AcceptResponsibilityRequest{
				Name: h.ticket.GetName(), RequestId: house.ID(), Owner: h.Person("birthe"),
			}))
			if h.ticket.GetOwnerParty() != h.Party("andet-omraade") {
				t.Errorf("R60: it is owned by %s", h.ticket.GetOwnerParty())
			}
			h.tells(h.happened(), map[string]string{"responsibility_moved": "persons/karen by portal mail"})
		})
	})
}
