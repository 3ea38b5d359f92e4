package deadline

import (
	"time"

	"github.com/bavn/bavn/process/businesstime"
)

// Clock is when the clock of a ticket's targets was started and stopped, in turn.
type Clock []time.Time

// Began is when it was first started; zero where it never was.
func (c Clock) Began() time.Time {
	if len(c) == 0 {
		return time.Time{}
	}
	return c[0]
}

// Stands is since when it stands still; false while it runs.
func (c Clock) Stands() (since time.Time, stands bool) {
	if len(c) == 0 || len(c)%2 == 1 {
		return time.Time{}, false
	}
	return c[len(c)-1], true
}

// Pauses are those that are over.
func (c Clock) Pauses() []businesstime.Span {
	var over []businesstime.Span
	for i := 1; i+1 < len(c); i += 2 {
		over = append(over, businesstime.Span{From: c[i], To: c[i+1]})
	}
	return over
}

// Ran is how long it ran until a time, by a calendar; round the clock where that is nil.
func (c Clock) Ran(calendar *businesstime.Calendar, until time.Time) (ran time.Duration) {
	for i := 0; i < len(c); i += 2 {
		to := until
		if i+1 < len(c) && c[i+1].Before(until) {
			to = c[i+1]
		}
		ran += between(calendar, c[i], to)
	}
	return ran
}
