package businesstime

import (
	"cmp"
	"slices"
)

// plan is the open hours that begin on one day, in order, apart from each other, counted from its midnight. The last may go on
// into the next day. An empty plan is a day without work.
type plan []span

func (p plan) sort() {
	slices.SortFunc(p, func(a, b span) int { return cmp.Compare(a.from, b.from) })
}

// within is what of the plan lies within another.
func (p plan) within(other plan) plan {
	both := plan{}
	for _, a := range p {
		for _, b := range other {
			if s := (span{max(a.from, b.from), min(a.to, b.to)}); s.from < s.to {
				both = append(both, s)
			}
		}
	}
	return both
}
