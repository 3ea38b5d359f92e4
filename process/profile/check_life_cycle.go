package profile

import (
	"fmt"
	"slices"
	"strings"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
)

// statusOf is the life cycle's status behind a profile's: that of the parent for a sub-status. False for what is neither.
func statusOf(all []*profilev1.Status, id string) (process.Status, bool) {
	for _, status := range all {
		if status.GetId() == id && status.GetParent() != "" {
			id = status.GetParent()
			break
		}
	}
	for _, meaning := range process.Statuses() {
		if strings.EqualFold(process.StatusName(meaning.Status), id) {
			return meaning.Status, true
		}
	}
	return process.Unopened, false
}

// clocks are the profile's words for the life cycle's clocks.
var clocks = map[process.Clock]profilev1.StatusClock{
	process.HolderClock: profilev1.StatusClock_STATUS_CLOCK_HOLDER,
	process.PausedClock: profilev1.StatusClock_STATUS_CLOCK_PAUSED,
	process.OwnerClock:  profilev1.StatusClock_STATUS_CLOCK_OWNER,
	process.NoClock:     profilev1.StatusClock_STATUS_CLOCK_NONE,
}

// statuses holds the profile's statuses to those of the life cycle (R94, R95): one engine decides by them.
func (c *checker) statuses() {
	var initial []string
	for _, status := range c.settings.GetStatuses() {
		path := fmt.Sprintf("statuses[%s]", status.GetId())
		known, ok := statusOf(c.settings.GetStatuses(), status.GetId())
		if !ok {
			c.wrong(path+".id", "life-cycle", "is no status that the product knows, expected %s, or a parent that is one of them",
				lower(process.Statuses()))
			continue
		}
		class := profilev1.StatusClass(process.ClassOf(known))
		if status.GetClass() != class && status.GetClass() != 0 {
			c.wrong(path+".class", "life-cycle", "is %s, expected %s as for every %s",
				nameOf(status.GetClass()), nameOf(class), process.StatusName(known))
		}
		if clock := clocks[process.ClockOf(known)]; status.GetClock() != clock && status.GetClock() != 0 {
			c.wrong(path+".clock", "life-cycle", "is %s, expected %s as for every %s",
				nameOf(status.GetClock()), nameOf(clock), process.StatusName(known))
		}
		if status.GetInitial() {
			initial = append(initial, status.GetId())
		}
	}
	if len(c.settings.GetStatuses()) == 0 {
		return
	}
	if len(initial) != 1 {
		c.wrong("statuses", "initial-status", "%d statuses are initial (%s), expected one", len(initial), strings.Join(initial, ", "))
		return
	}
	c.reachable(initial[0])
}

func lower(meanings []process.StatusMeaning) string {
	names := make([]string, len(meanings))
	for i, meaning := range meanings {
		names[i] = strings.ToLower(process.StatusName(meaning.Status))
	}
	return strings.Join(names, ", ")
}

// reachable refuses statuses that no transition leads to, and those that none leads out of.
func (c *checker) reachable(initial string) {
	forward, back := map[string][]string{}, map[string][]string{}
	lead := func(from, to string) { forward[from], back[to] = append(forward[from], to), append(back[to], from) }
	for _, transition := range c.settings.GetTransitions() {
		for _, from := range transition.GetFrom() {
			for _, to := range transition.GetTo() {
				lead(from, to)
			}
		}
	}
	for _, status := range c.settings.GetStatuses() { // what leads to and from a status leads to and from its special cases
		if status.GetParent() != "" {
			lead(status.GetParent(), status.GetId())
			lead(status.GetId(), status.GetParent())
		}
	}
	var ends []string
	for _, status := range c.settings.GetStatuses() {
		if status.GetClass() == profilev1.StatusClass_STATUS_CLASS_CLOSED {
			ends = append(ends, status.GetId())
		}
	}
	reached, ending := walk(forward, initial), walk(back, ends...)
	for _, status := range c.settings.GetStatuses() {
		path := fmt.Sprintf("statuses[%s]", status.GetId())
		switch {
		case !reached[status.GetId()]:
			c.wrong(path, "unreachable-status", "no transition leads here from %s, expected one", initial)
		case !ending[status.GetId()]:
			c.wrong(path, "dead-end", "no way leads from here to a closed status, expected a transition")
		}
	}
}

