package domain

import (
	"time"

	"github.com/bavn/bavn/process"
)

// Resume takes the ticket up again: with the person who has it, or back in the queue where nobody does.
func (t Ticket) Resume(note Text, at time.Time) (Outcome, error) {
	rule, rejection := process.Permit(process.Resume, t.facts())
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.lead(rule, 0)
	return c.done("ticket.resumed", note), nil
}
