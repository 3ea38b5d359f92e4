package domain_test

import (
	"maps"
	"slices"
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

const (
	mette  = "persons/mette"  // told us
	ole    = "persons/ole"    // it happens to him
	sofie  = "persons/sofie"  // follows it
	jonas  = "persons/jonas"  // works on it
	lars   = "persons/lars"   // of the group it is offered to
	ida    = "persons/ida"    // of the same group
	nobody = "persons/nobody" // has nothing to do with it
)

func ticket() *triagev1.Ticket {
	const desk = "desks/nsp/"
	return &triagev1.Ticket{
		Name: desk + "tickets/ASCP00000042", Reporter: desk + mette, AffectedUser: desk + ole,
		OwnerParty: desk + "parties/sds", Owner: desk + sofie,
		HolderParty: desk + "parties/netic", HolderGroup: desk + "parties/netic/groups/drift", Assignee: desk + jonas,
		LastTechnicianParty: desk + "parties/netic", LastTechnician: desk + jonas,
		HandOver: &triagev1.HandOverOffer{Party: desk + "parties/fmk", Group: desk + "parties/fmk/groups/kode"},
	}
}

// happens is an event that somebody did to the ticket, and that everybody with a part in it may see.
func happens(event, actor string) domain.Happening {
	return domain.Happening{
		Type: event, Ticket: ticket(), Actor: actor, Unit: "parties/netic",
		Audience:  []string{"parties/fmk", "parties/netic", "parties/sds", mette, ole},
		Receivers: []string{ida, lars},
	}
}

func told(h domain.Happening) map[string]string {
	rules := map[string]string{}
	all, _ := domain.Tell(h)
	for _, t := range all {
		rules[t.Recipient] = t.Rule
	}
	return rules
}

func TestWhoIsToldOfWhat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule, event, actor string
		want               map[string]string
	}{
		{"R78: nobody gets a mail with a meaningless number at registration", "ticket.opened", mette, nil},
		{"R78: the users hear who works on it", "ticket.work_started", jonas, map[string]string{
			mette: "work_started.reporter", ole: "work_started.affected_user",
		}},
		{"R89: those who may answer an offer", "ticket.hand_over_offered", jonas, map[string]string{
			ida: "hand_over_offered.receivers", lars: "hand_over_offered.receivers",
		}},
		{"R59: the owner follows it whoever has the work; R89: who has it now", "ticket.handed_over", lars, map[string]string{
			sofie: "handed_over.owner", jonas: "handed_over.assignee",
		}},
		{"R89: the giver still has it when nobody takes it", "ticket.hand_over_declined", lars, map[string]string{
			jonas: "hand_over_declined.assignee", sofie: "hand_over_declined.owner",
		}},
		{"R89: and when nobody answers", "ticket.hand_over_expired", "", map[string]string{
			jonas: "hand_over_expired.assignee", sofie: "hand_over_expired.owner",
		}},
		{"R60: the users hear that case and responsibility have moved", "ticket.responsibility_transferred", lars, map[string]string{
			mette: "responsibility_transferred.reporter", ole: "responsibility_transferred.affected_user",
		}},
		{"R96: the users hear that it waits", "ticket.held", jonas, map[string]string{
			mette: "held.reporter", ole: "held.affected_user",
		}},
		{"R98, R104: the users hear the solution; R100: it is back with its owner", "ticket.resolved", jonas, map[string]string{
			mette: "resolved.reporter", ole: "resolved.affected_user", sofie: "solution_to_check.owner",
		}},
		{"R102: back to the technician", "ticket.returned", sofie, map[string]string{jonas: "returned.assignee"}},
		{"R107: the fault is still there", "ticket.solution_rejected", mette, map[string]string{
			mette: "reopened.reporter", ole: "reopened.affected_user", jonas: "solution_rejected.assignee",
			sofie: "solution_rejected.owner",
		}},
		{"R107: reopened", "ticket.reopened", sofie, map[string]string{
			mette: "reopened.reporter", ole: "reopened.affected_user",
		}},
		{"R104: the closing mail", "ticket.closed", sofie, map[string]string{
			mette: "closed.reporter", ole: "closed.affected_user",
		}},
		{"R81: a cancelled case does not vanish without a word", "ticket.cancelled", sofie, map[string]string{
			mette: "cancelled.reporter", ole: "cancelled.affected_user",
		}},
		{"R74: internal notes are nobody's mail", "ticket.internal_note_added", jonas, nil},
		{"R74: nor is the work log", "ticket.work_logged", jonas, nil},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			if got := told(happens(c.event, c.actor)); !maps.Equal(got, c.want) {
				t.Errorf("of %s by %s are told %v, want %v", c.event, c.actor, got, c.want)
			}
		})
	}
}

