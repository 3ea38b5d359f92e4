package process

import (
	"slices"
	"time"
)

// Holding is who has a ticket, and where it stands.
type Holding struct {
	Party, Group, Assignee string
	Status                 Status
}

// Interval is the time between two changes of the holding. All of a ticket's intervals partition its wall time.
type Interval struct {
	Holding
	From, To time.Time
}

// Elapsed is how long the interval lasted.
func (i Interval) Elapsed() time.Duration { return i.To.Sub(i.From) }

// Change is a holding that begins at a time.
type Change struct {
	Holding
	At time.Time
}

// Intervals turns a ticket's changes, in order, into its intervals up to until. Several changes at one time leave only the
// last; changes of nothing start no new interval. A time that runs backwards counts as the time before it.
func Intervals(changes []Change, until time.Time) []Interval {
	var intervals []Interval
	var at time.Time
	for _, c := range changes {
		at = later(at, c.At)
		last := len(intervals) - 1
		if last >= 0 && intervals[last].Holding == c.Holding {
			continue
		}
		if last >= 0 {
			intervals[last].To = at
			if intervals[last].From.Equal(at) {
				intervals = intervals[:last]
				if last > 0 && intervals[last-1].Holding == c.Holding {
					continue // there and back within the same moment
				}
			}
		}
		intervals = append(intervals, Interval{Holding: c.Holding, From: at})
	}
	if last := len(intervals) - 1; last >= 0 {
		intervals[last].To = later(at, until)
	}
	return intervals
}

// PartyClock is how long one party had a ticket in one status.
type PartyClock struct {
	Party   string
	Status  Status
	Elapsed time.Duration
}

// PartyClocks are the accumulated clocks of a ticket, to the microsecond. The one that runs belongs to Running and has run since
// Since; what it has run is counted when it stops. The zero value has not begun.
type PartyClocks struct {
	Opened, Since time.Time
	Running       PartyKey
	// Stopped holds what was counted before Since, in the order of first use.
	Stopped []PartyClock
}

// PartyKey is what a clock counts for.
type PartyKey struct {
	Party  string
	Status Status
}

// StartClocks begins to count at the opening of a ticket.
func StartClocks(party string, status Status, at time.Time) PartyClocks {
	return PartyClocks{Opened: at, Since: at, Running: PartyKey{party, status}}
}

// Turn stops the running clock at a time and starts that of another party or status. Where neither changes the same clock goes
// on. A time before Since counts as Since. The receiver is not changed.
func (c PartyClocks) Turn(party string, status Status, at time.Time) PartyClocks {
	key := PartyKey{party, status}
	if key == c.Running {
		return c
	}
	c.Stopped = c.At(at)
	c.Since = later(c.Since, at)
	c.Running = key
	return c
}

// At returns the clocks as they stand at a time, the running one included. Their sum is exactly At minus Opened.
func (c PartyClocks) At(at time.Time) []PartyClock {
	ran := later(c.Since, at).Sub(c.Since)
	clocks := slices.Clone(c.Stopped)
	if ran == 0 {
		return clocks
	}
	for i := range clocks {
		if clocks[i].Party == c.Running.Party && clocks[i].Status == c.Running.Status {
			clocks[i].Elapsed += ran
			return clocks
		}
	}
	return append(clocks, PartyClock{c.Running.Party, c.Running.Status, ran})
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
