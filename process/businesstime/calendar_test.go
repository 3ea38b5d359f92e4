package businesstime_test

import (
	"math"
	"testing"
	"time"

	"github.com/bavn/bavn/process/businesstime"
)

// nspWeek are NSP's working hours (requirements §18).
var nspWeek = []string{"mon-thu 08:00-16:00", "fri 08:00-15:30"}

// tester is a test or a property.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func mustNew(t tester, d businesstime.Definition) *businesstime.Calendar {
	t.Helper()
	c, err := businesstime.New(d)
	if err != nil {
		t.Fatalf("the calendar is refused: %v", err)
	}
	return c
}

func nspCalendar(t tester) *businesstime.Calendar {
	t.Helper()
	return mustNew(t, businesstime.Definition{Zone: "Europe/Copenhagen", Week: nspWeek, Holidays: businesstime.Denmark})
}

// in reads "2026-04-01 15:59" by the clocks of a zone. Where a clock change makes that unclear, give the instant in UTC.
func in(t tester, zone, text string) time.Time {
	t.Helper()
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, location)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func dk(t tester, text string) time.Time { return in(t, "Europe/Copenhagen", text) }

func utc(t tester, text string) time.Time { return in(t, "UTC", text) }

func wantTime(t testing.TB, what string, got, want time.Time) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s is %s, want %s", what, got, want.In(got.Location()))
	}
}

func TestAnIntervalHoldsItsBeginningAndNotItsEnd(t *testing.T) {
	t.Parallel()
	c := nspCalendar(t)
	for at, want := range map[string]bool{
		"2026-11-23 07:59": false, "2026-11-23 08:00": true, "2026-11-23 08:01": true,
		"2026-11-23 15:59": true, "2026-11-23 16:00": false, "2026-11-23 16:01": false,
		"2026-11-27 15:29": true, "2026-11-27 15:30": false, "2026-11-27 15:31": false,
		"2026-11-28 10:00": false,
	} {
		if got := c.Open(dk(t, at)); got != want {
			t.Errorf("the desk is open at %s: %v, want %v", at, got, want)
		}
	}
	if c.Open(dk(t, "2026-11-23 16:00").Add(-1)) != true || c.Open(dk(t, "2026-11-23 08:00").Add(-1)) {
		t.Error("the desk is not open to the nanosecond")
	}
}

func TestATargetThatEndsWithTheDayIsDueAtClosingTime(t *testing.T) {
	t.Parallel()
	c := nspCalendar(t)
	for _, tc := range []struct{ from, add, want string }{
		{"2026-11-23 12:00", "4h", "2026-11-23 16:00"},
		{"2026-11-23 12:00", "4h1m", "2026-11-24 08:01"},
		{"2026-11-27 15:29", "1m", "2026-11-27 15:30"},
		{"2026-11-27 15:29", "2m", "2026-11-30 08:01"},
		{"2026-11-28 12:00", "30m", "2026-11-30 08:30"},
		{"2026-04-01 15:00", "2h", "2026-04-07 09:00"}, // Maundy Thursday to Easter Monday are between
		{"2026-11-23 03:00", "0h", "2026-11-23 03:00"},
		{"2026-11-23 03:00", "-1h", "2026-11-23 03:00"},
	} {
		add, err := time.ParseDuration(tc.add)
		if err != nil {
			t.Fatal(err)
		}
		wantTime(t, tc.add+" after "+tc.from, c.After(dk(t, tc.from), add), dk(t, tc.want))
	}
}

func TestTimeThatRunsBackwardsIsNoBusinessTime(t *testing.T) {
	t.Parallel()
	c := nspCalendar(t)
	if got := c.Between(dk(t, "2026-11-24 12:00"), dk(t, "2026-11-23 12:00")); got != 0 {
		t.Errorf("%s of business time in a span that ends before it begins, want none", got)
	}
}

func TestMoreThanADurationHoldsIsTheLongestOne(t *testing.T) {
	t.Parallel()
	always := mustNew(t, businesstime.Definition{Zone: "UTC", Always: true})
	from := time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC)
	if got := always.Between(from, from.AddDate(300, 0, 0)); got != math.MaxInt64 {
		t.Errorf("three hundred years are %s", got)
	}
}

