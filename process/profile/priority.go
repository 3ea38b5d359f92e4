package profile

import (
	"fmt"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Priority is the priority that a profile gives a ticket.
type Priority struct {
	// Level is nil where the profile has no priorities.
	Level *profilev1.PriorityLevel
	// Why begins with what decided; what was outweighed follows.
	Why []Why
	// Least is the highest that a floor or the contract demands, below which nobody sets a priority by hand; nil where none does.
	Least *profilev1.PriorityLevel
	// WhyLeast is what demands it.
	WhyLeast Why
}

// Priority works a ticket's priority out (R46, R47): the matrix's cell, the category of the contract and every floor that
// holds each propose one, and the highest wins. A ticket that nobody has assessed has the initial one.
func (p *Profile) Priority(ticket *profilev1.TicketFacts) (Priority, error) {
	of := p.settings.GetPriority()
	var result Priority
	propose := func(id string, why Why) {
		rank, ok := p.ranks[id]
		if !ok {
			return
		}
		if result.Level == nil || rank < p.ranks[result.Level.GetId()] {
			result.Level = of.GetLevels()[rank]
			result.Why = append([]Why{why}, result.Why...)
			return
		}
		result.Why = append(result.Why, why)
	}
	demand := func(id string, why Why) {
		propose(id, why)
		rank, ok := p.ranks[id]
		if ok && (result.Least == nil || rank < p.ranks[result.Least.GetId()]) {
			result.Least, result.WhyLeast = of.GetLevels()[rank], why
		}
	}
	for i, cell := range of.GetMatrix() {
		if cell.GetImpact() == ticket.GetImpact() && cell.GetUrgency() == ticket.GetUrgency() {
			propose(cell.GetPriority(), p.Because(fmt.Sprintf("priority.matrix[%d]", i), cell,
				map[string]string{"impact": ticket.GetImpact(), "urgency": ticket.GetUrgency()}))
		}
	}
	for _, category := range of.GetContractCategories() {
		if category.GetId() == ticket.GetContractCategory() {
			demand(category.GetPriority(), p.Because("priority.contract_categories["+category.GetId()+"]", category,
				map[string]string{"contract_category": ticket.GetContractCategory()}))
		}
	}
	floors, err := every(p, p.rules.floors, subjectOf(ticket))
	if err != nil {
		return Priority{}, err
	}
	for _, floor := range floors {
		demand(floor.Setting.GetAtLeast(), floor.Why)
	}
	if result.Level == nil {
		propose(of.GetInitial(), p.Because("priority.initial", of, nil))
	}
	return result, nil
}

// Because explains an answer that needs no condition.
func (p *Profile) Because(rule string, s interface {
	GetSource() string
	GetDerived() bool
}, inputs map[string]string,
) Why {
	return Why{Rule: rule, Inputs: inputs, Source: s.GetSource(), Derived: s.GetDerived(), Version: p.version}
}

// Rank is the place of a priority, 0 the highest; false for what is none.
func (p *Profile) Rank(priority string) (int, bool) {
	rank, ok := p.ranks[priority]
	return rank, ok
}

// PriorityChanges are the rules on a change: who may make it, who is told (R49, R50). The facts carry both priorities.
func (p *Profile) PriorityChanges(ticket *profilev1.TicketFacts) ([]Held[*profilev1.PriorityChange], error) {
	return every(p, p.rules.changes, subjectOf(ticket))
}
