package profile

import (
	"fmt"
	"strings"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// sending is what the routes of a profile ask for beside a place.
type sending struct {
	leastLoaded           []*profilev1.Route
	onDuty                bool
	atOnce, atOnceToNamed bool
}

// LeastLoaded are the routes at whose end the one with the fewest open tickets is looked for (R41).
func (p *Profile) LeastLoaded() []*profilev1.Route { return p.sending.leastLoaded }

// SendsToDuty reports whether some routes lead to whoever is on duty (R41, R67).
func (p *Profile) SendsToDuty() bool { return p.sending.onDuty }

// SendsAtOnce reports whether some tickets go on as they are registered (R41, R66); named is true where some of those go to a
// person.
func (p *Profile) SendsAtOnce() (sends, named bool) { return p.sending.atOnce, p.sending.atOnceToNamed }

// sendings gathers them.
func sendings(s *profilev1.Profile) (all sending) {
	add := func(route *profilev1.Route) {
		switch route.GetPick() {
		case profilev1.Pick_PICK_LEAST_LOADED:
			all.leastLoaded = append(all.leastLoaded, route)
		case profilev1.Pick_PICK_ON_DUTY:
			all.onDuty = true
		default: // the role's first
		}
		if route.GetAtOnce() {
			all.atOnce = true
			all.atOnceToNamed = all.atOnceToNamed || route.GetRole() != "" || route.GetPick() != profilev1.Pick_PICK_UNSPECIFIED
		}
	}
	for _, category := range s.GetCategories() {
		add(category.GetRoute())
	}
	for _, rule := range s.GetRouting() {
		add(rule.GetTo())
	}
	for _, escalation := range s.GetEscalations() {
		for _, route := range escalation.GetTo() {
			add(route)
		}
	}
	return all
}

// Spot is the end of a route among those who have its role: "netic/drift", or "netic" for a party's common queue.
type Spot struct{ Place, Role string }

// SpotOf is the end of a route.
func SpotOf(route *profilev1.Route) Spot {
	if route.GetGroup() != "" {
		return Spot{route.GetGroup(), route.GetRole()}
	}
	return Spot{route.GetParty(), route.GetRole()}
}

// Party and group of the spot; the group is empty for a common queue.
func (s Spot) Party() (party, group string) {
	party, group, _ = strings.Cut(s.Place, "/")
	return party, group
}

// waysOn refuses an escalation that goes at once: it happens when somebody asks for it, or by `automatic`; and a route to whoever
// is on duty where nobody ever is.
func (c *checker) waysOn() {
	if sendings(c.settings).onDuty && len(c.settings.GetOnCall().GetPlans()) == 0 {
		c.wrong("on_call.plans", "pick-on-duty", "has no plan, expected one where a route picks who is on duty")
	}
	for _, escalation := range c.settings.GetEscalations() {
		for i, route := range escalation.GetTo() {
			if route.GetAtOnce() {
				c.wrong(fmt.Sprintf("escalations[%s].to[%d].at_once", escalation.GetId(), i), "escalation-at-once",
					"an escalation is no route of a new ticket, expected at_once of a category or routing rule only")
			}
		}
	}
}