func TestPausesDoNotCountHoweverTheyAreGiven(t *testing.T) {
	t.Parallel()
	c := nspCalendar(t)
	span := func(from, to string) businesstime.Span { return businesstime.Span{From: dk(t, from), To: dk(t, to)} }
	monday, tuesday := dk(t, "2026-11-23 00:00"), dk(t, "2026-11-24 00:00")
	for name, tc := range map[string]struct {
		paused []businesstime.Span
		want   time.Duration
	}{
		"none":            {nil, 8 * time.Hour},
		"outside hours":   {[]businesstime.Span{span("2026-11-23 17:00", "2026-11-23 18:00")}, 8 * time.Hour},
		"one":             {[]businesstime.Span{span("2026-11-23 09:00", "2026-11-23 10:00")}, 7 * time.Hour},
		"over the edge":   {[]businesstime.Span{span("2026-11-22 09:00", "2026-11-23 10:00")}, 6 * time.Hour},
		"all of it":       {[]businesstime.Span{span("2026-11-22 09:00", "2026-11-27 10:00")}, 0},
		"ends before it":  {[]businesstime.Span{span("2026-11-23 12:00", "2026-11-23 10:00")}, 8 * time.Hour},
		"empty":           {[]businesstime.Span{span("2026-11-23 12:00", "2026-11-23 12:00")}, 8 * time.Hour},
		"before the span": {[]businesstime.Span{span("2026-11-20 12:00", "2026-11-21 12:00")}, 8 * time.Hour},
		"after the span":  {[]businesstime.Span{span("2026-11-25 12:00", "2026-11-26 12:00")}, 8 * time.Hour},
		"nested, reversed": {
			[]businesstime.Span{span("2026-11-23 11:00", "2026-11-23 12:00"), span("2026-11-23 10:00", "2026-11-23 13:00")}, 5 * time.Hour,
		},
		"overlapping": {
			[]businesstime.Span{span("2026-11-23 10:00", "2026-11-23 12:00"), span("2026-11-23 11:00", "2026-11-23 13:00")}, 5 * time.Hour,
		},
	} {
		if got := c.Between(monday, tuesday, tc.paused...); got != tc.want {
			t.Errorf("paused %s: %s of business time, want %s", name, got, tc.want)
		}
	}
	wantTime(t, "two hours with a pause of two", c.After(dk(t, "2026-11-23 09:00"), 2*time.Hour,
		span("2026-11-23 10:00", "2026-11-23 12:00")), dk(t, "2026-11-23 13:00"))
	wantTime(t, "two hours that are over as the pause begins", c.After(dk(t, "2026-11-23 08:00"), 2*time.Hour,
		span("2026-11-23 10:00", "2026-11-23 12:00")), dk(t, "2026-11-23 10:00"))
}

func TestANightBelongsToTheDayOnWhichItBegins(t *testing.T) {
	t.Parallel()
	c := mustNew(t, businesstime.Definition{
		Zone: "Europe/Copenhagen", Week: []string{"mon-sun 22:00-06:00+1"}, Holidays: businesstime.Denmark,
	})
	for at, want := range map[string]bool{
		"2026-12-24 23:00": true,
		"2026-12-25 05:59": true,  // the night that began on the eve
		"2026-12-25 22:00": false, // Christmas Day
		"2026-12-27 05:00": false, // the night of Boxing Day
		"2026-12-27 22:00": true,
	} {
		if got := c.Open(dk(t, at)); got != want {
			t.Errorf("the night desk is open at %s: %v, want %v", at, got, want)
		}
	}
}

func TestTheNightsOfTheClockChange(t *testing.T) {
	t.Parallel()
	// Denmark: 29 March 2026 at 01:00 UTC forwards, 25 October 2026 at 01:00 UTC back.
	calendar := func(line string) *businesstime.Calendar {
		return mustNew(t, businesstime.Definition{Zone: "Europe/Copenhagen", Week: []string{line}})
	}
	spring, autumn := utc(t, "2026-03-28 12:00"), utc(t, "2026-10-24 12:00")
	for _, tc := range []struct {
		line         string
		from         time.Time
		opens, ends  string
		businessTime time.Duration
	}{
		{"sun 00:00-06:00", spring, "2026-03-28 23:00", "2026-03-29 04:00", 5 * time.Hour},
		{"sun 02:30-06:00", spring, "2026-03-29 01:00", "2026-03-29 04:00", 3 * time.Hour}, // 02:30 does not exist
		{"sun 00:00-02:30", spring, "2026-03-28 23:00", "2026-03-29 01:00", 2 * time.Hour},
		{"sun 00:00-06:00", autumn, "2026-10-24 22:00", "2026-10-25 05:00", 7 * time.Hour},
		{"sun 02:30-06:00", autumn, "2026-10-25 00:30", "2026-10-25 05:00", 4*time.Hour + 30*time.Minute}, // the first 02:30
		{"sun 00:00-02:30", autumn, "2026-10-24 22:00", "2026-10-25 00:30", 2*time.Hour + 30*time.Minute},
	} {
		c := calendar(tc.line)
		opens := c.NextOpen(tc.from)
		ends, _ := c.NextClose(opens)
		wantTime(t, "the opening of "+tc.line, opens, utc(t, tc.opens))
		wantTime(t, "the closing of "+tc.line, ends, utc(t, tc.ends))
		if got := c.Between(tc.from, tc.from.Add(3*24*time.Hour)); got != tc.businessTime {
			t.Errorf("%s on the night of the clock change lasts %s, want %s", tc.line, got, tc.businessTime)
		}
	}
	skipped := calendar("sun 02:00-02:30")
	wantTime(t, "the next opening of what the clocks skip", skipped.NextOpen(spring), utc(t, "2026-04-05 00:00"))
}

