package domain

import (
	"slices"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
)

// Attempt is somebody, or the time, about to take a step of a ticket.
type Attempt struct {
	Step process.Step
	// Parts and Roles are those of who takes it.
	Parts []process.Part
	Roles []string
	// Told adds to the facts what the request says; nil where it says nothing that a process looks at.
	Told func(facts *profilev1.TicketFacts)
}

// Verdict is what the desk's process says of an attempt.
type Verdict struct {
	// NotGiven is true where only a profile could give the step to who takes it, and the desk follows none (R110).
	NotGiven bool
	// Refusals are the rules that say no, a shut gate among them.
	Refusals []profile.Refusal
	// Missing is what must be known first (R37, R38).
	Missing []profile.Demand
	// Gates are all that guard the step, the open ones among them.
	Gates []profile.GateState
}

// Judge says whether the desk's process lets a step be taken now, beside the life cycle's table. Commands, explanations and the
// steps that nobody takes ask here, so that they agree. History that is brought over is not judged.
func (t Ticket) Judge(a Attempt, at time.Time) (v Verdict, err error) {
	p := t.Desk.Process
	if p == nil {
		return Verdict{NotGiven: a.Step == process.Close && !slices.Contains(a.Parts, process.OwnerAgent)}, nil
	}
	if a.Step == "" || t.Facts.GetImporting() {
		return Verdict{}, nil
	}
	facts := t.ProcessFacts(at)
	if a.Told != nil {
		a.Told(facts)
	}
	if a.Step == process.Close && slices.Contains(a.Parts, process.Reporter) {
		facts.SolutionAccepted = true // R110: who closes their own agrees
	}
	v.Refusals, err = p.Permit(profile.Attempt{Step: a.Step, Parts: a.Parts, Roles: a.Roles, Ticket: facts})
	if err != nil {
		return Verdict{}, err
	}
	if runsNone(p, a) {
		why := p.Because("procedures", p.Settings(), nil)
		v.Refusals = append(v.Refusals, profile.Refusal{Reason: profile.NotYours, Why: why})
	}
	if v.Missing, err = p.Missing(a.Step, facts); err != nil {
		return Verdict{}, err
	}
	v.Gates, err = p.Gates(a.Step, facts)
	return v, err
}

// runsNone reports whether the step is one of a procedure, and who takes it has the roles of none; which one it is, the request
// says.
func runsNone(p *profile.Profile, a Attempt) bool {
	none := false
	for _, procedure := range p.Settings().GetProcedures() {
		roles := RunBy(a.Step, procedure)
		if slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(a.Roles, role) }) {
			return false
		}
		none = none || len(roles) > 0
	}
	return none
}

// Shut is the first gate that is shut; false where all are open.
func (v Verdict) Shut() (profile.GateState, bool) {
	at := slices.IndexFunc(v.Gates, func(g profile.GateState) bool { return !g.Open })
	if at < 0 {
		return profile.GateState{}, false
	}
	return v.Gates[at], true
}

// AtBest is what a request says with a step where it says all that it can: an explanation shows what stands in the way of such a
// one. A solution is one that is to last, with its cause.
func AtBest(step process.Step) func(facts *profilev1.TicketFacts) {
	if step != process.Resolve {
		return nil
	}
	return Solution{
		RootCause: Text{Name: TextRootCause, Text: "known"}, Kind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
	}.Tells
}