func TestR97AReleaseThatMustComeFirstConcernsTheOwnerToo(t *testing.T) {
	t.Parallel()
	h := happens("ticket.held", jonas)
	h.Ticket.Status = triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE
	if rule := told(h)[sofie]; rule != "pending_release.owner" {
		t.Errorf("the owner is told by %q, want pending_release.owner", rule)
	}
	h.Ticket.Status = triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER
	if rule, told := told(h)[sofie]; told {
		t.Errorf("the owner is told by %q of a question to the user", rule)
	}
}

func TestWhoeverHasSeveralRolesIsToldOnceAndAsAUserFirst(t *testing.T) {
	t.Parallel()
	h := happens("ticket.resolved", jonas)
	h.Ticket.AffectedUser, h.Ticket.Owner = h.Ticket.GetReporter(), h.Ticket.GetReporter()
	all, _ := domain.Tell(h)
	if len(all) != 1 || all[0].Rule != "resolved.reporter" {
		t.Errorf("the reporter, who is affected and the owner too, is told %v, want once, as the reporter", told(h))
	}
}

func TestNobodyIsToldWhatTheyDidThemselvesButTheUsersGetAReceipt(t *testing.T) {
	t.Parallel()
	h := happens("ticket.resolved", sofie)
	if _, told := told(h)[sofie]; told {
		t.Error("the owner is told of the solution that she wrote herself")
	}
	h.Ticket.Reporter = "desks/nsp/" + sofie
	h.Audience = append(h.Audience, sofie)
	if rule := told(h)[sofie]; rule != "resolved.reporter" {
		t.Errorf("the owner who reported it herself is told by %q, want resolved.reporter", rule)
	}
}

func TestNobodyHearsOfWhatTheyMayNotSee(t *testing.T) {
	t.Parallel()
	for _, event := range domain.EventTypes() {
		h := happens(event, nobody)
		h.Audience = []string{"parties/other"}
		if got := told(h); len(got) != 0 {
			t.Errorf("of a %s that only another party may see are told %v", event, got)
		}
		h.Audience = []string{"parties/fmk", "parties/netic", "parties/sds"}
		got := told(h)
		for _, user := range []string{mette, ole} {
			if _, told := got[user]; told {
				t.Errorf("of an internal %s the user %s is told", event, user)
			}
		}
	}
}

func TestR78TheFirstMessageNamesWhoWorksOnItNotWhoPressedTheButton(t *testing.T) {
	t.Parallel()
	all, _ := domain.Tell(happens("ticket.work_started", lars))
	for _, m := range all {
		if m.Person != jonas || m.Unit != "parties/netic/groups/drift" {
			t.Errorf("%s is told of %s in %s, want the assignee in their group", m.Recipient, m.Person, m.Unit)
		}
	}
}

func TestEveryRuleSaysWhichRequirementItKeeps(t *testing.T) {
	t.Parallel()
	var names []string
	for _, rule := range domain.Rules {
		if rule.Source == "" || rule.Template == "" || rule.To == "" {
			t.Errorf("rule %+v is incomplete", rule)
		}
		names = append(names, rule.Event+" "+rule.Name())
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("a rule stands twice among %v", names)
	}
}
