package businesstime_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the zones that are tested, whatever the machine has

	"github.com/bavn/bavn/process/businesstime"
)

// The oracle is a second calendar that shares nothing with the first: it looks at every minute, one after the other, and asks
// what a person with a wall calendar and a church calendar would. It knows hours as minutes since midnight.

type oracleHours struct{ from, to int }

type oracleDate struct {
	month time.Month
	day   int
}

type oracleCalendar struct {
	week       [7][]oracleHours // Sunday first, as time.Weekday counts
	country    string
	extraDates map[oracleDate][]oracleHours // the hours that are left
	midsummer  bool                         // the eve is kept too
	exceptions map[string][]oracleHours     // by date
}

// easter is the date of Easter Sunday by Gauss's rule, with the two corrections for late dates.
func easter(year int) time.Time {
	a, b, c := year%19, year%4, year%7
	k := year / 100
	p := (13 + 8*k) / 25
	q := k / 4
	m := (15 - p + k - q) % 30
	n := (4 + k - q) % 7
	d := (19*a + m) % 30
	e := (2*b + 4*c + 6*d + n) % 7
	if d == 29 && e == 6 || d == 28 && e == 6 && (11*m+11)%30 < 19 {
		e -= 7
	}
	return time.Date(year, time.March, 22+d+e, 0, 0, 0, 0, time.UTC)
}

// isHoliday asks a date (as midnight UTC) by the laws, written as a list of questions.
func isHoliday(country string, date time.Time) bool {
	afterEaster := int(date.Sub(easter(date.Year())).Hours()) / 24
	month, dayOfMonth, saturday := date.Month(), date.Day(), date.Weekday() == time.Saturday
	on := func(m time.Month, d int) bool { return month == m && dayOfMonth == d }
	switch country {
	case "dk":
		return on(1, 1) || on(12, 25) || on(12, 26) || slices.Contains([]int{-3, -2, 0, 1, 39, 49, 50}, afterEaster) ||
			afterEaster == 26 && date.Year() <= 2023
	case "se":
		return on(1, 1) || on(1, 6) || on(5, 1) || on(6, 6) || on(12, 25) || on(12, 26) ||
			slices.Contains([]int{-2, 0, 1, 39, 49}, afterEaster) ||
			saturday && month == time.June && dayOfMonth >= 20 && dayOfMonth <= 26 ||
			saturday && (on(10, 31) || month == time.November && dayOfMonth <= 6)
	default:
		return false
	}
}

// hoursOn are the hours that begin on a date.
func (c *oracleCalendar) hoursOn(date time.Time) []oracleHours {
	if hours, ok := c.exceptions[date.Format(time.DateOnly)]; ok {
		return hours
	}
	usual := c.week[date.Weekday()]
	if isHoliday(c.country, date) {
		return nil
	}
	if c.midsummer && date.Month() == time.June && date.Weekday() == time.Friday && date.Day() >= 19 && date.Day() <= 25 {
		return nil
	}
	left, ok := c.extraDates[oracleDate{date.Month(), date.Day()}]
	if !ok {
		return usual
	}
	var both []oracleHours
	for _, u := range usual {
		for _, l := range left {
			if from, to := max(u.from, l.from), min(u.to, l.to); from < to {
				both = append(both, oracleHours{from, to})
			}
		}
	}
	return both
}

// minutesOn marks the open minutes of a date: those of its own hours, and those of the night before.
//
//go:norace
func (c *oracleCalendar) minutesOn(date time.Time) *[1440]bool {
	var open [1440]bool
	for _, h := range c.hoursOn(date) {
		for m := h.from; m < h.to && m < 1440; m++ {
			open[m] = true
		}
	}
	for _, h := range c.hoursOn(date.AddDate(0, 0, -1)) {
		for m := 1440; m < h.to; m++ {
			open[m-1440] = true
		}
	}
	return &open
}

// oracleBegin to oracleEnd are the ten years in which the cases begin, with room around them. Great Prayer Day ends within.
var (
	oracleBegin = time.Date(2019, time.January, 1, 0, 0, 0, 0, time.UTC)
	oracleEnd   = time.Date(2029, time.January, 1, 0, 0, 0, 0, time.UTC)
)

const oracleRoom = 120 * 24 * time.Hour

// timeline is what the clocks of a zone show, minute by minute through the years, as minutes since the first midnight. A clock
// that is set back is taken to stand still until it shows a new time: that is what "the first instant that shows it" means.
type timeline struct {
	begin, firstMidnight time.Time
	shown                []int32
}

//go:norace
func newTimeline(zone *time.Location) *timeline {
	begin := oracleBegin.Add(-oracleRoom)
	line := &timeline{begin: begin, firstMidnight: begin.AddDate(0, 0, -1)}
	line.shown = make([]int32, oracleEnd.Add(oracleRoom).Sub(begin)/time.Minute)
	latest := int32(0)
	for m := range line.shown {
		_, offset := begin.Add(time.Duration(m) * time.Minute).In(zone).Zone()
		latest = max(latest, int32(1440+m+offset/60))
		line.shown[m] = latest
	}
	return line
}

