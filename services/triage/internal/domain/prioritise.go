package domain

import (
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/ticketevent"
)

// Judgement is what somebody says about a ticket's priority; what is empty stays.
type Judgement struct {
	Impact  triagev1.Impact
	Urgency string
	// Priority is set by hand, and stays unless a floor lies above it (R48).
	Priority string
	// ByRules lets it follow from impact and urgency again.
	ByRules bool
	// Settles is true of those who are asked in doubt: what they say ends it (R51).
	Settles bool
}

// Prioritise sets what the priority follows from, or the priority itself (R46-R49).
func (t Ticket) Prioritise(j Judgement, reason Text, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.Prioritise, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	a := c.assessment()
	if j.Impact != triagev1.Impact_IMPACT_UNSPECIFIED {
		c.facts().Impact = j.Impact
	}
	if j.Urgency != "" {
		a.Urgency = j.Urgency
	}
	if j.ByRules {
		a.PriorityByHand = false
	}
	if j.Priority != "" {
		c.facts().Priority, a.PriorityByHand = j.Priority, true
	}
	if j.Settles {
		a.PriorityDoubted = false
	}
	return c.done(ticketevent.Prioritised, reason), nil
}

// AlreadyDoubted refuses a second doubt before the first is answered.
type AlreadyDoubted struct{}

func (AlreadyDoubted) Error() string { return "the priority is doubted, and nobody has answered yet" }

// DoubtPriority asks those who decide in doubt (R51).
func (t Ticket) DoubtPriority(reason Text, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.Reason = !reason.Blank()
	if _, rejection := process.Permit(process.DoubtPriority, facts); rejection != nil {
		return Outcome{}, rejection
	}
	if t.Facts.GetAssessment().GetPriorityDoubted() {
		return Outcome{}, AlreadyDoubted{}
	}
	c := t.change(at)
	c.assessment().PriorityDoubted = true
	return c.done(ticketevent.PriorityDoubted, reason), nil
}

// due is the priority that the desk's process gives the ticket, and why (R46, R47). One that a person set stays, lower than the
// matrix has it too, unless a floor or the contract demands more: then moved is true.
func (t Ticket) due(at time.Time) (worked profile.Priority, moved bool, err error) {
	worked, err = t.Desk.Process.Priority(t.ProcessFacts(at))
	if err != nil || worked.Level == nil {
		return worked, false, err
	}
	to, has := worked.Level.GetId(), t.Facts.GetPriority()
	if to == has {
		return worked, false, nil
	}
	if !t.Facts.GetAssessment().GetPriorityByHand() {
		return worked, true, nil
	}
	if worked.Least == nil || !t.higher(worked.Least.GetId(), has) {
		return worked, false, nil
	}
	return profile.Priority{Level: worked.Least, Why: []profile.Why{worked.WhyLeast}}, true, nil
}

// higher reports whether one priority stands above another; anything stands above none.
func (t Ticket) higher(one, other string) bool {
	a, ok := t.Desk.Process.Rank(one)
	b, known := t.Desk.Process.Rank(other)
	return ok && (!known || a < b)
}

// ChangesOfPriority are the rules of the profile on the change that a step makes (R49, R50), with the facts that they looked at.
func (t Ticket) ChangesOfPriority(
	after Ticket, at time.Time,
) ([]profile.Held[*profilev1.PriorityChange], *profilev1.TicketFacts, error) {
	worked, moved, err := after.due(at)
	if err != nil {
		return nil, nil, err
	}
	facts := after.ProcessFacts(at)
	facts.PreviousPriority = t.Facts.GetPriority()
	if moved {
		facts.Priority = worked.Level.GetId()
	}
	if facts.GetPriority() == facts.GetPreviousPriority() {
		return nil, facts, nil
	}
	held, err := t.Desk.Process.PriorityChanges(facts)
	return held, facts, err
}
