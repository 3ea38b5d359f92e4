package domain

import (
	"slices"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Role is what a person is to a ticket when an event happens to it.
type Role string

// The roles a rule may tell. The first two are the users: they are told even of what they did themselves, as a receipt.
const (
	Reporter     Role = "reporter"      // who told us (R27)
	AffectedUser Role = "affected_user" // to whom it happens (R26)
	Owner        Role = "owner"         // who follows it, whoever has the work (R59)
	Assignee     Role = "assignee"      // who works on it
	Receivers    Role = "receivers"     // who may answer for the party or group that the work is offered to
	Watcher      Role = "watcher"       // who follows it because they asked to
)

// Rule says who is told of an event, and by which template.
type Rule struct {
	Event    string
	To       Role
	Template string
	// Status restricts the rule to tickets that stand there after the event; unspecified for any.
	Status triagev1.TicketStatus
	// Source is the requirement behind it.
	Source string
}

// Name is how the ledger calls the rule: "work_started.reporter".
func (r Rule) Name() string { return r.Template + "." + string(r.To) }

// Rules are who is told what. A person whom several rules of one event name is told by the first of them only, so the users
// come before those who work. Registration has no rule: the first message names the person who works on it (R78). Nor have
// internal notes and work logs.
var Rules = []Rule{
	// R78: personal contact when work starts.
	{Event: "ticket.work_started", To: Reporter, Template: "work_started", Source: "R78"},
	{Event: "ticket.work_started", To: AffectedUser, Template: "work_started", Source: "R78"},

	// R89: staff never miss what waits for them.
	{Event: "ticket.hand_over_offered", To: Receivers, Template: "hand_over_offered", Source: "R89"},
	{Event: "ticket.handed_over", To: Owner, Template: "handed_over", Source: "R59"},
	{Event: "ticket.handed_over", To: Assignee, Template: "handed_over", Source: "R89"},
	{Event: "ticket.hand_over_declined", To: Assignee, Template: "hand_over_declined", Source: "R89"},
	{Event: "ticket.hand_over_declined", To: Owner, Template: "hand_over_declined", Source: "R59"},
	{Event: "ticket.hand_over_expired", To: Assignee, Template: "hand_over_expired", Source: "R89"},
	{Event: "ticket.hand_over_expired", To: Owner, Template: "hand_over_expired", Source: "R59"},

	// R60: the user is told that the case and the responsibility have moved.
	{Event: "ticket.responsibility_transferred", To: Reporter, Template: "responsibility_transferred", Source: "R60"},
	{Event: "ticket.responsibility_transferred", To: AffectedUser, Template: "responsibility_transferred", Source: "R60"},

	// R96: it waits, and the user is told why. R97: a release that must come first concerns the owner too.
	{Event: "ticket.held", To: Reporter, Template: "held", Source: "R96"},
	{Event: "ticket.held", To: AffectedUser, Template: "held", Source: "R96"},
	{
		Event: "ticket.held", To: Owner, Template: "pending_release", Source: "R97",
		Status: triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE,
	},

	// R98, R104: how it was solved, and how to say whether the fault is gone. R100: it is back with its owner.
	{Event: "ticket.resolved", To: Reporter, Template: "resolved", Source: "R98"},
	{Event: "ticket.resolved", To: AffectedUser, Template: "resolved", Source: "R98"},
	{Event: "ticket.resolved", To: Owner, Template: "solution_to_check", Source: "R100"},

	// R102: back to the technician for better words. R107: back because the fault is still there.
	{Event: "ticket.returned", To: Assignee, Template: "returned", Source: "R102"},
	{Event: "ticket.solution_rejected", To: Reporter, Template: "reopened", Source: "R107"},
	{Event: "ticket.solution_rejected", To: AffectedUser, Template: "reopened", Source: "R107"},
	{Event: "ticket.solution_rejected", To: Assignee, Template: "solution_rejected", Source: "R107"},
	{Event: "ticket.solution_rejected", To: Owner, Template: "solution_rejected", Source: "R107"},
	{Event: "ticket.reopened", To: Reporter, Template: "reopened", Source: "R107"},
	{Event: "ticket.reopened", To: AffectedUser, Template: "reopened", Source: "R107"},
	{Event: "ticket.reopened", To: Owner, Template: "solution_rejected", Source: "R107"},

	// R104: the closing mail. R81: a case that is cancelled does not vanish without a word.
	{Event: "ticket.closed", To: Reporter, Template: "closed", Source: "R104"},
	{Event: "ticket.closed", To: AffectedUser, Template: "closed", Source: "R104"},
	{Event: "ticket.cancelled", To: Reporter, Template: "cancelled", Source: "R81"},
	{Event: "ticket.cancelled", To: AffectedUser, Template: "cancelled", Source: "R81"},
}

// ReasonOf names the templates that quote why something was done, which is a text of the event and of nothing else.
var ReasonOf = map[string]bool{
	"hand_over_offered": true, "hand_over_declined": true, "held": true, "pending_release": true, "returned": true,
	"reopened": true, "solution_rejected": true, "cancelled": true,
}

// EventTypes are the events that some rule is about.
func EventTypes() []string {
	var types []string
	for _, rule := range Rules {
		if len(types) == 0 || types[len(types)-1] != rule.Event {
			types = append(types, rule.Event)
		}
	}
	return types
}

// Heard reports whether anything is done about such an event at a desk without a profile.
func Heard(event string) bool { return heard[event] }

var heard = func() map[string]bool {
	all := map[string]bool{}
	for _, event := range slices.Concat(EventTypes(), Watched, Changing) {
		all[event] = true
	}
	return all
}()

// Changing are events that change what was said before: who may see it, and whether it may still be read.
var Changing = []string{"ticket.restricted", "ticket.sight_revoked", "ticket.texts_erased"}
