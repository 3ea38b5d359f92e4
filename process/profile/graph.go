package profile

import (
	"fmt"
	"slices"
	"strings"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
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

// LifeCycleDiagram draws statuses and transitions as Mermaid's stateDiagram-v2, with labels in a language.
func (p *Profile) LifeCycleDiagram(language string) string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, status := range p.settings.GetStatuses() {
		fmt.Fprintf(&b, "  state %s as %s\n", quoted(In(language, status.GetLabel())), status.GetId())
		if status.GetInitial() {
			fmt.Fprintf(&b, "  [*] --> %s\n", status.GetId())
		}
		if status.GetParent() != "" {
			fmt.Fprintf(&b, "  %s --> %s\n", status.GetParent(), status.GetId())
		}
	}
	edges := map[string][]string{}
	var order []string
	for _, transition := range p.settings.GetTransitions() {
		label := In(language, transition.GetLabel())
		if label == "" {
			label = transition.GetStep()
		}
		for _, from := range transition.GetFrom() {
			for _, to := range transition.GetTo() {
				edge := fmt.Sprintf("  %s --> %s", from, to)
				if from == to || slices.Contains(edges[edge], label) {
					continue
				}
				if edges[edge] == nil {
					order = append(order, edge)
				}
				edges[edge] = append(edges[edge], label)
			}
		}
	}
	for _, edge := range order {
		fmt.Fprintf(&b, "%s: %s\n", edge, plain(strings.Join(edges[edge], " / ")))
	}
	for _, status := range p.settings.GetStatuses() {
		if status.GetClass() == profilev1.StatusClass_STATUS_CLASS_CLOSED {
			fmt.Fprintf(&b, "  %s --> [*]\n", status.GetId())
		}
	}
	return b.String()
}

// RoutingDiagram draws who gets which ticket as a Mermaid flowchart: the rules first, then the categories.
func (p *Profile) RoutingDiagram(language string) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	desk := p.settings.GetDesk()
	if desk != nil {
		fmt.Fprintf(&b, "  contact([%s])\n", quoted(p.partyLabel(language, desk.GetContact())))
	}
	names := map[string]string{}
	target := func(route *profilev1.Route) string {
		key := route.GetGroup() + route.GetParty()
		if names[key] == "" {
			names[key] = fmt.Sprintf("to%d", len(names)+1)
			fmt.Fprintf(&b, "  %s[[%s]]\n", names[key], quoted(p.routeLabel(language, route)))
		}
		return names[key]
	}
	for _, rule := range p.settings.GetRouting() {
		to := target(rule.GetTo())
		fmt.Fprintf(&b, "  contact -->|%s| %s\n", quoted(In(language, rule.GetReason())), to)
	}
	for i, category := range p.settings.GetCategories() {
		from := "contact"
		if category.GetParent() != "" {
			from = fmt.Sprintf("category%d", slices.IndexFunc(p.settings.GetCategories(), func(c *profilev1.Category) bool {
				return c.GetId() == category.GetParent()
			}))
		}
		fmt.Fprintf(&b, "  %s --> category%d(%s)\n", from, i, quoted(In(language, category.GetLabel())))
		if category.GetRoute() != nil {
			to := target(category.GetRoute())
			fmt.Fprintf(&b, "  category%d ==> %s\n", i, to)
		}
	}
	return b.String()
}

func (p *Profile) partyLabel(language, id string) string {
	for _, party := range p.settings.GetParties() {
		if party.GetId() == id {
			return In(language, party.GetLabel())
		}
	}
	return id
}

func (p *Profile) routeLabel(language string, route *profilev1.Route) string {
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

// quoted makes a Mermaid text of anything.
func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, "#quot;") + `"` }

// plain makes an edge's label, which ends at a line or a semicolon.
func plain(text string) string {
	return strings.NewReplacer("\n", " ", ";", ",", ":", " ").Replace(text)
}