func TestAClockThatSkipsMidnightOrGoesBackOverIt(t *testing.T) {
	t.Parallel()
	// Cairo: 26 April 2024 begins at 01:00. Santiago: 6 April 2024 ends twice.
	cairo := mustNew(t, businesstime.Definition{Zone: "Africa/Cairo", Week: []string{"fri 00:00-02:00"}})
	wantTime(t, "the opening in Cairo", cairo.NextOpen(utc(t, "2024-04-25 12:00")), utc(t, "2024-04-25 22:00"))
	if got := cairo.Between(utc(t, "2024-04-25 12:00"), utc(t, "2024-04-27 12:00")); got != time.Hour {
		t.Errorf("Cairo is open for %s on the day without midnight, want 1h", got)
	}
	santiago := mustNew(t, businesstime.Definition{Zone: "America/Santiago", Week: []string{"sat 22:00-24:00"}})
	if got := santiago.Between(utc(t, "2024-04-06 12:00"), utc(t, "2024-04-08 12:00")); got != 3*time.Hour {
		t.Errorf("Santiago is open for %s on the evening that has 25 hours, want 3h", got)
	}
}

func TestWhatIsAlwaysOpenNeverCloses(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]businesstime.Definition{
		"always":           {Zone: "Europe/Copenhagen", Always: true},
		"seven whole days": {Zone: "Europe/Copenhagen", Week: []string{"mon-sun 00:00-24:00"}},
		"days and nights":  {Zone: "Europe/Copenhagen", Week: []string{"mon-sun 08:00-20:00", "mon-sun 20:00-08:00+1"}},
		"an exception long since": {
			Zone: "UTC", Week: []string{"mon-sun 00:00-24:00"}, Exceptions: []businesstime.Exception{{Date: "2020-01-01"}},
		},
	} {
		c := mustNew(t, d)
		if at, ever := c.NextClose(utc(t, "2026-11-23 12:00")); ever {
			t.Errorf("%s: closes at %s", name, at)
		}
		if got := c.Between(utc(t, "2026-03-01 00:00"), utc(t, "2026-11-01 00:00")); got != 245*24*time.Hour {
			t.Errorf("%s: %s of business time in 245 days", name, got)
		}
	}
	withHoliday := mustNew(t, businesstime.Definition{
		Zone: "UTC", Week: []string{"mon-sun 00:00-24:00"}, Holidays: businesstime.Denmark,
	})
	at, ever := withHoliday.NextClose(utc(t, "2026-11-23 12:00"))
	if wantTime(t, "the closing before Christmas Day", at, utc(t, "2026-12-25 00:00")); !ever {
		t.Error("a calendar that keeps Christmas never closes")
	}
}

func TestAnExceptionDecidesBeforeHolidayAndWeek(t *testing.T) {
	t.Parallel()
	c := mustNew(t, businesstime.Definition{
		Zone: "Europe/Copenhagen", Week: nspWeek, Holidays: businesstime.Denmark,
		Exceptions: []businesstime.Exception{
			{Date: "2026-12-25", Hours: []string{"10:00-12:00"}},
			{Date: "2026-12-28"},
			{Date: "2026-12-29", Hours: []string{"20:00-02:00+1"}},
		},
	})
	for at, want := range map[string]bool{
		"2026-12-25 11:00": true, "2026-12-28 11:00": false, "2026-12-29 11:00": false, "2026-12-30 01:59": true,
	} {
		if got := c.Open(dk(t, at)); got != want {
			t.Errorf("the desk is open at %s: %v, want %v", at, got, want)
		}
	}
	if name, ok := c.Holiday(dk(t, "2026-12-25 11:00")); ok {
		t.Errorf("%s is told as the reason on a date with hours of its own", name)
	}
}
