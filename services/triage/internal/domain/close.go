package domain

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/process"
)

// Close closes a solved ticket after the quality check (R101, R109).
func (t Ticket) Close(at time.Time) (Outcome, error) {
	return t.finish(process.Close, "ticket.closed", Text{}, at)
}

// Cancel ends a ticket that was withdrawn or registered by mistake.
func (t Ticket) Cancel(reason Text, at time.Time) (Outcome, error) {
	return t.finish(process.Cancel, "ticket.cancelled", reason, at)
}

// finish ends the ticket; what was offered and not answered ends with it.
func (t Ticket) finish(step process.Step, eventType string, reason Text, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.Reason = !reason.Blank()
	rule, rejection := process.Permit(step, facts)
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.end(rule)
	return c.done(eventType, reason), nil
}

func (c *change) end(rule process.Rule) {
	f := c.facts()
	f.HandOver, f.Transfer = nil, nil
	f.CloseTime = timestamppb.New(c.at)
	c.lead(rule, 0)
}
