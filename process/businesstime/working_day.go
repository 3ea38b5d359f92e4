package businesstime

import "time"

// A working day is a date on which open time begins. A half day is one; a morning that only ends the night before is not.

// AddDays is so many working days later, or earlier where days is negative, at the same time on the clock (R91, R106). No day at
// all is t itself. What begins on a day without work counts from the end of the working day before, so that whole working
// days pass: Saturday and one working day is Monday 24:00. So a later beginning never has an earlier end. A time that the
// clocks skip on the last day is the instant of the change; of one that exists twice it is the first. The answer is in
// the calendar's zone.
func (c *Calendar) AddDays(t time.Time, days int) time.Time {
	if days == 0 {
		return t.In(c.zone)
	}
	date, clock := dayAt(t, c.zone), sinceMidnight(t, c.zone)
	for !c.works(date) {
		date, clock = date-1, wholeDay
	}
	step := day(1)
	if days < 0 {
		step, days = -1, -days
	}
	for days > 0 {
		if date += step; c.works(date) {
			days--
		}
	}
	return newWallClock(c.zone).first(date, clock).In(c.zone)
}

// NextWorkingDay is the earliest instant from t on at which the clocks show a time of a working day, given as the time since
// midnight: what is sent in on Friday evening or on Monday at 07:59 begins on Monday at 08:00 (R10). The answer is in the
// calendar's zone.
func (c *Calendar) NextWorkingDay(t time.Time, sinceMidnight time.Duration) time.Time {
	clock := newWallClock(c.zone)
	for date := dayAt(t, c.zone) - 1; ; date++ {
		if !c.works(date) {
			continue
		}
		if begins := clock.first(date, sinceMidnight); !begins.Before(t) {
			return begins.In(c.zone)
		}
	}
}

func (c *Calendar) works(date day) bool { return len(c.planOf(date)) > 0 }
