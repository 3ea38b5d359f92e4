package profile

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process/profile/internal/document"
)

// matrix refuses holes, cells said twice, and a priority that falls where impact or urgency rises (R46).
func (c *checker) matrix() {
	of := c.settings.GetPriority()
	if len(of.GetMatrix()) == 0 && len(of.GetImpacts()) == 0 && len(of.GetUrgencies()) == 0 {
		return
	}
	c.scale()
	rank := map[string]int{}
	for i, level := range of.GetLevels() {
		rank[level.GetId()] = i
	}
	type pair struct{ impact, urgency string }
	cells := map[pair]int{}
	for i, cell := range of.GetMatrix() {
		key := pair{cell.GetImpact(), cell.GetUrgency()}
		if before, twice := cells[key]; twice {
			c.wrong(fmt.Sprintf("priority.matrix[%d]", i), "matrix-twice", "%s × %s stands already in cell %d, expected each pair once",
				key.impact, key.urgency, before)
		}
		cells[key] = i
	}
	for u, urgency := range of.GetUrgencies() {
		for i, impact := range of.GetImpacts() {
			at, ok := cells[pair{impact.GetId(), urgency.GetId()}]
			if !ok {
				c.wrong("priority.matrix", "matrix-hole", "%s × %s has no priority, expected one for every pair",
					impact.GetId(), urgency.GetId())
				continue
			}
			for _, lesser := range lessers(of, i, u) {
				before, ok := cells[pair{lesser[0], lesser[1]}]
				if ok && rank[of.GetMatrix()[at].GetPriority()] > rank[of.GetMatrix()[before].GetPriority()] {
					c.wrong(fmt.Sprintf("priority.matrix[%d]", at), "matrix-order", "%s × %s is %s, expected no lower than %s × %s",
						impact.GetId(), urgency.GetId(), of.GetMatrix()[at].GetPriority(), lesser[0], lesser[1])
				}
			}
		}
	}
}

// scale refuses degrees of impact that no ticket can have: impact is one scale for all desks, so that figures compare (ADR 0018).
func (c *checker) scale() {
	grades := document.EnumNames(triagev1.Impact(0).Descriptor())
	for _, impact := range c.settings.GetPriority().GetImpacts() {
		if id := impact.GetId(); id != "" && !slices.Contains(grades, id) {
			c.wrong(fmt.Sprintf("priority.impacts[%s]", id), "impact-scale", "is on no ticket, expected one of %v", grades)
		}
	}
}

// priorityID is what a ticket's priority may be called.
var priorityID = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,7}$`)

// levels refuses priorities that no ticket can have.
func (c *checker) levels() {
	for _, level := range c.settings.GetPriority().GetLevels() {
		if !priorityID.MatchString(level.GetId()) {
			c.wrong(fmt.Sprintf("priority.levels[%s]", level.GetId()), "priority-id",
				"%s cannot be a ticket's priority, expected a capital and up to seven capitals or digits", level.GetId())
		}
	}
}

// lessers are the pairs one step of impact or urgency below.
func lessers(of *profilev1.Prioritisation, impact, urgency int) [][2]string {
	var pairs [][2]string
	if impact > 0 {
		pairs = append(pairs, [2]string{of.GetImpacts()[impact-1].GetId(), of.GetUrgencies()[urgency].GetId()})
	}
	if urgency > 0 {
		pairs = append(pairs, [2]string{of.GetImpacts()[impact].GetId(), of.GetUrgencies()[urgency-1].GetId()})
	}
	return pairs
}

// priorities refuses a desk without any, or without one to begin with.
func (c *checker) priorities() {
	if !c.isDesk() || c.settings.GetPriority() == nil {
		return
	}
	if len(c.settings.GetPriority().GetLevels()) == 0 {
		c.wrong("priority.levels", "missing-section", "there is no priority, expected at least one")
	}
	if c.settings.GetPriority().GetInitial() == "" {
		c.wrong("priority.initial", "missing-section", "is not said, expected the priority of a ticket that nobody has assessed")
	}
}

// targets refuses limits that no calendar counts, and priorities that are left out where others have targets (R130).
func (c *checker) targets() {
	general := map[string]bool{}
	for _, target := range c.settings.GetTargets() {
		path := fmt.Sprintf("targets[%s]", target.GetId())
		if len(target.GetCustomerGroups()) == 0 {
			for _, priority := range target.GetPriorities() {
				general[priority] = true
			}
		}
		if len(target.GetReaction())+len(target.GetSolution()) == 0 {
			c.wrong(path, "target-without-limit", "has neither reaction nor solution, expected at least one")
		}
		for _, limits := range []struct {
			name string
			all  []*profilev1.Limit
		}{{"reaction", target.GetReaction()}, {"solution", target.GetSolution()}} {
			for i, limit := range limits.all {
				if limit.GetCalendar() == "" {
					c.wrong(fmt.Sprintf("%s.%s[%d]", path, limits.name, i), "target-without-calendar",
						"no calendar counts it, expected one of %v", c.collections["calendars"])
				}
			}
		}
	}
	for _, level := range c.settings.GetPriority().GetLevels() {
		if len(general) > 0 && !general[level.GetId()] {
			c.wrong("targets", "target-hole", "no target holds for %s and all customers, expected one as for %v",
				level.GetId(), slices.Sorted(maps.Keys(general)))
		}
	}
}
