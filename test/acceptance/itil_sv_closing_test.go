package acceptance_test

import (
	"slices"
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/test/house"
)

// [2] steps 8 and 9, and the checklist's ways of closing: silence, the user's own hand, and a test for what operations found (R3,
// R41, R106, R107, R110, R151).
func TestTheSwedishGuideClosesOnSilenceByTheUserOrAfterATest(t *testing.T) {
	t.Parallel()
	atWork(t, "itil-sv", svCast...).byHand(t, func(h hands) {
		h.ordinary("Mon 09:00", "office")
		h.step("8 the user says nothing for 48 hours: it is closed by itself", func() {
			h.solvedAtOnce("mail", "Skrivaren tar inte emot utskrifter")
			due, _ := h.of("silence[hours_48]")
			if got := due.Sub(h.clock.Now()).Round(time.Minute); got != 48*time.Hour { // R106
				t.Errorf("silence lasts %v", got)
			}
			h.on(due.Add(-time.Minute))
			if got := h.now("greta").GetStatus(); got != resolved {
				t.Errorf("a minute before its time it is %s", got)
			}
			n := h.rings(due, "ticket.closed")
			h.tells(n, map[string]string{"closed": "audience/linked_reporters persons/anna by portal mail"})
			if got := h.now("anna"); got.GetStatus() != closed || !got.GetSolutionAccepted() {
				t.Errorf("after the silence: %v", got)
			}
		})
		h.step("8 the user answers within 48 hours that it does not work", func() {
			h.solvedAtOnce("phone", "Datorn startar inte")
			due, _ := h.of("silence[hours_48]")
			h.passes(47 * time.Hour)
			h.taken(h.Tickets.RejectSolution(h.by("anna"), &triagev1.RejectSolutionRequest{
				Name: h.ticket.GetName(), RequestId: house.ID(), Reason: h.says("Den startar fortfarande inte"),
			}))
			h.tells(h.happened(), map[string]string{"rejected": "parties/helpdesk persons/greta by mail portal"})
			h.on(due.Add(time.Hour))
			if got := h.now("greta").GetStatus(); got != inProgress {
				t.Errorf("R107: a solution that does not work is %s", got)
			}
			h.taken(h.solve("greta", "Nytt nätaggregat."))
			h.happened()
		})
		h.step("checklist: the user closes their own in the portal, and reopens it when it comes back", func() {
			h.taken(h.close("anna")) // R110
			h.tells(h.happened(), map[string]string{"closed": "audience/linked_reporters persons/anna by portal mail"})
			h.passes(7 * 24 * time.Hour)
			h.taken(h.reopen("anna", "Samma fel igen")) // R107
			h.tells(h.happened(), map[string]string{
				"reopened_user": toAnna, "reopened_staff": "parties/helpdesk by mail portal",
			})
			h.stands("helpdesk", "", registered)
		})
		h.step("checklist: the user withdraws what nobody has begun", func() {
			h.taken(h.Tickets.CancelTicket(h.by("anna"), &triagev1.CancelTicketRequest{ // R110
				Name: h.ticket.GetName(), RequestId: house.ID(), Reason: h.says("Den startar nu"),
			}))
			h.tells(h.happened(), map[string]string{"cancelled": toAnna})
		})
		h.step("2, 8 found within operations: logged alike and verified by a test; nobody's silence counts", h.foundAndTested)
	})
}

// solvedAtOnce is an end user's incident that the helpdesk has solved.
func (h hands) solvedAtOnce(channel, title string) {
	h.t.Helper()
	h.logs("anna", channel, title, "hardware-printer")
	h.tells(h.happened(), map[string]string{"receipt": toAnna})
	h.taken(h.answer("greta", firstContact))
	h.taken(h.startWork("greta"))
	h.taken(h.solve("greta", "Omstartad."))
	h.happened()
}

// foundAndTested: R3, R151.
func (h hands) foundAndTested() {
	h.t.Helper()
	h.ordinary("Mon 09:00", "office")
	request := h.report("operations", "Lagringen svarar långsamt", &triagev1.Assessment{
		Kind: "incident", Category: "hardware-server", Urgency: "medium", FoundBy: h.Party("drift"), ReporterGroup: "technician",
	})
	request.Impact = mediumImpact
	h.reported("sven", request)
	h.tells(h.happened(), nil)
	if got := h.why("greta", "route").GetAnswer(); got != "parties/drift/groups/servrar" {
		h.t.Errorf("R41: it belongs to %s", got)
	}
	h.taken(h.answer("greta", firstContact))
	h.taken(h.route("greta"))
	h.taken(h.startWork("sven"))
	h.taken(h.solve("sven", "Bytt disk i kabinett 2."))
	if slices.ContainsFunc(h.ticket.GetDeadlines(), func(d *triagev1.Deadline) bool { return d.GetRule() == "silence[hours_48]" }) {
		h.t.Error("R106: the silence of nobody closes it")
	}
	h.happened()
	_, err := h.close("greta")
	h.refusedBy(err, "gates[verified]")
	if _, err := h.verify("greta", triagev1.VerificationMethod_VERIFICATION_METHOD_REPORTER); !fault.Is(err, "VERIFIED_OTHERWISE") {
		h.t.Errorf("R151: it was verified without a test: %v", err)
	}
	h.taken(h.verify("sven", triagev1.VerificationMethod_VERIFICATION_METHOD_TEST))
	h.taken(h.close("greta"))
	h.stands("helpdesk", "", closed)
}
