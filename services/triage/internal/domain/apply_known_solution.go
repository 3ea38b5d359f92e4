package domain

import (
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// ApplyKnownSolution effectuates a known solution (R72): its text stands in the work log, for those who continue (R74). Like all
// work it is between the parties.
func (t Ticket) ApplyKnownSolution(name string, solution Text, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.LogWork, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	if t.Notes >= MaxNotes {
		return Outcome{}, TooManyNotes{}
	}
	c := t.change(at)
	c.number(0)
	c.event.KnownSolution = name
	outcome := c.done(ticketevent.KnownSolutionApplied, Text{TextNote, solution.LanguageCode, solution.Text})
	outcome.Events[0].Audience = insidersOnly(outcome.Events[0].Audience, outcome.Ticket)
	return outcome, nil
}

// ResolveByKnownSolution applies a known solution and solves the ticket with its text, in one step (R72, R99).
func (t Ticket) ResolveByKnownSolution(
	name string, solution Text, kind triagev1.SolutionKind, by string, at time.Time,
) (Outcome, error) {
	applied, err := t.ApplyKnownSolution(name, solution, at)
	if err != nil {
		return Outcome{}, err
	}
	resolved, err := applied.Ticket.Resolve(Solution{
		Text: Text{TextSolution, solution.LanguageCode, solution.Text}, Kind: kind,
	}, by, at)
	if err != nil {
		return Outcome{}, err
	}
	resolved.Events = append(applied.Events, resolved.Events...)
	return resolved, nil
}

// RateKnownSolution says whether a known solution that was applied has helped.
func (t Ticket) RateKnownSolution(name string, helped bool, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.LogWork, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.event.KnownSolution, c.event.Helped = name, helped
	outcome := c.done(ticketevent.KnownSolutionRated)
	outcome.Events[0].Audience = insidersOnly(outcome.Events[0].Audience, outcome.Ticket)
	return outcome, nil
}
