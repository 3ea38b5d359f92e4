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
	// FixUnplanned: when and how it will be fixed must be said first (R82).
	FixUnplanned = "FIX_PLAN_REQUIRED"
	// ReportersUntold: the reporters must hear of a release before it happens (R83).
	ReportersUntold = "REPORTERS_NOT_TOLD"
)

// Refusal is why a step is not taken: which rule of which version said no, and what would satisfy it.
type Refusal struct {
	// Rule is the id of the gate or plan that said no; empty where it was neither.
	Rule string
	// Reason is UPPER_SNAKE.
	Reason string
	Why    Why
	// Satisfy says what would satisfy the rule; nil where the reason says it all.
	Satisfy *profilev1.Text
	// Overrides are the roles that may pass it with a reason; nobody may where there are none.
	Overrides []string
}

// Permit returns everything that refuses a step, so that nobody has to try twice; nothing where it is possible. It decides beside
// process.Permit, not instead of it: the life cycle's own needs hold as well, and where the profile has no transition for a step
// at all they are all there is.
func (p *Profile) Permit(a Attempt) ([]Refusal, error) {
	s := subjectOf(a.Ticket)
	row, found := p.transition(a)
	if !found && len(p.rules.transitions[string(a.Step)]) > 0 {
		return []Refusal{{Reason: process.WrongStatus, Why: p.Because("transitions", p.settings, map[string]string{
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
			return nil, err
		}
		if !holds {
			refusals = append(refusals, Refusal{Reason: NotNow, Why: row.why(p, s), Satisfy: row.setting.GetRefusal()})
		}
	}
	if setting, may := p.ends(a); !may {
		refusals = append(refusals, Refusal{Reason: NotYours, Why: p.Because("closing."+setting, p.settings.GetClosing(), nil)})
	}
	shut, err := p.shut(a.Step, s)
	if err != nil {
		return nil, err
	}
	unready, err := p.unready(a, s)
	return slices.Concat(refusals, shut, unready), err
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

// ends reports whether who tries is one of those who check, close and withdraw (R101, R109, R110), and which setting says so.
func (p *Profile) ends(a Attempt) (setting string, may bool) {
	closing := p.settings.GetClosing()
	reporter := slices.Contains(a.Parts, process.Reporter)
	agent := slices.Contains(a.Parts, process.OwnerAgent)
	switch {
	case slices.Contains(a.Parts, process.Timer):
		return "", true
	case a.Step == process.Close && reporter && closing.GetReporterMayClose():
		return "", true
	case a.Step == process.Close && !agent:
		return "reporter_may_close", !reporter // what is neither the reporter's nor an agent's, the transition refuses
	case a.Step == process.Close:
		return "closed_by", oneOf(a.Roles, closing.GetClosedBy())
	case a.Step == process.Cancel && reporter && !agent:
		return "reporter_may_withdraw", closing.GetReporterMayWithdraw()
	case a.Step == process.PassQualityCheck:
		return "quality_checked_by", oneOf(a.Roles, closing.GetQualityCheckedBy())
	}
	return "", true
}

// oneOf reports whether somebody holds one of the roles; where none is named, everybody does.
func oneOf(held, named []string) bool {
	return len(named) == 0 || slices.ContainsFunc(held, func(role string) bool { return slices.Contains(named, role) })
}

// unready are the plans of a fix that are to be made before a step, and the news of its release that are to be told (R82, R83).
func (p *Profile) unready(a Attempt, s subject) ([]Refusal, error) {
	planned := a.Step == process.Resolve || a.Step == process.Hold && a.Ticket.GetAskedStatus() == "pending_release"
	if !planned && a.Step != process.Release {
		return nil, nil
	}
	plans, err := every(p, p.rules.fixPlans, s)
	var refusals []Refusal
	for _, plan := range plans {
		switch {
		case planned && plan.Setting.GetPlanRequired() && !a.Ticket.GetFixPlanned():
			refusals = append(refusals, Refusal{Rule: plan.Setting.GetId(), Reason: FixUnplanned, Why: plan.Why})
		case !planned && plan.Setting.GetTellBeforeRelease() && !a.Ticket.GetReportersTold():
			refusals = append(refusals, Refusal{
				Rule: plan.Setting.GetId(), Reason: ReportersUntold, Why: plan.Why, Overrides: plan.Setting.GetOverrideRoles(),
			})
		}
	}
	return refusals, err
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
			refusals = append(refusals, Refusal{
				Rule: g.Gate.GetId(), Reason: GateShut, Why: g.Why, Satisfy: g.Gate.GetRefusal(), Overrides: g.Gate.GetOverrideRoles(),
			})
		}
	}
	return refusals, err
}
