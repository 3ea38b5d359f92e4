package domain

import (
	"slices"
	"time"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Happening is an event of a ticket as the rules see it.
type Happening struct {
	Type   string
	Ticket *triagev1.Ticket // after the event
	// Actor is the person who did it, and Unit the party they did it for, as audience keys; empty for Bavn itself.
	Actor, Unit string
	Audience    []string
	// Receivers are the people who may answer an offer, as audience keys.
	Receivers []string
	// Profile is the version of the process that the desk follows, and Asked what it wants said; both empty for a desk without.
	Profile string
	Asked   []*triagev1.NotificationRequest
	// People are those whom the requests name by role or party, and those who follow the ticket.
	People People
}

// Sight is how much of a ticket the words may show to a recipient.
type Sight int16

// What a recipient may read.
const (
	SeesNothing Sight = iota // the number, and what the profile calls things: whoever is told of what they do not see
	SeesTicket               // its title and solution too
	SeesEvent                // and what was written with the event
)

// Told is one message to one person.
type Told struct {
	// Rule is how the ledger calls what names the recipient: "work_started.reporter", or an id of the profile.
	Rule, Template string
	Recipient      string // audience key: "persons/mette"
	// Person and Unit are whom the message names, as audience keys: who works on it, who has it now.
	Person, Unit string
	Medium       notifyv1.Medium
	Sight        Sight
	// Urgent messages wait for nothing: receipts, stakeholders' mail, calls to those on duty.
	Urgent bool
	// OwnNumber is the case's number at the desk that reported it.
	OwnNumber string
	// NotBefore is when it goes out at the earliest; zero for at once.
	NotBefore time.Time
}

// Tell names who is told of an event: by the desk's profile, or by our own rules where it has none, each person once by each
// medium in the same words. Whoever follows the ticket hears of what is not said to them anyway.
func Tell(h Happening) ([]Told, []Proposed) {
	var told []Told
	var proposed []Proposed
	if h.Profile == "" {
		told = h.byRules()
	} else {
		told, proposed = h.byProfile()
	}
	return append(told, h.watched(told)...), proposed
}

// byRules names each person once, by the first of our rules that names them.
func (h Happening) byRules() []Told {
	var told []Told
	for _, rule := range Rules {
		if rule.Event != h.Type || rule.Status != 0 && rule.Status != h.Ticket.GetStatus() {
			continue
		}
		for _, recipient := range h.in(rule.To) {
			again := slices.ContainsFunc(told, func(t Told) bool { return t.Recipient == recipient })
			if recipient == "" || again {
				continue
			}
			person, unit := h.names()
			told = append(told, Told{
				Rule: rule.Name(), Template: rule.Template, Recipient: recipient, Person: person, Unit: unit,
				Medium: notifyv1.Medium_MEDIUM_MAIL, Sight: SeesEvent,
			})
		}
	}
	return told
}

// in are the people in a role, as far as they may hear of the event. The users hear only what is addressed to them, so that
// nothing internal can reach them whatever a rule says. Who works hears nothing of what they did themselves.
func (h Happening) in(role Role) []string {
	t := h.Ticket
	switch role {
	case Reporter:
		return h.user(Key(t.GetReporter()))
	case AffectedUser:
		return h.user(Key(t.GetAffectedUser()))
	case Owner:
		return h.staff(Key(t.GetOwnerParty()), Key(t.GetOwner()))
	case Assignee:
		return h.staff(Key(t.GetHolderParty()), Key(t.GetAssignee()))
	case Receivers:
		return h.staff(Key(t.GetHandOver().GetParty()), h.Receivers...)
	case Watcher: // named by no rule: see watched
	}
	return nil
}

func (h Happening) user(person string) []string {
	if !slices.Contains(h.Audience, person) {
		return nil
	}
	return []string{person}
}

// staff are people of a party who may know: for their party, or themselves where the ticket is restricted (R149).
func (h Happening) staff(party string, people ...string) []string {
	return slices.DeleteFunc(slices.Clone(people), func(person string) bool {
		return person == h.Actor || !slices.Contains(h.Audience, party) && !slices.Contains(h.Audience, person)
	})
}

// names are the person and the party or group that the message is about.
func (h Happening) names() (person, unit string) {
	t := h.Ticket
	holder := group(t.GetHolderGroup(), t.GetHolderParty())
	switch h.Type {
	case "ticket.work_started":
		return Key(t.GetAssignee()), holder // R78: who works on it, whoever pressed the button
	case "ticket.handed_over", "ticket.hand_over_expired":
		return Key(t.GetAssignee()), holder
	case "ticket.hand_over_offered":
		return h.Actor, group(t.GetHandOver().GetGroup(), t.GetHandOver().GetParty())
	case "ticket.responsibility_transferred":
		return Key(t.GetOwner()), Key(t.GetOwnerParty())
	case "ticket.resolved":
		return Key(t.GetLastTechnician()), group(t.GetLastTechnicianGroup(), t.GetLastTechnicianParty())
	}
	if h.Actor == "" { // time did it: whoever works on it is named
		return Key(t.GetAssignee()), holder
	}
	return h.Actor, h.Unit
}

// group is the group where there is one, otherwise the party's common queue.
func group(group, party string) string {
	if group != "" {
		return Key(group)
	}
	return Key(party)
}
