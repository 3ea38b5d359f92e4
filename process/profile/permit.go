package profile

import (
	"slices"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
)

// Attempt is somebody trying to take a step.
type Attempt struct {
	Step process.Step
	// Parts and Roles are those of who tries.
	Parts []process.Part
	Roles []string
	// Ticket is as it stands before the step: status or sub-status say from where.
	Ticket *profilev1.TicketFacts
}

// The reasons of a refusal, beside those of process.Rejection.
const (
	// NotYours: the profile gives the step to others.
	NotYours = "NOT_PERMITTED_BY_PROFILE"
	// NotNow: the transition's condition does not hold.
	NotNow = "CONDITION_NOT_MET"
	// GateShut: something must be so first.
	GateShut = "GATE_NOT_MET"
)

// Refusal is why a step is not taken: which rule of which version said no, and what would satisfy it.
type Refusal struct {
	// Reason is UPPER_SNAKE.
	Reason string
	Why    Why
	// Satisfy says what would satisfy the rule; nil where the reason says it all.
	Satisfy *profilev1.Text
	// Overrides are the roles that may pass it with a reason; nobody may where there are none.
	Overrides []string
}

// Permit says by which transition a step is possible. Otherwise it returns every refusal, so that nobody has to try twice. It
// decides beside process.Permit, not instead of it: the life cycle's own needs hold as well, and where the profile has no
// transition for a step at all they are all there is.
func (p *Profile) Permit(a Attempt) (Held[*profilev1.Transition], []Refusal, error) {
	s := subjectOf(a.Ticket)
	var none Held[*profilev1.Transition]
	row, found := p.transition(a)
	if !found && len(p.rules.transitions[string(a.Step)]) > 0 {
		return none, []Refusal{{Reason: process.WrongStatus, Why: p.Because("transitions", p.settings, map[string]string{
			"status": a.Ticket.GetStatus(), "step": string(a.Step),
		})}}, nil
	}
	var refusals []Refusal
	if found {
		if !takes(row.setting, a) {
			refusals = append(refusals, Refusal{Reason: NotYours, Why: row.why(p, s)})
		}
		holds, err := row.when.holds(s)
		if err != nil {
			return none, nil, err
		}
		if !holds {
			refusals = append(refusals, Refusal{Reason: NotNow, Why: row.why(p, s), Satisfy: row.setting.GetRefusal()})
		}
	}
	if a.Step == process.Close && !p.closes(a) {
		refusals = append(refusals, Refusal{Reason: NotYours, Why: p.Because("closing.closed_by", p.settings.GetClosing(), nil)})
	}
	shut, err := p.shut(a.Step, s)
	if err != nil {
		return none, nil, err
	}
	if refusals = append(refusals, shut...); len(refusals) > 0 || !found {
		return none, refusals, nil
	}
	return Held[*profilev1.Transition]{Setting: row.setting, Why: row.why(p, s)}, nil, nil
}

// transition finds the row of a step: that of the sub-status, else that of the status. There is one at most, which Load holds.
func (p *Profile) transition(a Attempt) (rule[*profilev1.Transition], bool) {
	for _, from := range []string{a.Ticket.GetSubStatus(), a.Ticket.GetStatus()} {
		for _, row := range p.rules.transitions[string(a.Step)] {
			if from != "" && slices.Contains(row.setting.GetFrom(), from) {
				return row, true
			}
		}
	}
	return rule[*profilev1.Transition]{}, false
}

// takes reports whether who tries has one of the parts, and one of the roles where roles are named.
func takes(t *profilev1.Transition, a Attempt) bool {
	part := slices.ContainsFunc(a.Parts, func(part process.Part) bool { return slices.Contains(t.GetBy(), string(part)) })
	role := slices.ContainsFunc(a.Roles, func(role string) bool { return slices.Contains(t.GetRoles(), role) })
	return part && (role || len(t.GetRoles()) == 0)
}

// closes reports whether who tries is one of those who close (R109, R110).
func (p *Profile) closes(a Attempt) bool {
	closing := p.settings.GetClosing()
	if closing.GetReporterMayClose() && slices.Contains(a.Parts, process.Reporter) || slices.Contains(a.Parts, process.Timer) {
		return true
	}
	return len(closing.GetClosedBy()) == 0 ||
		slices.ContainsFunc(a.Roles, func(role string) bool { return slices.Contains(closing.GetClosedBy(), role) })
}

// GateState is a gate of a step that holds for a ticket.
type GateState struct {
	Gate *profilev1.Gate
	Why  Why
	Open bool
}

// Gates are those of a step that hold for a ticket, and whether they let it pass.
func (p *Profile) Gates(step process.Step, ticket *profilev1.TicketFacts) ([]GateState, error) {
	return p.guards(step, subjectOf(ticket))
}

func (p *Profile) guards(step process.Step, s subject) ([]GateState, error) {
	var states []GateState
	for _, g := range p.rules.gates[string(step)] {
		guards, err := g.when.holds(s)
		if err != nil {
			return nil, err
		}
		if !guards {
			continue
		}
		open, err := g.satisfied.holds(s)
		if err != nil {
			return nil, err
		}
		why := g.why(p, s)
		why.Condition, why.Inputs = g.satisfied.Text, g.satisfied.inputs(s)
		states = append(states, GateState{g.setting, why, open})
	}
	return states, nil
}

// shut are the gates of a step that are not satisfied.
func (p *Profile) shut(step process.Step, s subject) ([]Refusal, error) {
	var refusals []Refusal
	states, err := p.guards(step, s)
	for _, g := range states {
		if !g.Open {
			refusals = append(refusals, Refusal{GateShut, g.Why, g.Gate.GetRefusal(), g.Gate.GetOverrideRoles()})
		}
	}
	return refusals, err
}