// oracle counts the open minutes of one calendar.
type oracle struct {
	*timeline
	calendar *oracleCalendar
	open     []*[1440]bool // by date, marked when first asked
}

//go:norace
func (o *oracle) isOpen(minute int) bool {
	date, clock := o.shown[minute]/1440, o.shown[minute]%1440
	if o.open[date] == nil {
		o.open[date] = o.calendar.minutesOn(o.firstMidnight.AddDate(0, 0, int(date)))
	}
	return o.open[date][clock]
}

// oracleCase is a question, in minutes since the beginning of the timeline.
type oracleCase struct {
	from, to int
	pauses   []oracleHours
}

//go:norace
func (c oracleCase) paused(minute int) bool {
	for _, p := range c.pauses {
		if p.from <= minute && minute < p.to {
			return true
		}
	}
	return false
}

// count walks the minutes. reached is the end of the minute in which the wanted sum is there.
//
//go:norace
func (o *oracle) count(c oracleCase, wanted int) (sum, reached int) {
	reached = c.from
	for m := c.from; m < c.to; m++ {
		if o.isOpen(m) && !c.paused(m) {
			if sum++; sum == wanted {
				reached = m + 1
			}
		}
	}
	return sum, reached
}

// oracleZones have what clocks do: an hour in Europe, half an hour on Lord Howe, at midnight in Cairo (forwards) and in Santiago
// (back into the day before), nothing in UTC.
var oracleZones = []string{
	"Europe/Copenhagen", "Europe/Stockholm", "Europe/Copenhagen", "Europe/Stockholm", "UTC", "Australia/Lord_Howe", "Africa/Cairo",
	"America/Santiago",
}

// TestAHundredThousandCasesAgreeWithCountingEveryMinute asks both calendars; -short asks a tenth. The oracle's
// loops go without the race detector: minutes of a hundred thousand fortnights are work enough.
func TestAHundredThousandCasesAgreeWithCountingEveryMinute(t *testing.T) {
	t.Parallel()
	cases := 100_000
	if testing.Short() {
		cases = 10_000
	}
	const casesPerCalendar = 125
	for i, name := range oracleZones {
		t.Run(fmt.Sprintf("%d %s", i, name), func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			line := newTimeline(zone)
			random := rand.New(rand.NewPCG(uint64(i), 3))
			asked := 0
			for ; asked < cases/len(oracleZones); asked += casesPerCalendar {
				definition, calendar := randomCalendar(random, name)
				agree(t, random, line, definition, calendar, casesPerCalendar)
				if t.Failed() {
					return
				}
			}
			t.Logf("%d cases agree", asked)
		})
	}
}

func agree(t *testing.T, random *rand.Rand, line *timeline, definition businesstime.Definition, own *oracleCalendar, cases int) {
	t.Helper()
	calendar, err := businesstime.New(definition)
	if err != nil {
		t.Fatalf("%+v: %v", definition, err)
	}
	o := &oracle{line, own, make([]*[1440]bool, len(line.shown)/1440+4)}
	at := func(minute int) time.Time { return line.begin.Add(time.Duration(minute) * time.Minute) }
	for range cases {
		c := randomCase(random, line)
		var pauses []businesstime.Span
		for _, p := range c.pauses {
			pauses = append(pauses, businesstime.Span{From: at(p.from), To: at(p.to)})
		}
		sum, _ := o.count(c, 0)
		question := fmt.Sprintf("%+v\nfrom %s to %s, paused %v", definition, at(c.from), at(c.to), pauses)
		if got := calendar.Between(at(c.from), at(c.to), pauses...); got != time.Duration(sum)*time.Minute {
			t.Errorf("%s: %s of business time, but %d minutes were counted", question, got, sum)
		}
		if sum > 0 {
			wanted := 1 + random.IntN(sum)
			_, reached := o.count(c, wanted)
			if got := calendar.After(at(c.from), time.Duration(wanted)*time.Minute, pauses...); !got.Equal(at(reached)) {
				t.Errorf("%s: %d minutes have passed at %s, but were counted at %s", question, wanted, got, at(reached))
			}
		}
		if got := calendar.Open(at(c.from)); got != o.isOpen(c.from) {
			t.Errorf("%s: open at the beginning is %v", question, got)
		}
		next := c.from
		for next < c.to && !o.isOpen(next) {
			next++
		}
		if got := calendar.NextOpen(at(c.from)); next < c.to && !got.Equal(at(next)) {
			t.Errorf("%s: opens next at %s, but the minutes say %s", question, got, at(next))
		}
		for next = c.from; next < c.to && o.isOpen(next); {
			next++
		}
		if got, _ := calendar.NextClose(at(c.from)); next < c.to && !got.Equal(at(next)) {
			t.Errorf("%s: closes next at %s, but the minutes say %s", question, got, at(next))
		}
	}
}
