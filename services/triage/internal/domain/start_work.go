package domain

import (
	"time"

	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// StartWork begins the work (R94). Who begins a ticket that nobody has becomes its assignee.
func (t Ticket) StartWork(by string, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.TakenByOther = facts.Taken && t.Facts.GetAssignee() != by
	rule, rejection := process.Permit(process.StartWork, facts)
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.facts().Assignee = by
	c.lead(rule, 0)
	return c.done(ticketevent.WorkStarted), nil
}
