package acceptance_test

import (
	"slices"
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

const (
	awaitingSupplier = triagev1.TicketStatus_TICKET_STATUS_AWAITING_SUPPLIER
	lowImpact        = triagev1.Impact_IMPACT_LOW
)

// describedNetwork is what is said of a fault of the network, before it leaves Support.
var describedNetwork = map[string]string{
	"symptoms": "Forbindelsen falder ud hvert kvarter", "connection_kind": "wireless", "building": "Bygning 1442",
}

// [0]: written, categorised, through self, Back Desk and Drift, awaiting user and supplier, solved, returned, closed, reopened
// (R4, R38, R54, R55, R57, R59, R74, R78, R80, R94, R96, R98-R104, R107).
func TestAUPassesACaseThroughItsLevelsAndBackToItsOwner(t *testing.T) {
	t.Parallel()
	atWork(t, "au", auCast...).byHand(t, func(h hands) {
		h.ordinary("Mon 09:00", "working_hours")
		h.step("Modtagelse: a mail is registered by itself, and no automatic mail answers it", func() {
			h.reported("karen", h.report("mail", "Det trådløse net falder ud", nil)) // R4
			h.tells(h.happened(), nil)                                               // R78
			h.nameOwner("sofie")                                                     // R59
		})
		h.step("Kan opgaven løses i support? Not by oneself, nor by Back Desk: first self, then the group", func() {
			h.taken(h.take("ditte"))
			h.stands("support", "ditte", assigned) // R54
			h.taken(h.assign("ditte", "arts", "ditte"))
			h.happened()
			h.taken(h.escalate("ditte", "back_desk_arts", h.Group("support", "arts-emdrup"), "Ikke set før")) // R55
			h.stands("support/arts-emdrup", "", assigned)
			h.tells(h.happened(), nil)
		})
		h.step("Kan opgaven løses i support? No: to Drift by the matrix, when it is described", func() {
			h.taken(h.take("emil"))
			h.taken(h.categorise("emil", "incident", "network-wlan"))
			_, err := h.escalate("emil", "network", "", "Netværksteamet skal se på det")
			h.refusedBy(err, "category_duty.answers_from", "category_duty.answers_from") // R38
			h.taken(h.answer("emil", describedNetwork))
			h.happened()
			h.taken(h.escalate("emil", "network", "", "Netværksteamet skal se på det")) // R57
			h.stands("drift/netvaerk", "", assigned)                                    // annex 2: assigned is assigned
			h.tells(h.happened(), map[string]string{"received": "parties/drift by portal"})
			if got := h.now("sofie"); got.GetOwner() != h.Person("sofie") || got.GetOwnerParty() != h.Party("support") {
				t.Errorf("R59: it is owned by %s of %s", got.GetOwner(), got.GetOwnerParty())
			}
		})
		h.step("Undersøgelse: what was tried is written down for others, and the user is contacted", func() {
			h.passes(30 * time.Minute)
			h.taken(h.startWork("niels"))
			n := h.happened()
			h.tells(n, map[string]string{"work_started": "persons/karen by call mail"})
			h.inPerson(n, "work_started")
			h.taken(h.logWork("niels", "Skiftet kanal på accesspunktet, uden virkning"))
			h.happened()
		})
		h.step("Afventer bruger: the user is asked, and the clock stands", func() {
			h.awaitsTheUser()
		})
		h.step("Afventer leverandør: the user is told, and the clock runs", func() {
			h.taken(h.hold("niels", awaitingSupplier, "Leverandøren undersøger firmwaren"))
			n := h.happened()
			h.tells(n, map[string]string{"awaiting_supplier": "persons/karen by call mail"}) // R96
			h.inPerson(n, "awaiting_supplier")
			if h.ticket.GetStatusClass() != triagev1.StatusClass_STATUS_CLASS_OPEN { // R94
				t.Errorf("awaiting a supplier is %s", h.ticket.GetStatusClass())
			}
			h.due(map[string]string{
				"targets[normal].reaction": "met Tue 09:00", "targets[normal].solution": "running Tue 09:00",
				"updates[rest]": "running Tue 09:30",
			})
		})
		h.step("Principle 3b: it drags on, and a person tells the user", h.dragsOn)
		h.step("Løsning, Lukning: too little is written, and it goes back to the technician", h.returnedToItsTechnician)
		h.step("Lukning: the user comes back unsatisfied, and the case is reopened", func() {
			h.passes(21 * 24 * time.Hour)
			h.taken(h.reopen("karen", "Det falder ud igen")) // R107
			h.stands("support", "", registered)
			h.tells(h.happened(), map[string]string{"reopened": "parties/support by portal"})
			h.taken(h.take("ditte"))
			h.taken(h.escalate("ditte", "network", "", "Igen"))
			h.taken(h.startWork("niels"))
			h.solved("niels", "Accesspunktet er skiftet ud.")
			h.stands("support", "sofie", closed)
		})
	})
}

// awaitsTheUser: the clock stands for a day, until the user answers (R94, R96).
func (h hands) awaitsTheUser() {
	h.t.Helper()
	h.taken(h.hold("niels", awaitingUser, "Hvilken enhed er det?"))
	h.tells(h.happened(), map[string]string{"reply_wanted": "persons/karen by portal mail"})
	if h.ticket.GetStatusClass() != triagev1.StatusClass_STATUS_CLASS_WAITING {
		h.t.Errorf("awaiting the user is %s", h.ticket.GetStatusClass())
	}
	h.due(map[string]string{
		"targets[normal].reaction": "met Tue 09:00", "targets[normal].solution": "paused", "updates[rest]": "running Mon 09:30",
	})
	h.passes(24 * time.Hour)
	h.taken(h.resume("karen"))
	h.tells(h.happened(), nil)
	h.stands("drift/netvaerk", "niels", inProgress)
}

// dragsOn: before the user has waited too long for news a person makes contact, and the same before the target is missed (R80).
func (h hands) dragsOn() {
	h.t.Helper()
	_, warn := h.of("targets[normal].solution")
	n := h.rings(warn, "ticket.target_at_risk")
	h.tells(n, map[string]string{
		"delivery_late":  "persons/karen by call mail",
		"target_at_risk": "parties/drift persons/niels by portal",
	})
	h.inPerson(n, "delivery_late")
	h.now("niels")
	_, warn = h.of("updates[rest]")
	n = h.rings(warn, "ticket.update_due")
	h.tells(n, map[string]string{"drags_on": "persons/karen by call mail", "update_due": "parties/drift persons/niels by portal"})
	h.inPerson(n, "drags_on")
}

// returnedToItsTechnician: the owner follows up the day after, finds that too little is written, and gets it back better.
func (h hands) returnedToItsTechnician() {
	h.t.Helper()
	h.taken(h.resume("niels"))
	h.taken(h.solve("niels", "Fikset"))
	h.stands("support", "sofie", resolved)
	n := h.happened()
	h.tells(n, map[string]string{
		"resolved": "audience/linked_reporters persons/karen by portal mail call",
		// R112: later, and only if it is still solved then.
		"closing.survey_invitation": "persons/karen by mail",
		"back_to_owner":             "parties/support by portal",
	})
	due, _ := h.of("ageing[ready_to_close]")
	n = h.rings(due, "ticket.aged")
	h.tells(n, map[string]string{"ageing[ready_to_close]": "roles/case_owner roles/support_coordinator by mail portal"})
	h.taken(h.returnIt("sofie", "Skriv, hvad der var galt, og hvad brugeren skal gøre"))
	h.stands("drift/netvaerk", "niels", inProgress)
	h.tells(h.happened(), map[string]string{"returned": "parties/drift persons/niels by portal mail"})
	h.taken(h.solve("niels", "Firmwaren på accesspunktet er opdateret. Brugeren skal forbinde til nettet én gang forfra."))
	if got := h.now("sofie").GetSolution(); got[:9] != "Firmwaren" {
		h.t.Errorf("R99: the newest solution stands on top, not %q", got)
	}
	h.happened()
	_, err := h.close("sofie")
	h.refusedBy(err, "gates[quality_checked]")
	h.taken(h.check("sofie"))
	h.taken(h.close("sofie"))
	n = h.happened()
	if !slices.Contains(n.Types, "ticket.closed") {
		h.t.Errorf("it happened: %v", n.Types)
	}
	h.tells(n, map[string]string{"closed": "audience/linked_reporters persons/karen by portal mail"})
}
