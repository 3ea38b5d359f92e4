package app_test

import (
	"io/fs"
	"strings"
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/profiles"
)

// following starts triage with a desk that follows one of the shipped profiles.
func following(t testing.TB, p *profile.Profile) *world {
	t.Helper()
	w := startWorld(t)
	given, settings := nspDesk(), p.Settings()
	given.Profile, given.LanguageCode = p.ID(), settings.GetDesk().GetLanguage()
	given.AuthorityParty = desk + "/parties/" + settings.GetDesk().GetAuthority()
	given.ContactParty = desk + "/parties/" + settings.GetDesk().GetContact()
	must(w.directory.CreateDesk(w.as("root"), &triagev1.CreateDeskRequest{DeskId: "nsp", RequestId: requestID(), Desk: given}))(t)
	w.grant("mette", given.GetContactParty(), "", "agent", "dispatcher")
	return w
}

// decided is the rule by which something was last decided about a ticket.
func (w *world) decided(ticket, subject string) (rule string) {
	w.t.Helper()
	for _, e := range w.events(ticket) {
		payload := new(triagev1.TicketEvent)
		if err := e.Record.GetPayload().UnmarshalTo(payload); err != nil {
			w.t.Fatal(err)
		}
		for _, d := range payload.GetDecisions() {
			if d.GetSubject() == subject {
				rule = d.GetRule()
			}
		}
	}
	return rule
}

// R46, R55, R56: whatever impact a ticket has, the profile's matrix prioritises it; and its whole matrix of groups is there.
func TestEveryShippedProfileRunsADesk(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(profiles.Shipped, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		p, err := profile.Load(profiles.Shipped, file)
		if err != nil || len(p.Settings().GetPriority().GetUrgencies()) == 0 || p.Settings().GetSupportCentre() != "" {
			continue // a base, or an overlay: TestTheShippedProfilesAreSound says what is wrong with a file
		}
		t.Run(p.ID(), func(t *testing.T) {
			t.Parallel()
			w := following(t, p)
			for impact := triagev1.Impact_IMPACT_LOW; impact <= triagev1.Impact_IMPACT_NONE; impact++ {
				opening := w.opening()
				opening.Impact = impact
				opening.Assessment = &triagev1.Assessment{Urgency: p.Settings().GetPriority().GetUrgencies()[0].GetId()}
				if p.Settings().GetCategoryDuty().GetCategoryFrom() == "open" { // R37: [2] logs no ticket without one
					opening.Assessment.Kind = p.Settings().GetKinds()[0].GetId()
					opening.Assessment.Category = p.Settings().GetCategories()[0].GetId()
				}
				opened := must(w.intake.OpenTicket(t.Context(), opening))(t)
				if rule := w.decided(opened.GetName(), "priority"); !strings.HasPrefix(rule, "priority.matrix[") {
					t.Errorf("%s is prioritised by %q, want the matrix", impact, rule)
				}
			}
			groups := 0
			for _, party := range p.Settings().GetParties() {
				groups += len(party.GetGroups())
			}
			if got := w.count("groups WHERE desk = 'nsp'"); got != groups {
				t.Errorf("the desk has %d groups, its profile %d", got, groups)
			}
		})
	}
}

// R20, R33, R37, R94: at AU the wrong department passes a ticket on unread; nobody works before it is categorised, and nothing is
// cancelled.
func TestAUsSupportPassesOnThenCategorisesThenWorks(t *testing.T) {
	t.Parallel()
	p, err := profile.Load(profiles.Shipped, "au.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := following(t, p)
	mette, name := w.as("mette"), w.open().GetName()
	bss := desk + "/parties/support/groups/bss"
	moved := must(w.tickets.AssignTicket(mette, &triagev1.AssignTicketRequest{Name: name, RequestId: requestID(), Group: bss}))(t)
	if moved.GetHolderGroup() != bss {
		t.Errorf("it lies with %q, want the right department", moved.GetHolderGroup())
	}
	_, err = w.tickets.StartWork(mette, &triagev1.StartWorkRequest{Name: name, RequestId: requestID()})
	if !fault.Is(err, "FACTS_MISSING") {
		t.Errorf("work began on a ticket without a category: %v", err)
	}
	_, err = w.tickets.CancelTicket(mette, &triagev1.CancelTicketRequest{
		Name: name, RequestId: requestID(), Reason: danish("Dublet"),
	})
	if !fault.Is(err, "GATE_NOT_MET") {
		t.Errorf("a ticket was cancelled at AU: %v", err)
	}
}
