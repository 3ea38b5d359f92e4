package businesstime

import (
	"iter"
	"math"
	"time"
)

// Calendar is when an organisation is at work. It does not change, and may be asked by several at once. [New] makes one.
type Calendar struct {
	zone *time.Location
	week [7]plan
	// dates are the days that are not as the week says, up to lastDate.
	dates    map[day]plan
	lastDate day
	holidays map[day]holiday
}

// Span is the time from an instant to another, which is left out. One that ends before it begins is empty.
type Span struct {
	From, To time.Time
}

// Between is how much business time lies from one instant up to another: nothing where to is not after from. What is paused
// does not count; pauses may be in any order, overlap, and reach outside. More than a time.Duration holds (292 years) is the
// longest one.
func (c *Calendar) Between(from, to time.Time, paused ...Span) time.Duration {
	var total time.Duration
	for _, running := range unpaused(from, paused) {
		until := to
		if !running.To.IsZero() && running.To.Before(to) {
			until = running.To
		}
		for opens, closes := range c.open(running.From) {
			if !opens.Before(until) {
				break
			}
			if total += earlier(closes, until).Sub(opens); total < 0 {
				return math.MaxInt64
			}
		}
	}
	return total
}

// After is the earliest instant at which so much business time has passed since from, paused time not counted: the moment of
// closing, not the next opening, where it ends with the day. No or negative business time is from itself. The answer is in the
// zone of the calendar.
func (c *Calendar) After(from time.Time, businessTime time.Duration, paused ...Span) time.Time {
	if businessTime <= 0 {
		return from.In(c.zone)
	}
	left := businessTime
	for _, running := range unpaused(from, paused) {
		for opens, closes := range c.open(running.From) {
			if !running.To.IsZero() {
				if !opens.Before(running.To) {
					break
				}
				closes = earlier(closes, running.To)
			}
			if length := closes.Sub(opens); length < left {
				left -= length
				continue
			}
			return opens.Add(left).In(c.zone)
		}
	}
	return from.In(c.zone) // not reached: the last stretch has no end, and New sees to it that every calendar opens again
}

// Open says whether it is open at an instant.
func (c *Calendar) Open(t time.Time) bool { return c.NextOpen(t).Equal(t) }

// NextOpen is the earliest instant from t on at which it is open: t itself where it is. The answer is in the calendar's zone.
func (c *Calendar) NextOpen(t time.Time) time.Time {
	for opens := range c.open(t) {
		return opens.In(c.zone)
	}
	return t.In(c.zone) // not reached: New sees to it that every calendar opens again
}

// NextClose is the earliest instant from t on at which it is closed: t itself where it is. There is none where it never closes.
// The answer is in the calendar's zone.
func (c *Calendar) NextClose(t time.Time) (closes time.Time, ever bool) {
	closes = t
	// After the last date of its own, only weeks follow: one of them shows all.
	settled := max(c.lastDate, dayAt(t, c.zone)) + 9
	for opens, next := range c.open(t) {
		if opens.After(closes) {
			break
		}
		if dayAt(opens, c.zone) > settled {
			return time.Time{}, false
		}
		closes = next
	}
	return closes.In(c.zone), true
}

// Holiday is the name of the public holiday or extra day that an instant falls on, by the clocks of the calendar; nothing on
// other days. A date with an exception is none.
func (c *Calendar) Holiday(t time.Time) (name string, ok bool) {
	h, ok := c.holidays[dayAt(t, c.zone)]
	return h.name, ok
}

// open walks through the open time from an instant on: stretches in order that do not overlap, without end. The first begins at
// the instant where that is open.
func (c *Calendar) open(from time.Time) iter.Seq2[time.Time, time.Time] {
	return func(yield func(opens, closes time.Time) bool) {
		clock := newWallClock(c.zone)
		reached := from.Round(0) // instants are compared, not readings of a monotonic clock
		// Hours may begin the day before, and a clock change may have set back the date.
		for date := dayAt(from, c.zone) - 2; ; date++ {
			for _, s := range c.planOf(date) {
				opens, closes := clock.first(date, s.from.duration()), clock.first(date, s.to.duration())
				if opens = later(opens, reached); !closes.After(opens) {
					continue // over, or skipped by a clock change
				}
				reached = closes
				if !yield(opens, closes) {
					return
				}
			}
		}
	}
}

// planOf is what begins on a date: its own plan, or that of its weekday.
func (c *Calendar) planOf(date day) plan {
	if p, own := c.dates[date]; own {
		return p
	}
	return c.week[date.weekday()]
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
