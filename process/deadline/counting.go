package deadline

import (
	"time"

	"github.com/bavn/bavn/process/businesstime"
	"github.com/bavn/bavn/process/profile"
)

// counting is a span of a profile, and what it is counted by.
type counting struct {
	span profile.Span
	// calendar is nil where minutes and hours run round the clock.
	calendar *businesstime.Calendar
	// days is the calendar of working days.
	days *businesstime.Calendar
	zone *time.Location
}

// counted reads a span; false where the profile says none.
func counted(p *profile.Profile, span, calendar string) (counting, bool) {
	parsed, said := profile.ParseSpan(span)
	if !said {
		return counting{}, false
	}
	c := counting{span: parsed, zone: p.Zone()}
	c.calendar, _ = p.Calendar(calendar)
	if c.days = c.calendar; c.days == nil {
		c.days = p.FirstCalendar()
	}
	return c, true
}

// after is the time at which so many spans have passed since from.
func (c counting) after(from time.Time) time.Time {
	switch c.span.Unit {
	case profile.Minutes, profile.Hours:
		return c.move(from, c.duration())
	case profile.WorkingDays:
		if c.days != nil {
			return c.days.AddDays(from, c.span.Amount)
		}
		return from.In(c.zone).AddDate(0, 0, c.span.Amount)
	case profile.Months:
		return from.In(c.zone).AddDate(0, c.span.Amount, 0)
	default: // days
		return from.In(c.zone).AddDate(0, 0, c.span.Amount)
	}
}

// before is the time from which on the span is left until due, not before from: the last at which to warn.
func (c counting) before(due, from time.Time) time.Time {
	var at time.Time
	switch c.span.Unit {
	case profile.Minutes, profile.Hours:
		if c.calendar == nil {
			at = due.Add(-c.duration())
			break
		}
		// What passes before the warning is what there is without it.
		at = c.calendar.After(from, c.calendar.Between(from, due)-c.duration())
	case profile.WorkingDays:
		if c.days != nil {
			at = c.days.AddDays(due, -c.span.Amount)
			break
		}
		at = due.In(c.zone).AddDate(0, 0, -c.span.Amount)
	case profile.Months:
		at = due.In(c.zone).AddDate(0, -c.span.Amount, 0)
	default: // days
		at = due.In(c.zone).AddDate(0, 0, -c.span.Amount)
	}
	return at
}

func (c counting) duration() time.Duration {
	unit := time.Minute
	if c.span.Unit == profile.Hours {
		unit = time.Hour
	}
	return time.Duration(c.span.Amount) * unit
}

// pausing is what a pause is measured by: the calendar for business time, the wall for days and months on the wall.
func (c counting) pausing() *businesstime.Calendar {
	switch c.span.Unit {
	case profile.Minutes, profile.Hours:
		return c.calendar
	case profile.WorkingDays:
		return c.days
	default:
		return nil
	}
}

// move is an instant moved by time of the calendar.
func (c counting) move(from time.Time, by time.Duration) time.Time {
	return moved(c.pausing(), from, by)
}

func moved(calendar *businesstime.Calendar, from time.Time, by time.Duration) time.Time {
	if calendar == nil {
		return from.Add(by)
	}
	return calendar.After(from, by)
}

func between(calendar *businesstime.Calendar, from, to time.Time) time.Duration {
	if calendar == nil {
		return max(0, to.Sub(from))
	}
	return calendar.Between(from, to)
}

// paused moves what is due by the time that each pause lasted. A pause that begins when it is over changes nothing.
func (c counting) paused(due time.Time, pauses []businesstime.Span) time.Time {
	for _, pause := range pauses {
		if !pause.From.Before(due) {
			break
		}
		due = c.move(due, between(c.pausing(), pause.From, pause.To))
	}
	return due
}

// After is when a span has passed since from: for what is not about a ticket's own clock, such as an offer. False where the
// profile says no span.
func After(p *profile.Profile, span, calendar string, from time.Time) (time.Time, bool) {
	c, said := counted(p, span, calendar)
	if !said {
		return time.Time{}, false
	}
	return c.after(from), true
}
