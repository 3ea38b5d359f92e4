package domain

import (
	"slices"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/ticketevent"
)

// DecidesClosing is the subject of the decision not to close on silence, and to close after all.
const DecidesClosing = "closing"

// Ring takes the steps that time takes by itself: a night or a hold ends, silence becomes consent. What else the time brings (a
// warning, a breach) is drawn by Follow. rule is what the step is taken by; an outcome without events is nothing to do.
func (t Ticket) Ring(at time.Time) (outcome Outcome, rule string, err error) {
	for _, d := range t.Facts.GetDeadlines() {
		if d.GetDueTime() == nil || at.Before(d.GetDueTime().AsTime()) {
			continue
		}
		switch d.GetKind() {
		case triagev1.DeadlineKind_DEADLINE_KIND_QUEUE:
			if t.Facts.GetQueueTime() != nil {
				outcome, err = t.enterQueue(at)
				return outcome, d.GetRule(), err
			}
		case triagev1.DeadlineKind_DEADLINE_KIND_HOLD:
			if until := t.Facts.GetHoldUntil(); until != nil && !at.Before(until.AsTime()) {
				outcome, err = t.endHold(at)
				return outcome, d.GetRule(), err
			}
		case triagev1.DeadlineKind_DEADLINE_KIND_SILENCE:
			if d.GetState() == triagev1.DeadlineState_DEADLINE_STATE_RUNNING {
				outcome, err = t.endSilently(at)
				return outcome, d.GetRule(), err
			}
		default: // nobody's step
		}
	}
	return Outcome{Ticket: t}, "deadline", nil
}

// enterQueue puts what came at night where it is taken from (R10).
func (t Ticket) enterQueue(at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.EnterQueue, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.facts().QueueTime = nil
	return c.done(ticketevent.Queued), nil
}

// endHold takes a ticket up again when what was said to be its time has come.
func (t Ticket) endHold(at time.Time) (Outcome, error) {
	rule, rejection := process.Permit(process.EndHold, t.facts())
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.facts().HoldUntil = nil
	c.lead(rule, 0)
	return c.done(ticketevent.Resumed), nil
}

// endSilently takes silence for consent, and closes where the profile has it so and every gate is open (R106). A shut gate is
// said once; the step that opens it closes the ticket.
func (t Ticket) endSilently(at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.AcceptBySilence, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	held, found, err := t.Desk.Process.Silence(t.ProcessFacts(at))
	if err != nil || !found {
		return Outcome{Ticket: t}, err
	}
	c := t.change(at)
	c.facts().SolutionAccepted = true
	accepted := c.done(ticketevent.SolutionAccepted)
	if !held.Setting.GetCloses() {
		return accepted, nil
	}
	verdict, err := accepted.Ticket.mayCloseItself(at)
	if err != nil {
		return Outcome{}, err
	}
	if gate, shut := verdict.Shut(); shut {
		return accepted.stays(gate, at), nil
	}
	closed, err := accepted.Ticket.finish(process.CloseBySilence, ticketevent.Closed, Text{}, at)
	if err != nil {
		return Outcome{}, err
	}
	closed.Events = append(accepted.Events, closed.Events...)
	return closed, nil
}

// mayCloseItself is the verdict on closing without anybody's doing. Whose step it is does not matter then, and what must be known
// was demanded of who solved it: the gates decide.
func (t Ticket) mayCloseItself(at time.Time) (Verdict, error) {
	return t.Judge(Attempt{Step: process.Close, Parts: []process.Part{process.Timer}}, at)
}

// stays says which gate keeps a ticket from being closed, and that its silence has passed.
func (o Outcome) stays(gate profile.GateState, at time.Time) Outcome {
	f := &follower{Outcome: o, at: at}
	for _, d := range f.Ticket.Facts.GetDeadlines() {
		if d.GetKind() == triagev1.DeadlineKind_DEADLINE_KIND_SILENCE {
			d.State = triagev1.DeadlineState_DEADLINE_STATE_MISSED
		}
	}
	f.decide(DecidesClosing, "not closed", gate.Why)
	return f.Outcome
}

// closeOverdue closes what silence would have closed had no gate been shut, with the step that opens the last one (R106). Who has
// answered meanwhile was not silent.
func (f *follower) closeOverdue(Ticket) error {
	facts := f.Ticket.Facts
	overdue := slices.ContainsFunc(facts.GetDeadlines(), func(d *triagev1.Deadline) bool {
		return d.GetKind() == triagev1.DeadlineKind_DEADLINE_KIND_SILENCE &&
			d.GetState() == triagev1.DeadlineState_DEADLINE_STATE_MISSED
	})
	if !overdue || !facts.GetSolutionAccepted() || facts.GetStatus() != process.Resolved {
		return nil
	}
	held, found, err := f.process.Silence(f.facts())
	if err != nil || !found || !held.Setting.GetCloses() {
		return err
	}
	verdict, err := f.Ticket.mayCloseItself(f.at)
	if err != nil {
		return err
	}
	if _, shut := verdict.Shut(); shut {
		return nil
	}
	closed, err := f.Ticket.finish(process.CloseBySilence, ticketevent.Closed, Text{}, f.at)
	if err != nil {
		return err
	}
	f.Ticket, f.Events = closed.Ticket, append(f.Events, closed.Events...)
	f.forget()
	f.decide(DecidesClosing, "closed", held.Why)
	return nil
}
