package domain

import (
	"time"

	"github.com/bavn/bavn/process"
)

// Reopen puts a solved or closed ticket into the common queue of its owner's party; its clocks continue where they stood (R107).
func (t Ticket) Reopen(reason Text, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.Reason = !reason.Blank()
	rule, rejection := process.Permit(process.Reopen, facts)
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	f := c.facts()
	f.ReopenCount++
	c.unresolve()
	c.give(f.GetOwnerParty(), "", "")
	c.lead(rule, 0)
	return c.done("ticket.reopened", reason), nil
}
