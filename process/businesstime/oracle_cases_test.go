package businesstime_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/bavn/bavn/process/businesstime"
)

// randomCase begins anywhere in the ten years, half of the time within three days of a clock change or a holiday, and lasts up to
// 14 days with up to three pauses that may overlap and reach outside.
func randomCase(random *rand.Rand, line *timeline) oracleCase {
	const twoWeeks, threeDays = 14 * 1440, 3 * 1440
	minute := func(t time.Time) int { return int(t.Sub(line.begin) / time.Minute) }
	begins := random.IntN(minute(oracleEnd)-minute(oracleBegin)) + minute(oracleBegin)
	if year := oracleBegin.Year() + random.IntN(10); random.IntN(2) == 0 {
		sunday := func(month time.Month) time.Time { // the last of the month, when Europe changes its clocks
			last := time.Date(year, month+1, 0, 1, 0, 0, 0, time.UTC)
			return last.AddDate(0, 0, -int(last.Weekday()))
		}
		near := []time.Time{
			sunday(time.March), sunday(time.October), easter(year), easter(year).AddDate(0, 0, 26), easter(year).AddDate(0, 0, 39),
			time.Date(year, time.April, 3, 0, 0, 0, 0, time.UTC),     // Santiago and Lord Howe change
			time.Date(year, time.September, 6, 3, 0, 0, 0, time.UTC), // Santiago
			time.Date(year, time.October, 3, 0, 0, 0, 0, time.UTC),   // Lord Howe
			time.Date(year, time.April, 27, 0, 0, 0, 0, time.UTC),    // Cairo
			time.Date(year, time.June, 21, 0, 0, 0, 0, time.UTC), time.Date(year, time.December, 27, 0, 0, 0, 0, time.UTC),
		}
		begins = max(minute(oracleBegin), minute(near[random.IntN(len(near))])+random.IntN(2*threeDays)-threeDays)
	}
	c := oracleCase{from: begins, to: begins + random.IntN(twoWeeks+1)}
	for range random.IntN(4) {
		from := begins - 1440 + random.IntN(twoWeeks)
		c.pauses = append(c.pauses, oracleHours{from, from + random.IntN(3*1440)})
	}
	return c
}

// randomCalendar is the same calendar twice: as an organisation writes it, and as the oracle knows it.
func randomCalendar(random *rand.Rand, zone string) (businesstime.Definition, *oracleCalendar) {
	d := businesstime.Definition{Zone: zone}
	own := &oracleCalendar{extraDates: map[oracleDate][]oracleHours{}, exceptions: map[string][]oracleHours{}}
	if random.IntN(20) == 0 {
		d.Always = true
		for weekday := range own.week {
			own.week[weekday] = []oracleHours{{0, 1440}}
		}
		return d, own
	}
	randomWeek(random, &d, own)
	own.country = []string{"", "dk", "dk", "se", "se"}[random.IntN(5)]
	d.Holidays = businesstime.Country(own.country)
	for _, date := range []oracleDate{
		{time.June, 5}, {time.December, 24}, {time.December, 31}, {time.March, 29}, {time.February, 29},
	} {
		if random.IntN(2) == 0 {
			continue
		}
		hours := randomHours(random, 0, 1440)[:random.IntN(2)] // closed, or a half day
		own.extraDates[date] = hours
		d.Extra = append(d.Extra, businesstime.ExtraDay{
			Name: "extra", Day: fmt.Sprintf("%02d-%02d", date.month, date.day), Hours: written(hours),
		})
	}
	if random.IntN(3) == 0 {
		own.midsummer = true
		d.Extra = append(d.Extra, businesstime.ExtraDay{Name: "Midsommarafton", Day: "midsummer-1"})
	}
	for range random.IntN(40) {
		date := oracleBegin.AddDate(0, 0, random.IntN(3650)).Format(time.DateOnly)
		if _, taken := own.exceptions[date]; taken {
			continue
		}
		hours := randomHours(random, 0, 1440)
		if random.IntN(2) == 0 {
			hours = nil
		}
		own.exceptions[date] = hours
		d.Exceptions = append(d.Exceptions, businesstime.Exception{Date: date, Hours: written(hours)})
	}
	return d, own
}

// randomWeek has up to three stretches a day, whole days, and nights that go on into the next morning.
func randomWeek(random *rand.Rand, d *businesstime.Definition, own *oracleCalendar) {
	names := [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	night := random.IntN(3) == 0 // then mornings before 06:00 are left to the night before
	for weekday := range own.week {
		var hours []oracleHours
		switch random.IntN(8) {
		case 0: // closed
		case 1:
			if !night {
				hours = []oracleHours{{0, 1440}}
			}
		default:
			earliest := 0
			if night {
				earliest = 360
			}
			hours = randomHours(random, earliest, 1440)
		}
		if night && random.IntN(2) == 0 {
			begins := 1320
			if n := len(hours); n > 0 {
				begins = max(begins, hours[n-1].to)
			}
			if begins < 1440 {
				hours = append(hours, oracleHours{begins, 1440 + 1 + random.IntN(360)})
			}
		}
		if weekday == int(time.Wednesday) && len(hours) == 0 {
			hours = []oracleHours{{480, 960}} // never closed for ever
		}
		own.week[weekday] = hours
		for _, line := range written(hours) {
			d.Week = append(d.Week, names[weekday]+" "+line)
		}
	}
	random.Shuffle(len(d.Week), func(i, j int) { d.Week[i], d.Week[j] = d.Week[j], d.Week[i] })
}

// randomHours are one to three stretches apart from each other; many begin or end in the hours of the clock changes.
func randomHours(random *rand.Rand, from, to int) []oracleHours {
	edges := map[int]bool{}
	for n := 2 * (1 + random.IntN(3)); len(edges) < n; {
		edge := from + random.IntN(to-from+1)
		if random.IntN(3) == 0 {
			edge = max(from, random.IntN(181)) // 00:00 to 03:00
		}
		edges[edge] = true
	}
	sorted := make([]int, 0, len(edges))
	for edge := range edges {
		sorted = append(sorted, edge)
	}
	slices.Sort(sorted)
	var hours []oracleHours
	for i := 0; i < len(sorted); i += 2 {
		hours = append(hours, oracleHours{sorted[i], sorted[i+1]})
	}
	return hours
}

func written(hours []oracleHours) []string {
	var lines []string
	for _, h := range hours {
		clock := func(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }
		if h.to > 1440 {
			lines = append(lines, clock(h.from)+"-"+clock(h.to-1440)+"+1")
			continue
		}
		lines = append(lines, strings.Join([]string{clock(h.from), clock(h.to)}, "-"))
	}
	return lines
}
