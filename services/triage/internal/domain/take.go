package domain

import (
	"time"

	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// Take makes a person of the holding party the assignee (R33).
func (t Ticket) Take(by string, at time.Time) (Outcome, error) {
	rule, rejection := process.Permit(process.Take, t.facts())
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.facts().Assignee = by
	c.lead(rule, 0)
	return c.done(ticketevent.Taken), nil
}
