package domain

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// Close closes a solved ticket after the quality check (R101, R109).
func (t Ticket) Close(at time.Time) (Outcome, error) {
	return t.finish(process.Close, ticketevent.Closed, Text{}, at)
}

// CloseBy closes it for a person. A reporter who closes their own thereby accepts its solution (R105, R110).
func (t Ticket) CloseBy(person string, at time.Time) (Outcome, error) {
	if person != t.Facts.GetReporter() || t.Facts.GetSolutionAccepted() || t.Desk.Process == nil {
		return t.Close(at)
	}
	accepted, err := t.AcceptSolution(person, at)
	if err != nil {
		return Outcome{}, err
	}
	return accepted.Then(func(t Ticket) (Outcome, error) { return t.Close(at) })
}

// Cancel ends a ticket that was withdrawn or registered by mistake.
func (t Ticket) Cancel(reason Text, at time.Time) (Outcome, error) {
	return t.finish(process.Cancel, ticketevent.Cancelled, reason, at)
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
