package profile

import (
	"fmt"
	"slices"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Limits are the time limits that hold for a ticket. One is nil where the profile sets none.
type Limits struct {
	Reaction, Solution *profilev1.Limit
	Why                Why
}

// Limits finds the target of a ticket (R130): that of its customer group before that for all, that of its kind before that
// for every kind. opened reports whether a calendar was open when the ticket was registered. False where there is no
// target.
func (p *Profile) Limits(ticket *profilev1.TicketFacts, opened func(calendar string) bool) (Limits, bool) {
	var best *profilev1.ServiceTarget
	for _, target := range p.settings.GetTargets() {
		if slices.Contains(target.GetPriorities(), ticket.GetPriority()) &&
			among(target.GetCustomerGroups(), ticket.GetCustomerGroup()) && among(target.GetKinds(), ticket.GetKind()) &&
			(best == nil || special(target) > special(best)) {
			best = target
		}
	}
	if best == nil {
		return Limits{}, false
	}
	return Limits{
		Reaction: limit(best.GetReaction(), opened), Solution: limit(best.GetSolution(), opened),
		Why: p.Because(fmt.Sprintf("targets[%s]", best.GetId()), best, map[string]string{
			"priority": ticket.GetPriority(), "customer_group": ticket.GetCustomerGroup(), "kind": ticket.GetKind(),
		}),
	}, true
}

// among: an empty list means all.
func among(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }

// special says how particular a target is: an agreement with a customer weighs more than a kind of ticket.
func special(target *profilev1.ServiceTarget) (weight int) {
	if len(target.GetCustomerGroups()) > 0 {
		weight += 2
	}
	if len(target.GetKinds()) > 0 {
		weight++
	}
	return weight
}

func limit(all []*profilev1.Limit, opened func(string) bool) *profilev1.Limit {
	for _, l := range all {
		switch l.GetRegistered() {
		case profilev1.WhenRegistered_WHEN_REGISTERED_INSIDE:
			if !opened(l.GetRegisteredCalendar()) {
				continue
			}
		case profilev1.WhenRegistered_WHEN_REGISTERED_OUTSIDE:
			if opened(l.GetRegisteredCalendar()) {
				continue
			}
		default: // any time
		}
		return l
	}
	return nil
}
