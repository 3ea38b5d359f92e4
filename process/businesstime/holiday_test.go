package businesstime_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/bavn/bavn/process/businesstime"
)

// kept are the holidays of a year, as "01-01 Nytårsdag".
func kept(t *testing.T, c *businesstime.Calendar, year int) []string {
	t.Helper()
	var days []string
	for at := time.Date(year, 1, 1, 12, 0, 0, 0, time.UTC); at.Year() == year; at = at.AddDate(0, 0, 1) {
		if name, ok := c.Holiday(at); ok {
			days = append(days, at.Format("01-02 ")+name)
			if c.Open(at) {
				t.Errorf("it is open on %s, %s", name, at.Format(time.DateOnly))
			}
		}
	}
	return days
}

// The lists are from the almanacs, not worked out.
func TestThePublicHolidaysAreThoseOfTheLaw(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		country businesstime.Country
		year    int
		want    string
	}{
		{businesstime.Denmark, 2023, `01-01 Nytårsdag, 04-06 Skærtorsdag, 04-07 Langfredag, 04-09 Påskedag, 04-10 Anden påskedag, ` +
			`05-05 Store bededag, 05-18 Kristi Himmelfartsdag, 05-28 Pinsedag, 05-29 Anden Pinsedag, 12-25 Juledag, 12-26 Anden juledag`},
		{businesstime.Denmark, 2024, `01-01 Nytårsdag, 03-28 Skærtorsdag, 03-29 Langfredag, 03-31 Påskedag, 04-01 Anden påskedag, ` +
			`05-09 Kristi Himmelfartsdag, 05-19 Pinsedag, 05-20 Anden Pinsedag, 12-25 Juledag, 12-26 Anden juledag`},
		{businesstime.Denmark, 2026, `01-01 Nytårsdag, 04-02 Skærtorsdag, 04-03 Langfredag, 04-05 Påskedag, 04-06 Anden påskedag, ` +
			`05-14 Kristi Himmelfartsdag, 05-24 Pinsedag, 05-25 Anden Pinsedag, 12-25 Juledag, 12-26 Anden juledag`},
		{businesstime.Sweden, 2004, `01-01 Nyårsdagen, 01-06 Trettondedag jul, 04-09 Långfredagen, 04-11 Påskdagen, ` +
			`04-12 Annandag påsk, 05-01 Första Maj, 05-20 Kristi himmelsfärds dag, ` +
			`05-30 Pingstdagen, 05-31 Annandag pingst, 06-26 Midsommardagen, ` +
			`11-06 Alla helgons dag, 12-25 Juldagen, 12-26 Annandag jul`},
		{businesstime.Sweden, 2026, `01-01 Nyårsdagen, 01-06 Trettondedag jul, 04-03 Långfredagen, 04-05 Påskdagen, ` +
			`04-06 Annandag påsk, 05-01 Första Maj, 05-14 Kristi himmelsfärds dag, 05-24 Pingstdagen, ` +
			`06-06 Sveriges nationaldag, 06-20 Midsommardagen, ` +
			`10-31 Alla helgons dag, 12-25 Juldagen, 12-26 Annandag jul`},
		{businesstime.NoHolidays, 2026, ``},
	} {
		c := mustNew(t, businesstime.Definition{Zone: "UTC", Week: []string{"mon-sun 00:00-24:00"}, Holidays: tc.country})
		if got := strings.Join(kept(t, c, tc.year), ", "); got != tc.want {
			t.Errorf("the holidays of %q in %d are\n%s\nwant\n%s", tc.country, tc.year, got, tc.want)
		}
	}
}

func TestExtraDaysAreKeptBesideThePublicHolidays(t *testing.T) {
	t.Parallel()
	c := mustNew(t, businesstime.Definition{
		Zone: "UTC", Week: []string{"mon-fri 08:00-16:00", "sat 14:00-16:00"}, Holidays: businesstime.Sweden,
		Extra: []businesstime.ExtraDay{
			{Name: "Midsommarafton", Day: "midsummer-1"},
			{Name: "Julafton", Day: "12-24"},
			{Name: "Trettondagsafton", Day: "01-05", Hours: []string{"06:00-12:00"}},
			{Name: "Påskafton", Day: "easter-1", Hours: []string{"06:00-12:00"}},
			{Name: "Klämdag", Day: "easter+40", From: 2026, Until: 2027},
			{Name: "Skottdag", Day: "02-29"},
			{Name: "Also Easter Monday", Day: "easter+1", Hours: []string{"08:00-10:00"}},
		},
	})
	for _, tc := range []struct {
		at   string
		open bool
		name string
	}{
		{"2026-06-19 10:00", false, "Midsommarafton"},
		{"2026-12-24 10:00", false, "Julafton"},
		{"2026-01-05 11:59", true, "Trettondagsafton"},
		{"2026-01-05 07:59", false, "Trettondagsafton"}, // a half day does not begin earlier than the weekday
		{"2026-01-05 12:00", false, "Trettondagsafton"},
		{"2026-04-04 11:00", false, "Påskafton"}, // nor does it open a Saturday morning
		{"2026-04-04 14:30", false, "Påskafton"},
		{"2025-05-30 10:00", true, ""},
		{"2026-05-15 10:00", false, "Klämdag"},
		{"2027-05-07 10:00", false, "Klämdag"},
		{"2028-05-26 10:00", true, ""},
		{"2028-02-29 10:00", false, "Skottdag"},
		{"2027-03-01 10:00", true, ""},
		{"2026-04-06 09:00", false, "Annandag påsk"}, // closed is closed
	} {
		at := utc(t, tc.at)
		if got := c.Open(at); got != tc.open {
			t.Errorf("open at %s: %v, want %v", tc.at, got, tc.open)
		}
		if name, _ := c.Holiday(at); name != tc.name {
			t.Errorf("%s is %q, want %q", tc.at, name, tc.name)
		}
	}
}

// TestHolidaysDoNotDependOnTheZoneOfTheMachine runs the lists on machines whose clocks skip the midnight of Easter Sunday 2024,
// for the library works in the machine's zone and takes that midnight for 23:00 on the Azores and for 01:00 in Beirut.
func TestHolidaysDoNotDependOnTheZoneOfTheMachine(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Atlantic/Azores", "Asia/Beirut", "Pacific/Kiritimati"} {
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestThePublic|^TestExtraDays|^TestTheOracle")
		again.Env = append(os.Environ(), "TZ="+zone)
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("on a machine in %s: %v\n%s", zone, err, out)
		}
	}
}

// TestTheOraclesHolidaysAreOursInEveryYear compares the laws as two people wrote them.
func TestTheOraclesHolidaysAreOursInEveryYear(t *testing.T) {
	t.Parallel()
	for _, country := range []businesstime.Country{businesstime.Denmark, businesstime.Sweden} {
		c := mustNew(t, businesstime.Definition{Zone: "UTC", Week: []string{"mon-sun 00:00-24:00"}, Holidays: country})
		for at := time.Date(2005, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() <= businesstime.LastHolidayYear; at = at.AddDate(0, 0, 1) {
			if want, got := !isHoliday(string(country), at), c.Open(at); got != want {
				t.Fatalf("%s is open on %s: %v, want %v", country, at.Format(time.DateOnly), got, want)
			}
		}
	}
}
