package domain

import (
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
)

// DecidesClosing is the subject of the decision not to close on silence.
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
	return c.done("ticket.queued"), nil
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
	return c.done("ticket.resumed"), nil
}

// endSilently takes silence for consent, and closes where the profile has it so and every gate is open (R106). A shut gate is
// said once; the owner closes when it has opened (R103).
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
	accepted := c.done("ticket.solution_accepted")
	if !held.Setting.GetCloses() {
		return accepted, nil
	}
	gates, err := t.Desk.Process.Gates(process.Close, accepted.Ticket.ProcessFacts(at))
	if err != nil {
		return Outcome{}, err
	}
	for _, gate := range gates {
		if !gate.Open {
			return accepted.stays(gate, at), nil
		}
	}
	closed, err := accepted.Ticket.finish(process.CloseBySilence, "ticket.closed", Text{}, at)
	if err != nil {
		return Outcome{}, err
	}
	closed.Events = append(accepted.Events, closed.Events...)
	return closed, nil
}

// stays says which gate keeps a ticket from being closed.
func (o Outcome) stays(gate profile.GateState, at time.Time) Outcome {
	f := &follower{Outcome: o, at: at}
	f.decide(DecidesClosing, "not closed", gate.Why)
	return f.Outcome
}
