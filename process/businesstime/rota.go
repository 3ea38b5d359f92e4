package businesstime

import (
	"fmt"
	"time"
)

// RotaDefinition is whose watch it is through the week (R9, R67), as an organisation writes it.
type RotaDefinition struct {
	// Zone is the IANA time zone of the hours: "Europe/Copenhagen".
	Zone string
	// Windows together hold every minute of the week once.
	Windows []Window
	// HolidaysAreWeekend gives holidays the hours of a Sunday, from 00:00 to 24:00. Otherwise they are as any other day.
	HolidaysAreWeekend bool
	// Holidays is whose public holidays these are.
	Holidays Country
	// Extra are days that count as holidays too. A half day is none, and refused.
	Extra []ExtraDay
}

// Window is the hours of one watch.
type Window struct {
	// Name is unique in the rota: "system-owner".
	Name string
	// Week are its hours, a line for each: "mon-thu 16:00-18:00", "fri 18:00-mon 08:00".
	Week []string
}

// Rota divides all time among windows. It does not change, and may be asked by several at once. [NewRota] makes one.
type Rota struct {
	zone *time.Location
	// days are the watches of each weekday from midnight to midnight, in order.
	days [7][]watch
	// holidays have the watches of a Sunday.
	holidays map[day]holiday
}

// watch is a part of a day.
type watch struct {
	span
	window string
}

// NewRota makes a rota. The error joins a [FieldError] for every mistake; hours that two windows claim, or none, are told with
// weekday and time.
func NewRota(d RotaDefinition) (*Rota, error) {
	var p problems
	r := &Rota{zone: zoneOf(d.Zone, &p)}
	claims, readable := claimsOf(d.Windows, &p)
	if readable {
		clashes, gaps := coverage(claims)
		for _, c := range clashes {
			p.add("windows", "%s and %s overlap %s", c.one, c.other, c.span)
		}
		for _, gap := range gaps {
			p.add("windows", "a gap %s", gap)
		}
	}
	for i, e := range d.Extra {
		if len(e.Hours) > 0 {
			p.add(fmt.Sprintf("extra[%d].hours", i), "a half day is no holiday of a rota; expected none")
		}
	}
	holidays := holidaysOf(d.Holidays, d.Extra, &p)
	if d.HolidaysAreWeekend {
		r.holidays = holidays
	}
	if err := p.joined(); err != nil {
		return nil, err
	}
	r.days = watchesOf(claims)
	return r, nil
}

// claimsOf reads the windows' hours. They are readable where no line is wrong: with one left out, gaps would be told that are
// none.
func claimsOf(windows []Window, p *problems) (claims []claim, readable bool) {
	readable = true
	seen := map[string]bool{}
	for i, window := range windows {
		field := fmt.Sprintf("windows[%d]", i)
		switch {
		case window.Name == "":
			p.add(field+".name", "the window has no name")
		case seen[window.Name]:
			p.add(field+".name", "%q is the name of an earlier window", window.Name)
		}
		seen[window.Name] = true
		if len(window.Week) == 0 {
			p.add(field+".week", "the window has no hours")
		}
		for j, line := range window.Week {
			spans, err := parseWeek(line)
			if err != nil {
				p.add(fmt.Sprintf("%s.week[%d]", field, j), "%v", err)
				readable = false
			}
			for _, s := range spans {
				claims = append(claims, claim{s, window.Name})
			}
		}
	}
	return claims, readable
}

// watchesOf cuts the claims at midnight, so that any day may have the watches of any other and no time is lost or doubled.
func watchesOf(claims []claim) [7][]watch {
	var days [7][]watch
	for _, c := range unwound(claims) {
		for from := c.from; from < c.to; {
			midnight := from / dayLength * dayLength
			to := min(c.to, midnight+dayLength)
			weekday := weekdays[from/dayLength]
			days[weekday] = append(days[weekday], watch{span{from - midnight, to - midnight}, c.by})
			from = to
		}
	}
	return days
}

// At is the window that an instant is in, and when another begins. until is zero where there is only one.
func (r *Rota) At(t time.Time) (window string, until time.Time) {
	clock := newWallClock(r.zone)
	today := dayAt(t, r.zone)
	reached := t
	// A clock change may have set back the date. Holidays in a row are fewer than 60, so a window that lasts longer is the only one.
	for date := today - 2; date < today+60; date++ {
		for _, w := range r.watchesOn(date) {
			ends := clock.first(date, w.to.duration())
			if !ends.After(reached) {
				continue // over, or skipped by a clock change
			}
			if window != "" && w.window != window {
				return window, reached.In(r.zone)
			}
			window, reached = w.window, ends
		}
	}
	return window, time.Time{}
}

func (r *Rota) watchesOn(date day) []watch {
	if _, holiday := r.holidays[date]; holiday {
		return r.days[time.Sunday]
	}
	return r.days[date.weekday()]
}
