package businesstime

import (
	"cmp"
	"fmt"
	"slices"
)

// claim is a span of the week and who claims it.
type claim struct {
	span
	by string
}

// clash is a span of the week that two claim.
type clash struct {
	span
	one, other string
}

// coverage lays the claims over the week that begins and ends on Monday 00:00: what is claimed twice, and what by nobody.
func coverage(claims []claim) (clashes []clash, gaps []span) {
	claims = unwound(claims)
	var reached claim // the claim that reaches furthest so far
	for _, c := range claims {
		if c.from < reached.to {
			clashes = append(clashes, clash{span{c.from, min(c.to, reached.to)}, reached.by, c.by})
		}
		if c.from > reached.to {
			gaps = append(gaps, span{reached.to, c.from})
		}
		if c.to > reached.to {
			reached = c
		}
	}
	if reached.to < weekLength {
		gaps = append(gaps, span{reached.to, weekLength})
	}
	if last := len(gaps) - 1; last > 0 && gaps[0].from == 0 && gaps[last].to == weekLength {
		gaps[last].to += gaps[0].to // one gap, from Sunday over to Monday
		gaps = gaps[1:]
	}
	return clashes, gaps
}

// unwound are the claims in order, with what goes over the end of the week put at its beginning.
func unwound(claims []claim) []claim {
	var within []claim
	for _, c := range claims {
		within = append(within, claim{span{c.from, min(c.to, weekLength)}, c.by})
		if c.to > weekLength {
			within = append(within, claim{span{0, c.to - weekLength}, c.by})
		}
	}
	slices.SortStableFunc(within, func(a, b claim) int { return cmp.Compare(a.from, b.from) })
	return within
}

// String is the span in words: "on Friday from 18:00 to 18:05", "from Friday 18:00 to Monday 08:00". It is for spans of a week.
func (s span) String() string {
	last := (s.to - 1) / dayLength
	from, to := s.from%dayLength, s.to-last*dayLength
	begins, ends := weekdays[s.from/dayLength%7], weekdays[last%7]
	if s.from/dayLength == last {
		return fmt.Sprintf("on %s from %s to %s", begins, from.clock(), to.clock())
	}
	return fmt.Sprintf("from %s %s to %s %s", begins, from.clock(), ends, to.clock())
}