// walk returns everything that can be reached.
func walk(edges map[string][]string, from ...string) map[string]bool {
	seen := map[string]bool{}
	for len(from) > 0 {
		next := from[0]
		from = from[1:]
		if !seen[next] {
			seen[next] = true
			from = append(from, edges[next]...)
		}
	}
	return seen
}

// transitions holds the profile's transitions within the life cycle: it may narrow who does what from where, never widen it.
func (c *checker) transitions() {
	rows := map[string]string{}
	for _, transition := range c.settings.GetTransitions() {
		path := fmt.Sprintf("transitions[%s]", transition.GetId())
		for i, from := range transition.GetFrom() {
			status, ok := statusOf(c.settings.GetStatuses(), from)
			if !ok || !slices.Contains(c.collections["life_cycle"], transition.GetStep()) {
				continue // refused as an unknown reference
			}
			if row := transition.GetStep() + " " + from; rows[row] != "" {
				c.wrong(fmt.Sprintf("%s.from[%d]", path, i), "duplicate-transition",
					"%s from %s stands already in %s, expected each once", transition.GetStep(), from, rows[row])
			}
			rows[transition.GetStep()+" "+from] = transition.GetId()
			rule, ok := process.RuleFor(process.Step(transition.GetStep()), status)
			if !ok {
				c.wrong(fmt.Sprintf("%s.from[%d]", path, i), "life-cycle", "%s is not possible from %s, expected %s",
					transition.GetStep(), from, strings.ToLower(process.FromOf(process.Step(transition.GetStep())).String()))
				continue
			}
			c.within(path, transition, rule, from)
		}
	}
}

func (c *checker) within(path string, transition *profilev1.Transition, rule process.Rule, from string) {
	for i, part := range transition.GetBy() {
		if !slices.Contains(rule.By, process.Part(part)) {
			c.wrong(fmt.Sprintf("%s.by[%d]", path, i), "life-cycle", "%s cannot %s from %s, expected of %v",
				part, transition.GetStep(), from, rule.By)
		}
	}
	for i, to := range transition.GetTo() {
		status, ok := statusOf(c.settings.GetStatuses(), to)
		if ok && !rule.To.Reaches().Has(status) {
			c.wrong(fmt.Sprintf("%s.to[%d]", path, i), "life-cycle", "%s does not lead from %s to %s, expected %s",
				transition.GetStep(), from, to, strings.ToLower(rule.To.Reaches().String()))
		}
	}
}

// ways refuses a new transition that opens what the base keeps to fewer (R134): beside the rows of the base, a second row would
// let others take the same step.
func (c *checker) ways() {
	for _, base := range c.bases {
		allowed, at := map[string]bool{}, map[string]Position{}
		transitions := base.Fields["transitions"]
		if transitions == nil {
			continue
		}
		for _, item := range transitions.Items {
			step := textOf(item, "step")
			at[step] = item.At
			for _, from := range textsOf(item, "from") {
				for _, part := range textsOf(item, "by") {
					allowed[step+" "+from+" "+part] = true
				}
			}
		}
		for _, transition := range c.settings.GetTransitions() {
			path := fmt.Sprintf("transitions[%s]", transition.GetId())
			if at[transition.GetStep()] == (Position{}) {
				continue
			}
			for _, from := range transition.GetFrom() {
				for _, part := range transition.GetBy() {
					if !allowed[transition.GetStep()+" "+c.parent(from)+" "+part] {
						c.wrong(path, "R134", "lets the %s %s from %s, expected no more than the base allows at %s",
							part, transition.GetStep(), from, at[transition.GetStep()])
					}
				}
			}
		}
	}
}

// parent is the status that a sub-status is a special case of, and the status itself otherwise: the base cannot know the former.
func (c *checker) parent(id string) string {
	for _, status := range c.settings.GetStatuses() {
		if status.GetId() == id && status.GetParent() != "" {
			return status.GetParent()
		}
	}
	return id
}
