package domain

import (
	"time"

	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// Assign gives the ticket to a group and person of the holding party (R54). An empty group keeps the present one; without an
// assignee it lies in that queue.
func (t Ticket) Assign(group, assignee string, at time.Time) (Outcome, error) {
	rule, rejection := process.Permit(process.Assign, t.facts())
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	if group == "" {
		group = t.Facts.GetHolderGroup()
	}
	c.give(t.Facts.GetHolderParty(), group, assignee)
	c.lead(rule, 0)
	return c.done(ticketevent.Assigned), nil
}
