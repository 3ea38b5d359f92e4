package acceptance_test

import (
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// urgentBy is the same report by somebody of a group of reporters.
func (h hands) urgentBy(group string) {
	h.t.Helper()
	request := h.report("app", "Kassan kan inte ta betalt", &triagev1.Assessment{
		Kind: "incident", Category: "software-office", Urgency: "high", ReporterGroup: group,
	})
	request.Impact = mediumImpact
	h.reported("erik", request)
	h.happened()
}

// [2] step 4 and the checklist: each group of customers has its agreement (R46, R130); who has the case is warned before it is
// broken, and it is escalated when it is at risk (R68).
func TestTheSwedishGuideHoldsAnAgreementPerCustomerGroup(t *testing.T) {
	t.Parallel()
	atWork(t, "itil-sv", svCast...).byHand(t, func(h hands) {
		h.ordinary("Mon 15:00", "office")
		h.step("4 the same report of a critical business has another agreement", func() { // R46, R130
			h.urgentBy("priority_user")
			h.due(map[string]string{
				"targets[critical_p2].reaction": "running Mon 16:00", "targets[critical_p2].solution": "running Mon 23:00",
				"updates[rest]": "running Mon 15:00",
			})
			h.taken(h.Tickets.CancelTicket(h.by("erik"), &triagev1.CancelTicketRequest{
				Name: h.ticket.GetName(), RequestId: house.ID(), Reason: h.says("Felet är borta"),
			}))
		})
		h.step("4 of anybody else: in office hours", func() {
			h.urgentBy("end_user")
			h.due(map[string]string{
				"targets[p2].reaction": "running Mon 17:00", "targets[p2].solution": "running Tue 15:00",
				"updates[rest]": "running Mon 15:00",
			})
		})
		h.step("checklist: who has it is warned, and the head of the helpdesk is turned to", func() {
			h.taken(h.take("greta"))
			h.happened()
			_, warn := h.of("targets[p2].reaction")
			n := h.rings(warn, "ticket.escalated")
			h.tells(n, map[string]string{ // R68
				"target_at_risk":   "parties/helpdesk persons/greta by mail portal",
				"at_risk_helpdesk": "roles/helpdesk_lead by mail portal",
			})
			h.now("greta")
			if warn.In(h.zone).Format("Mon 15:04") != "Mon 16:30" {
				t.Errorf("they were warned at %v", warn)
			}
		})
		h.step("checklist: broken, it is said to all who answer for it, once", func() {
			due, _ := h.of("targets[p2].reaction")
			n := h.rings(due, "ticket.breached")
			h.tells(n, map[string]string{"breached": "parties/helpdesk persons/greta roles/helpdesk_lead by mail portal"})
			h.taken(h.answer("greta", firstContact))
			h.taken(h.startWork("greta"))
			h.due(map[string]string{
				"targets[p2].reaction": "missed Mon 17:00", "targets[p2].solution": "running Tue 15:00", "updates[rest]": "running Mon 17:00",
			})
			h.taken(h.solve("greta", "Kassan omstartad."))
		})
	})
}

// midsummerEve is the Friday of 19 to 25 June that comes next, at midnight.
func (h hands) midsummerEve() time.Time {
	now := h.clock.Now().In(h.zone)
	for year := now.Year(); ; year++ {
		eve := time.Date(year, time.June, 19, 0, 0, 0, 0, h.zone)
		for eve.Weekday() != time.Friday {
			eve = eve.AddDate(0, 0, 1)
		}
		if eve.AddDate(0, 0, -1).After(now) {
			return eve
		}
	}
}

// [2] step 4: an agreement in office hours is held by the Swedish calendar: on Midsummer Eve nobody is there.
func TestTheSwedishGuideKeepsMidsummer(t *testing.T) {
	t.Parallel()
	atWork(t, "itil-sv", svCast...).byHand(t, func(h hands) {
		h.on(h.midsummerEve().Add(-8 * time.Hour)) // Thursday 16:00
		h.logs("erik", "phone", "Skrivaren blinkar", "hardware-printer")
		h.due(map[string]string{ // R130: an hour of Thursday, three of Monday; three working days from Thursday
			"targets[p3].reaction": "running Mon 11:00", "targets[p3].solution": "running Wed 16:00",
			"updates[rest]": "running Fri 16:00",
		})
		if got := h.why("greta", "deadline/reaction"); got.GetInputs()["calendar"] != "office" || got.GetInputs()["within"] != "4h" {
			t.Errorf("why it is due then: %v", got)
		}
		h.taken(h.Tickets.CancelTicket(h.by("erik"), &triagev1.CancelTicketRequest{
			Name: h.ticket.GetName(), RequestId: house.ID(), Reason: h.says("Den slutade blinka"),
		}))
	})
}

// [2] checklist, CMDB and step 6: the item is linked to the case, what else hangs on it is seen, and a known error is used.
func TestTheSwedishGuideLinksTheItemAndUsesAKnownError(t *testing.T) {
	t.Parallel()
	atWork(t, "itil-sv", svCast...).byHand(t, func(h hands) {
		h.ordinary("Mon 09:00", "office")
		method := triagev1.ConfigurationItemService_LinkConfigurationItem_FullMethodName
		items := triagev1.NewConfigurationItemServiceClient(h.Conn(method))
		point, core := h.Desk()+"/configurationItems/accesspunkt-3", h.Desk()+"/configurationItems/karnswitch"
		h.step("checklist: the items, and what they depend on", func() {
			if _, err := items.ImportConfigurationItems(h.by(house.Root), &triagev1.ImportConfigurationItemsRequest{
				Parent: h.Desk(), RequestId: house.ID(), ConfigurationItems: []*triagev1.ConfigurationItem{
					{Name: core, DisplayName: "Kärnswitch", Kind: "switch", BusinessService: "communication"},
					{Name: point, DisplayName: "Accesspunkt plan 3", Kind: "wlan", BusinessService: "communication", DependsOn: []string{core}},
				},
			}); err != nil {
				t.Fatal(err)
			}
		})
		h.step("2 the right item is linked to the case", func() { // R126
			h.logs("anna", "phone", "Trådlösa nätet bryts på plan 3", "network-wireless")
			h.taken(items.LinkConfigurationItem(h.by("greta"), &triagev1.LinkConfigurationItemRequest{
				Name: h.ticket.GetName(), RequestId: house.ID(), ConfigurationItem: core,
			}))
			about, err := items.ListConfigurationItemTickets(h.by("nadja"), &triagev1.ListConfigurationItemTicketsRequest{Parent: point})
			if err != nil {
				t.Fatal(err)
			}
			if len(about.GetTickets()) != 0 { // nadja has no part in it yet
				t.Errorf("operations sees %v", about.GetTickets())
			}
			about, err = items.ListConfigurationItemTickets(h.by("greta"), &triagev1.ListConfigurationItemTicketsRequest{Parent: point})
			if err != nil {
				t.Fatal(err)
			}
			if len(about.GetTickets()) != 1 || about.GetTickets()[0].GetName() != h.ticket.GetName() {
				t.Errorf("what the access point depends on is the matter of %v", about.GetTickets())
			}
		})
		h.step("6 a known error with its workaround", func() { // R70, R72, R127
			known := h.publishes("greta", "ingrid", &triagev1.KnownSolution{
				Title: "Trådlösa nätet bryts", Symptoms: "Nätet bryts på hela planet när kärnswitchen är överlastad",
				Solution: "Byt till kanal 11 tills switchen är bytt.", LanguageCode: "sv",
				SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND,
			})
			h.suggests("greta", known.GetName())
			h.taken(h.answer("greta", firstContact))
			h.taken(h.startWork("greta"))
			h.taken(h.Known.ApplyKnownSolution(h.by("greta"), &triagev1.ApplyKnownSolutionRequest{
				Name: known.GetName(), RequestId: house.ID(), Ticket: h.ticket.GetName(), Resolve: true,
			}))
			if h.ticket.GetSolutionKind() != triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND {
				t.Errorf("solved by %s", h.ticket.GetSolutionKind())
			}
			h.taken(h.accept("anna"))
			h.taken(h.close("greta"))
		})
	})
}
