package domain

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile"
)

// Rhythm is how often something is announced: every so often while the day's window is open, as needed outside it (§18: P1
// every 30 minutes and P2 every hour, between 06:00 and 24:00). The zero Rhythm asks for nothing.
type Rhythm struct {
	// Every is the longest silence; 0 asks for nothing.
	Every time.Duration
	// From and Until are minutes of the day on the desk's wall: the window is from the first to just before the second.
	From, Until int
	Zone        *time.Location
}

// RhythmOf reads a rule of a profile. Days and months are counted as 24 hours and 30 days: nobody announces so seldom.
func RhythmOf(rule *profilev1.AnnouncementRule, zone *time.Location) (Rhythm, error) {
	r := Rhythm{Until: minutesOfDay, Zone: zone}
	if rule.GetEvery() == "" {
		return r, nil
	}
	span, ok := profile.ParseSpan(rule.GetEvery())
	if !ok {
		return r, fmt.Errorf("%q is no span of time", rule.GetEvery())
	}
	r.Every = time.Duration(span.Amount) * units[span.Unit]
	var err error
	if rule.GetFrom() != "" {
		if r.From, err = minuteOfDay(rule.GetFrom()); err != nil {
			return r, err
		}
	}
	if rule.GetUntil() != "" {
		if r.Until, err = minuteOfDay(rule.GetUntil()); err != nil {
			return r, err
		}
	}
	return r, nil
}

const minutesOfDay = 24 * 60

var units = map[profile.Unit]time.Duration{
	profile.Minutes: time.Minute, profile.Hours: time.Hour, profile.Days: 24 * time.Hour, profile.WorkingDays: 24 * time.Hour,
	profile.Months: 30 * 24 * time.Hour,
}

func minuteOfDay(text string) (int, error) {
	hour, minute, _ := strings.Cut(text, ":")
	h, err := strconv.Atoi(hour)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of day: %w", text, err)
	}
	m, err := strconv.Atoi(minute)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of day: %w", text, err)
	}
	return 60*h + m, nil
}

// Next is when something must be announced again that was announced last at a time; zero where nothing must.
func (r Rhythm) Next(last time.Time) time.Time {
	if r.Every == 0 {
		return time.Time{}
	}
	return r.open(last.Add(r.Every))
}

// First is when something must be announced that was not yet: at once in the window, otherwise when it opens.
func (r Rhythm) First(now time.Time) time.Time {
	if r.Every == 0 {
		return time.Time{}
	}
	return r.open(now)
}

// open is the time itself, or the next opening of the window. The window is on the wall: when the clocks change, it opens at
// the same reading of the clock.
func (r Rhythm) open(at time.Time) time.Time {
	local := at.In(r.Zone)
	minute := 60*local.Hour() + local.Minute()
	switch {
	case r.From >= r.Until || minute >= r.From && minute < r.Until: // a window that never opens would keep everybody silent
		return at
	case minute < r.From:
		return r.wall(local, 0)
	default:
		return r.wall(local, 1)
	}
}

// wall is the opening of the window some days after a day.
func (r Rhythm) wall(day time.Time, days int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+days, r.From/60, r.From%60, 0, 0, r.Zone).UTC()
}
