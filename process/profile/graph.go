package profile

import (
	"fmt"
	"slices"
	"strings"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
)

// In returns a text in a language: "da", "sv" or, for any other, "en".
func In(language string, text *profilev1.Text) string {
	switch language {
	case "da":
		return text.GetDa()
	case "sv":
		return text.GetSv()
	default:
		return text.GetEn()
	}
}

// ProcessDiagram draws the organisation's own steps and which follow which (R93).
func (p *Profile) ProcessDiagram(language string) Diagram {
	var d Diagram
	node := map[string]string{}
	for i, step := range p.settings.GetSteps() {
		node[step.GetId()] = fmt.Sprintf("step%d", i)
		d.Nodes = append(d.Nodes, Node{node[step.GetId()], StepTitle(language, step), State})
	}
	for _, step := range p.settings.GetSteps() {
		for _, next := range step.GetNext() {
			d.Arrows = append(d.Arrows, Arrow{From: node[step.GetId()], To: node[next]})
		}
	}
	return d
}

// StepNumber is what a step is called in its document: "5b" of "step-5b", "diagnose" where it has no number.
func StepNumber(step *profilev1.ProcessStep) string {
	return strings.TrimPrefix(step.GetId(), "step-")
}

// StepTitle is a step with its number, where it has one: "5b Modtag (drift)".
func StepTitle(language string, step *profilev1.ProcessStep) string {
	number := StepNumber(step)
	if strings.IndexAny(number, "0123456789") != 0 {
		return In(language, step.GetLabel())
	}
	return number + " " + In(language, step.GetLabel())
}

// LifeCycleDiagram draws statuses and transitions.
func (p *Profile) LifeCycleDiagram(language string) Diagram {
	d := Diagram{States: true}
	var ends []Arrow
	for _, status := range p.settings.GetStatuses() {
		d.Nodes = append(d.Nodes, Node{status.GetId(), In(language, status.GetLabel()), State})
		if status.GetInitial() {
			d.Nodes = append(d.Nodes, Node{ID: "_start", Shape: Start})
			d.Arrows = append(d.Arrows, Arrow{From: "_start", To: status.GetId()})
		}
		if status.GetParent() != "" {
			d.Arrows = append(d.Arrows, Arrow{From: status.GetParent(), To: status.GetId()})
		}
		if status.GetClass() == profilev1.StatusClass_STATUS_CLASS_CLOSED {
			ends = append(ends, Arrow{From: status.GetId(), To: "_end"})
		}
	}
	labels := map[Arrow][]string{}
	for _, transition := range p.settings.GetTransitions() {
		label := In(language, transition.GetLabel())
		if label == "" {
			label = transition.GetStep()
		}
		for _, from := range transition.GetFrom() {
			for _, to := range transition.GetTo() {
				edge := Arrow{From: from, To: to}
				if from == to || slices.Contains(labels[edge], label) {
					continue
				}
				if labels[edge] == nil {
					d.Arrows = append(d.Arrows, edge)
				}
				labels[edge] = append(labels[edge], label)
			}
		}
	}
	for i, arrow := range d.Arrows {
		d.Arrows[i].Label = strings.Join(labels[arrow], " / ")
	}
	if len(ends) > 0 {
		d.Nodes = append(d.Nodes, Node{ID: "_end", Shape: End})
	}
	d.Arrows = append(d.Arrows, ends...)
	return d
}

// LifeCycleOverview is the life cycle with the statuses that a ticket waits in as one: each of them leads to each other and to
// nearly all else, which makes of the whole a picture that nobody can read.
func (p *Profile) LifeCycleOverview(language string) Diagram {
	full := p.LifeCycleDiagram(language)
	var waits []string
	for _, transition := range p.settings.GetTransitions() {
		if transition.GetStep() == string(process.Hold) {
			waits = append(waits, transition.GetTo()...)
		}
	}
	const waiting = "_waiting"
	of := func(id string) string {
		if slices.Contains(waits, id) {
			return waiting
		}
		return id
	}
	d := Diagram{States: true}
	at := -1
	for _, node := range full.Nodes {
		switch {
		case of(node.ID) != waiting:
			d.Nodes = append(d.Nodes, node)
		case at < 0:
			at = len(d.Nodes)
			d.Nodes = append(d.Nodes, Node{waiting, node.Label, State})
		default:
			d.Nodes[at].Label += " · " + node.Label
		}
	}
	where := map[Arrow]int{}
	for _, arrow := range full.Arrows {
		merged := Arrow{From: of(arrow.From), To: of(arrow.To)}
		if merged.From == merged.To {
			continue
		}
		if i, drawn := where[merged]; drawn {
			for label := range strings.SplitSeq(arrow.Label, " / ") {
				if !slices.Contains(strings.Split(d.Arrows[i].Label, " / "), label) {
					d.Arrows[i].Label += " / " + label
				}
			}
			continue
		}
		where[merged] = len(d.Arrows)
		merged.Label = arrow.Label
		d.Arrows = append(d.Arrows, merged)
	}
	return d
}

// RoutingDiagram draws who gets which ticket: the rules first, then the categories.
func (p *Profile) RoutingDiagram(language string) Diagram {
	var d Diagram
	if desk := p.settings.GetDesk(); desk != nil {
		d.Nodes = append(d.Nodes, Node{"contact", p.partyLabel(language, desk.GetContact()), Contact})
	}
	names := map[string]string{}
	target := func(route *profilev1.Route) string {
		key := route.GetGroup() + route.GetParty()
		if names[key] == "" {
			names[key] = fmt.Sprintf("to%d", len(names)+1)
			d.Nodes = append(d.Nodes, Node{names[key], p.RouteLabel(language, route), Receiver})
		}
		return names[key]
	}
	for _, rule := range p.settings.GetRouting() {
		d.Arrows = append(d.Arrows, Arrow{From: "contact", To: target(rule.GetTo()), Label: In(language, rule.GetReason())})
	}
	node := map[string]string{"": "contact"}
	for i, category := range p.settings.GetCategories() {
		node[category.GetId()] = fmt.Sprintf("category%d", i)
	}
	for _, category := range p.settings.GetCategories() {
		this := node[category.GetId()]
		d.Nodes = append(d.Nodes, Node{this, In(language, category.GetLabel()), Category})
		d.Arrows = append(d.Arrows, Arrow{From: node[category.GetParent()], To: this})
		if category.GetRoute() != nil {
			d.Arrows = append(d.Arrows, Arrow{From: this, To: target(category.GetRoute()), Thick: true})
		}
	}
	return d
}

func (p *Profile) partyLabel(language, id string) string {
	for _, party := range p.settings.GetParties() {
		if party.GetId() == id {
			return In(language, party.GetLabel())
		}
	}
	return id
}

// RouteLabel is who a route leads to, as people call it: "Driftleverandør: Drift".
func (p *Profile) RouteLabel(language string, route *profilev1.Route) string {
	party, group, _ := strings.Cut(route.GetGroup(), "/")
	if route.GetParty() != "" {
		return p.partyLabel(language, route.GetParty())
	}
	for _, of := range p.settings.GetParties() {
		for _, g := range of.GetGroups() {
			if of.GetId() == party && g.GetId() == group {
				return In(language, of.GetLabel()) + ": " + In(language, g.GetLabel())
			}
		}
	}
	return route.GetGroup()
}
