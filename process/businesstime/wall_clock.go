package businesstime

import (
	"math"
	"time"
)

const (
	secondsPerDay = 24 * 60 * 60
	wholeDay      = 24 * time.Hour
	// zoneReach is more than any zone is away from UTC, and more than any clock was ever set back at once, in seconds.
	zoneReach = 26 * 60 * 60
)

// day is a date of the civil calendar, counted from 1 January 1970.
type day int64

func dayOf(year int, month time.Month, dayOfMonth int) day {
	return day(time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

func (d day) weekday() time.Weekday { return time.Weekday(((d+4)%7 + 7) % 7) } // day 0 was a Thursday

// dayAt is the date that the clocks of a zone show.
func dayAt(t time.Time, zone *time.Location) day {
	year, month, dayOfMonth := t.In(zone).Date()
	return dayOf(year, month, dayOfMonth)
}

// sinceMidnight is what the clocks of a zone show, as the time since 00:00 on their face.
func sinceMidnight(t time.Time, zone *time.Location) time.Duration {
	t = t.In(zone)
	hour, minute, second := t.Clock()
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second +
		time.Duration(t.Nanosecond())
}

// wallClock turns wall-clock times of a zone into instants. It remembers the stretch between two clock changes in which it last
// found one, since the next is mostly in the same; so every walk has its own.
type wallClock struct {
	zone *time.Location
	// The stretch in Unix seconds, the end left out, and its distance from UTC in seconds.
	begin, end, offset int64
}

func newWallClock(zone *time.Location) *wallClock { return &wallClock{zone: zone} }

// first is the first instant at which the clocks show the time on the day, or a later time. Hence a time that a clock change
// skips is the instant of the change, a time that exists twice is the first of the two, and a later time is never an earlier
// instant.
func (w *wallClock) first(d day, sinceMidnight time.Duration) time.Time {
	seconds := int64(d)*secondsPerDay + int64(sinceMidnight/time.Second)
	nanoseconds := int64(sinceMidnight % time.Second)
	if at := seconds - w.offset; at >= w.begin+zoneReach && at < w.end {
		return time.Unix(at, nanoseconds) // so far behind a clock change, nothing before it can show the same time
	}
	w.enter(time.Unix(seconds-zoneReach, 0)) // no clock shows the time as early as this
	for seconds-w.offset >= w.end {
		w.enter(time.Unix(w.end, 0))
	}
	if at := seconds - w.offset; at >= w.begin {
		return time.Unix(at, nanoseconds)
	}
	return time.Unix(w.begin, 0)
}

// enter moves to the stretch of an instant.
func (w *wallClock) enter(t time.Time) {
	t = t.In(w.zone)
	_, offset := t.Zone()
	begin, end := t.ZoneBounds()
	w.begin, w.end, w.offset = math.MinInt64, math.MaxInt64, int64(offset)
	if !begin.IsZero() {
		w.begin = begin.Unix()
	}
	if !end.IsZero() {
		w.end = end.Unix()
	}
}
