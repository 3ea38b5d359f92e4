package domain

import (
	"slices"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/ticketevent"
)

// Destination is where a ticket is sent: full names.
type Destination struct {
	Party, Group string
	// Assignee is the person who is named to receive it (R62); empty for whoever is there.
	Assignee string
	// Picked is why it is that person, where a rule looked for one (R41).
	Picked *Picked
	// WithResponsibility offers the ownership too (R60, R63).
	WithResponsibility bool
}

// Picked is who was looked for at the end of a route.
type Picked struct {
	// Person is their id.
	Person string
	// For is what spoke for them: the inputs of the decision.
	For map[string]string
}

// DecidesAssignee is the subject of the decision on who is assigned a ticket at the end of its route.
const DecidesAssignee = "assignee"

// picks keeps why it is that person, by the rule of the route that looked for one (R41).
func (o Outcome) picks(d Destination, rule profile.Why, at time.Time) Outcome {
	if d.Picked == nil {
		return o
	}
	f := &follower{Outcome: o, at: at}
	f.Ticket.Decisions = slices.Clone(o.Ticket.Decisions)
	rule.Condition, rule.Inputs = "", d.Picked.For
	f.decide(DecidesAssignee, o.Ticket.Desk.Key(d.Assignee), rule)
	return f.Outcome
}

// SendBy sends the ticket on by a rule of its desk's process, which says whom it goes to there.
func (t Ticket) SendBy(
	rule profile.Why, d Destination, reason Text, by string, at time.Time, lapse time.Duration,
) (Outcome, error) {
	outcome, err := t.SendOn(d, reason, by, at, lapse)
	if err != nil {
		return Outcome{}, err
	}
	return outcome.picks(d, rule, at), nil
}

// Name is the group, or the party where no group is named, relative to the desk.
func (d Destination) Name(desk Desk) string {
	if d.Group != "" {
		return desk.Key(d.Group)
	}
	return desk.Key(d.Party)
}

// Stays reports whether the destination is of the party that has the ticket: there it is assigned, elsewhere it is offered.
func (t Ticket) Stays(d Destination) bool { return d.Party == t.Facts.GetHolderParty() }

// IsAt reports whether the ticket is where it would be sent, so that there is nothing to move.
func (t Ticket) IsAt(d Destination) bool {
	f := t.Facts
	return t.Stays(d) && (d.Group == "" || d.Group == f.GetHolderGroup()) && (d.Assignee == "" || d.Assignee == f.GetAssignee())
}

// MovesOwner reports whether the responsibility goes along.
func (t Ticket) MovesOwner(d Destination) bool {
	return d.WithResponsibility && d.Party != t.Facts.GetOwnerParty()
}

// SendOn gives the ticket to its destination: within the holding party by assigning it, else by handing it over. Where
// only the responsibility is still to move, only that is offered.
func (t Ticket) SendOn(d Destination, reason Text, by string, at time.Time, lapse time.Duration) (Outcome, error) {
	var outcome Outcome
	var err error
	switch {
	case t.IsAt(d) && !t.MovesOwner(d):
		return Outcome{}, &process.Rejection{
			Reason: process.IsHolder, Step: process.OfferHandOver, Source: "R57",
			Satisfy: "the ticket is there already; name another party or group",
		}
	case t.IsAt(d):
		return t.OfferResponsibility(d.Party, reason, by, at)
	case t.Stays(d):
		outcome, err = t.Assign(d.Group, d.Assignee, at)
	default:
		outcome, err = t.HandOver(d, reason, by, at, lapse)
	}
	if err != nil || !t.MovesOwner(d) {
		return outcome, err
	}
	return outcome.Then(func(t Ticket) (Outcome, error) { return t.OfferResponsibility(d.Party, reason, by, at) })
}

// Then takes another step with the ticket as this one leaves it; the two are one decision.
func (o Outcome) Then(next func(Ticket) (Outcome, error)) (Outcome, error) {
	after, err := next(o.Ticket)
	after.Events = append(o.Events, after.Events...)
	return after, err
}

// Forward sends on what came to the wrong department (R20), and has reporter and affected user told that the owner still answers
// for it (R22).
func (t Ticket) Forward(d Destination, reason Text, by string, at time.Time, lapse time.Duration) (Outcome, error) {
	facts := t.facts()
	facts.Reason = !reason.Blank()
	if _, rejection := process.Permit(process.Forward, facts); rejection != nil {
		return Outcome{}, rejection
	}
	sent, err := t.SendOn(d, reason, by, at, lapse)
	if err != nil {
		return Outcome{}, err
	}
	return sent.Then(func(t Ticket) (Outcome, error) {
		c := t.change(at)
		c.event.Notifications = []*triagev1.NotificationRequest{t.toldByMail("forwarded", "forwarded",
			t.Facts.GetReporter(), t.Facts.GetAffectedUser())}
		return c.done(ticketevent.Forwarded, reason), nil
	})
}
