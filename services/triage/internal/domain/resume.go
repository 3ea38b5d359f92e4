package domain

import (
	"time"

	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// ResumeBy takes it up again for a person. That the user has answered, those who work on it hear of, where the process has them
// told (R73, R89).
func (t Ticket) ResumeBy(person string, note Text, at time.Time) (Outcome, error) {
	resumed, err := t.Resume(note, at)
	user := person == t.Facts.GetReporter() || person == t.Facts.GetAffectedUser()
	if err != nil || !user || t.Desk.Process == nil || !t.Desk.Process.Notifies(replyReceived) {
		return resumed, err
	}
	return resumed.Then(func(t Ticket) (Outcome, error) {
		c := t.change(at)
		return c.done(replyReceived), nil
	})
}

const replyReceived = ticketevent.ReplyReceived

// Resume takes the ticket up again: with the person who has it, or back in the queue where nobody does.
func (t Ticket) Resume(note Text, at time.Time) (Outcome, error) {
	rule, rejection := process.Permit(process.Resume, t.facts())
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.lead(rule, 0)
	return c.done(ticketevent.Resumed, note), nil
}
