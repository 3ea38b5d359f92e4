package domain

import (
	"time"

	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/deadline"
	"github.com/bavn/bavn/process/ticketevent"
)

// ReopenTooLate refuses to reopen what was closed too long ago: a new ticket is linked to it.
type ReopenTooLate struct{ Until time.Time }

func (e ReopenTooLate) Error() string {
	return "it could be reopened until " + e.Until.Format(time.RFC3339)
}

// reopensUntil is when a closed ticket can no longer be reopened; false where the profile sets no limit.
func (t Ticket) reopensUntil() (time.Time, bool) {
	p := t.Desk.Process
	if p == nil || t.Facts.GetStatus() != process.Closed {
		return time.Time{}, false
	}
	return deadline.After(p, p.Settings().GetClosing().GetReopenWithin(), "", t.Facts.GetCloseTime().AsTime())
}

// Reopen puts a solved or closed ticket into the common queue of its owner's party; its clocks continue where they stood (R107).
func (t Ticket) Reopen(reason Text, at time.Time) (Outcome, error) {
	return t.reopen(reason, !reason.Blank(), at)
}

// reopen does so; reasoned is true where there is a reason, in words or in what happened to another ticket.
func (t Ticket) reopen(reason Text, reasoned bool, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.Reason = reasoned
	rule, rejection := process.Permit(process.Reopen, facts)
	if rejection != nil {
		return Outcome{}, rejection
	}
	if until, limited := t.reopensUntil(); limited && at.After(until) {
		return Outcome{}, ReopenTooLate{until}
	}
	c := t.change(at)
	f := c.facts()
	f.ReopenCount++
	c.unresolve()
	c.give(f.GetOwnerParty(), "", "")
	c.lead(rule, 0)
	if reason.Blank() {
		return c.done(ticketevent.Reopened), nil
	}
	return c.done(ticketevent.Reopened, reason), nil
}
