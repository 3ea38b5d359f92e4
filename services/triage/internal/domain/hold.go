package domain

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// Wait is what a ticket is put to wait for.
type Wait struct {
	Status process.Status
	// SubStatus is the desk's own finer word for it; empty for none.
	SubStatus string
	// Until is when it is taken up again by itself; zero where nobody can say.
	Until time.Time
}

// Hold puts the ticket to wait for the user, a supplier, a release or something else, and says why (R94-R97).
func (t Ticket) Hold(wait Wait, reason Text, at time.Time) (Outcome, error) {
	if err := t.fits(wait, at); err != nil {
		return Outcome{}, err
	}
	facts := t.facts()
	facts.Asked, facts.Reason = wait.Status, !reason.Blank()
	rule, rejection := process.Permit(process.Hold, facts)
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.lead(rule, wait.Status)
	c.facts().SubStatus = wait.SubStatus
	if !wait.Until.IsZero() {
		c.facts().HoldUntil = timestamppb.New(wait.Until)
	}
	return c.done(ticketevent.Held, reason), nil
}

// BadWait refuses a wait that the desk's process does not know.
type BadWait struct{ Field, Rule string }

func (e BadWait) Error() string { return "the wait's " + e.Field + " breaks " + e.Rule }

// fits: two levels of status (R94), and an end where the profile wants one.
func (t Ticket) fits(wait Wait, at time.Time) error {
	if !wait.Until.IsZero() && !wait.Until.After(at) {
		return BadWait{"until", "future"}
	}
	stand := statusID(wait.Status)
	for _, status := range t.Desk.Process.Settings().GetStatuses() {
		if status.GetId() == wait.SubStatus && status.GetParent() == stand {
			stand = wait.SubStatus
		}
	}
	if wait.SubStatus != "" && stand != wait.SubStatus {
		return BadWait{"sub_status", "profile.sub_status"}
	}
	for _, status := range t.Desk.Process.Settings().GetStatuses() {
		if status.GetUntilRequired() && (status.GetId() == stand || status.GetId() == statusID(wait.Status)) && wait.Until.IsZero() {
			return BadWait{"until", "required"}
		}
	}
	return nil
}
