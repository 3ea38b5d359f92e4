package domain

import (
	"fmt"
	"slices"
	"time"

	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// MaxLetIn is how many persons and parties can be let in to see one restricted ticket.
const MaxLetIn = 64

// Who is not let in, or out.
type (
	// NotRestricted refuses it where everybody concerned sees the ticket.
	NotRestricted struct{}
	// NotLetIn refuses to take away what was not given.
	NotLetIn struct{}
	// TooManyLetIn refuses one more than MaxLetIn.
	TooManyLetIn struct{}
)

func (NotRestricted) Error() string { return "the ticket is not restricted" }
func (NotLetIn) Error() string      { return "they were not let in" }
func (TooManyLetIn) Error() string  { return fmt.Sprintf("%d are let in, which is the limit", MaxLetIn) }

// GrantSight lets a person or party see a restricted ticket (R149). Who was let in before stays so.
func (t Ticket) GrantSight(who string, reason Text, at time.Time) (Outcome, error) {
	c, err := t.sightStep(process.GrantSight, reason, at)
	if err != nil {
		return Outcome{}, err
	}
	key := t.Desk.Key(who)
	let := c.facts().GetNeedToKnow()
	if !slices.Contains(let, key) {
		if len(let) >= MaxLetIn {
			return Outcome{}, TooManyLetIn{}
		}
		c.facts().NeedToKnow = sorted(append(let, key))
	}
	return c.done(ticketevent.SightGranted, reason), nil
}

// RevokeSight takes it away again.
func (t Ticket) RevokeSight(who string, reason Text, at time.Time) (Outcome, error) {
	c, err := t.sightStep(process.RevokeSight, reason, at)
	if err != nil {
		return Outcome{}, err
	}
	place := slices.Index(c.facts().GetNeedToKnow(), t.Desk.Key(who))
	if place < 0 {
		return Outcome{}, NotLetIn{}
	}
	c.facts().NeedToKnow = slices.Delete(c.facts().GetNeedToKnow(), place, place+1)
	return c.done(ticketevent.SightRevoked, reason), nil
}

func (t Ticket) sightStep(step process.Step, reason Text, at time.Time) (*change, error) {
	facts := t.facts()
	facts.Reason = !reason.Blank()
	if _, rejection := process.Permit(step, facts); rejection != nil {
		return nil, rejection
	}
	if !t.Facts.GetRestricted() {
		return nil, NotRestricted{}
	}
	return t.change(at), nil
}
