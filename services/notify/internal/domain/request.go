package domain

import (
	"slices"
	"strings"
	"time"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
)

// Proposed is what the profile wants a person to say (R78).
type Proposed struct {
	Rule, Template string
	Media          []notifyv1.Medium
	To             []Addressee
	// Person and Unit are whom it names where nobody else signs it.
	Person, Unit string
	OwnNumber    string
}

// Addressee is a person who is to be told, and how much they see.
type Addressee struct {
	Recipient string // audience key
	Sight     Sight
}

// media are what requests call them. A page is triage's to make: it asks one contact after the other.
var media = map[string]notifyv1.Medium{
	"mail": notifyv1.Medium_MEDIUM_MAIL, "sms": notifyv1.Medium_MEDIUM_SMS, "call": notifyv1.Medium_MEDIUM_CALL,
	"portal": notifyv1.Medium_MEDIUM_PORTAL,
}

// byProfile does what the desk's profile asks: messages that go by themselves, and those that a person sends.
func (h Happening) byProfile() (told []Told, proposed []Proposed) {
	person, unit := h.names()
	for _, request := range h.Asked {
		var carried []notifyv1.Medium
		for _, name := range request.GetMedia() {
			if medium, ok := media[name]; ok {
				carried = append(carried, medium)
			}
		}
		to := h.addressees(request)
		if len(to) == 0 || len(carried) == 0 || request.GetTemplate() == "" {
			continue
		}
		if request.GetByPerson() {
			proposed = append(proposed, Proposed{
				Rule: request.GetRule(), Template: request.GetTemplate(), Media: carried, To: to, Person: person, Unit: unit,
				OwnNumber: request.GetOwnNumber(),
			})
			continue
		}
		for _, a := range to {
			for _, medium := range carried {
				var notBefore time.Time
				if at := request.GetSendTime(); at != nil {
					notBefore = at.AsTime()
				}
				told = append(told, Told{
					NotBefore: notBefore,
					Rule:      request.GetRule(), Template: request.GetTemplate(), Recipient: a.Recipient, Person: person, Unit: unit,
					Medium: medium, Sight: a.Sight, Urgent: h.urgent(request, a.Recipient), OwnNumber: h.ownNumber(request, a.Recipient),
				})
			}
		}
	}
	return once(told), proposed
}

// once tells nobody the same words by the same medium twice.
func once(told []Told) []Told {
	type same struct {
		recipient, template string
		medium              notifyv1.Medium
	}
	seen := map[same]bool{}
	return slices.DeleteFunc(told, func(t Told) bool {
		key := same{t.Recipient, t.Template, t.Medium}
		again := seen[key]
		seen[key] = true
		return again
	})
}

const (
	toStakeholders = "audience/stakeholders"
	// ToLinkedReporters are those whose inquiries are linked to the ticket (R19): each is told by their own inquiry, to which what
	// happens is carried over.
	ToLinkedReporters = "audience/linked_reporters"
)

// addressees are the persons whom a request means, each once. Who works hears nothing of what they did themselves; the users get
// a receipt even of that.
func (h Happening) addressees(request *triagev1.NotificationRequest) []Addressee {
	var people []string
	for _, recipient := range request.GetRecipients() {
		kind, id, _ := strings.Cut(recipient, "/")
		var some []string
		switch {
		case kind == "persons":
			some = []string{recipient}
		case kind == "parties":
			some = h.People.ofParty(id, groupOf(h.Ticket, recipient))
		case kind == "roles":
			some = h.People.inRole(id)
		case recipient == toStakeholders:
			some = h.People.Stakeholders
		}
		people = append(people, slices.DeleteFunc(slices.Clone(some), func(person string) bool {
			return person == h.Actor && !h.uses(person)
		})...)
	}
	slices.Sort(people)
	to := make([]Addressee, 0, len(people))
	for _, person := range slices.Compact(people) {
		to = append(to, Addressee{Recipient: person, Sight: h.sight(person)})
	}
	return to
}

// uses reports whether a person is one of the users: who told us, to whom it happens, who submitted it for them.
func (h Happening) uses(person string) bool {
	t := h.Ticket
	return person == Key(t.GetReporter()) || person == Key(t.GetAffectedUser()) || person == Key(t.GetSubmitter())
}

// sight is how much a person may read: what belongs to the event only if they are among those who see it, by name or for their
// party.
func (h Happening) sight(person string) Sight {
	if slices.Contains(h.Audience, person) {
		return SeesEvent
	}
	for _, m := range h.People.Members {
		if "persons/"+m.Person == person && h.shownTo(m) {
			return SeesEvent
		}
	}
	t := h.Ticket
	if h.uses(person) && !t.GetRestricted() {
		return SeesTicket
	}
	if person == Key(t.GetAssignee()) || person == Key(t.GetOwner()) {
		return SeesTicket
	}
	return SeesNothing
}

// shownTo reports whether the event is shown to a member, by name, party, group or role.
func (h Happening) shownTo(m Member) bool {
	return slices.ContainsFunc(m.keys(), func(key string) bool { return slices.Contains(h.Audience, key) })
}

// urgent: stakeholders' mail of a grave incident, the receipt of what somebody told us, and what calls somebody.
func (h Happening) urgent(request *triagev1.NotificationRequest, person string) bool {
	return slices.Contains(request.GetRecipients(), toStakeholders) || h.Type == "ticket.opened" && h.uses(person)
}

// ownNumber is for those who gave it.
func (h Happening) ownNumber(request *triagev1.NotificationRequest, person string) string {
	if !h.uses(person) {
		return ""
	}
	return request.GetOwnNumber()
}

// Watched are the events that those who follow a ticket hear of: that it moves, and what is said about it in public.
var Watched = []string{
	"ticket.held", "ticket.resumed", "ticket.resolved", "ticket.closed", "ticket.reopened", "ticket.cancelled", "ticket.note_added",
	"ticket.prioritised", "ticket.handed_over", "ticket.responsibility_transferred",
}

// watched tells those who follow the ticket, as far as they see the event and did not do it, what nothing else tells them.
func (h Happening) watched(told []Told) []Told {
	if !slices.Contains(Watched, h.Type) {
		return nil
	}
	var more []Told
	person, unit := h.names()
	for _, m := range h.People.Watchers {
		key := "persons/" + m.Person
		isTold := func(t Told) bool { return t.Recipient == key && t.Medium == notifyv1.Medium_MEDIUM_MAIL }
		if key == h.Actor || slices.ContainsFunc(told, isTold) || slices.ContainsFunc(more, isTold) ||
			!h.shownTo(m) {
			continue
		}
		more = append(more, Told{
			Rule: string(Watcher), Template: "watched", Recipient: key, Person: person, Unit: unit,
			Medium: notifyv1.Medium_MEDIUM_MAIL, Sight: SeesEvent,
		})
	}
	return more
}

func lastPart(name string) string {
	if name == "" {
		return ""
	}
	return resourcename.ID(name)
}

// AsksStakeholders reports whether a request means those who hear of grave tickets.
func AsksStakeholders(request *triagev1.NotificationRequest) bool {
	return slices.Contains(request.GetRecipients(), toStakeholders)
}

// Senders are the parties whose people may send what is proposed: those that have the ticket or answer for it, as far as they
// see it.
func Senders(h Happening) []string {
	senders := []string{}
	for _, party := range []string{Key(h.Ticket.GetHolderParty()), Key(h.Ticket.GetOwnerParty())} {
		if party != "" && slices.Contains(h.Audience, party) && !slices.Contains(senders, party) {
			senders = append(senders, party)
		}
	}
	return senders
}
