package domain

import (
	"time"

	"github.com/bavn/bavn/process"
)

// Hold puts the ticket to wait for the user, a supplier, a release or something else, and says why (R94-R97).
func (t Ticket) Hold(asked process.Status, reason Text, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.Asked, facts.Reason = asked, !reason.Blank()
	rule, rejection := process.Permit(process.Hold, facts)
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.lead(rule, asked)
	return c.done("ticket.held", reason), nil
}
