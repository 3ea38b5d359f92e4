package businesstime_test

import (
	"testing"
	"time"

	"github.com/bavn/bavn/process/businesstime"
)

// R91 asks for cases older than 4 working days, R106 for silence of so many.
func TestWorkingDaysLaterAtTheSameTimeOnTheClock(t *testing.T) {
	t.Parallel()
	c := nspCalendar(t)
	for _, tc := range []struct {
		from string
		days int
		want string
	}{
		{"2026-11-23 10:15", 1, "2026-11-24 10:15"},
		{"2026-11-27 10:15", 1, "2026-11-30 10:15"},
		{"2026-11-27 22:00", 1, "2026-11-30 22:00"}, // outside hours is still a time on the clock
		{"2026-11-23 10:15", 5, "2026-11-30 10:15"},
		{"2026-11-30 10:15", -4, "2026-11-24 10:15"},
		{"2026-11-28 10:15", 1, "2026-12-01 00:00"}, // Saturday: the whole of Monday
		{"2026-11-29 23:59", 1, "2026-12-01 00:00"},
		{"2026-11-30 00:00", 1, "2026-12-01 00:00"},
		{"2026-11-28 10:15", 5, "2026-12-05 00:00"},
		{"2026-11-28 10:15", -1, "2026-11-27 00:00"}, // the whole of Friday
		{"2026-11-28 10:15", 0, "2026-11-28 10:15"},
		{"2026-04-01 09:00", 1, "2026-04-07 09:00"}, // over Easter
		{"2026-04-07 09:00", -1, "2026-04-01 09:00"},
		{"2026-12-23 09:00", 2, "2026-12-28 09:00"}, // 24 December is a working day of this calendar, 25 and 26 are not
	} {
		got := c.AddDays(dk(t, tc.from), tc.days)
		if !got.Equal(dk(t, tc.want)) {
			t.Errorf("%d working days from %s is %s, want %s", tc.days, tc.from, got, tc.want)
		}
	}
}

func TestAWorkingDayLaterOnTheNightOfTheClockChange(t *testing.T) {
	t.Parallel()
	c := mustNew(t, businesstime.Definition{Zone: "Europe/Copenhagen", Always: true})
	wantTime(t, "a day later at 02:30, which is skipped", c.AddDays(dk(t, "2026-03-28 02:30"), 1), utc(t, "2026-03-29 01:00"))
	wantTime(t, "a day later at 02:30, which is twice", c.AddDays(dk(t, "2026-10-24 02:30"), 1), utc(t, "2026-10-25 00:30"))
	wantTime(t, "a day after the second 02:30", c.AddDays(utc(t, "2026-10-25 01:30"), 1), dk(t, "2026-10-26 02:30"))
	seconds := dk(t, "2026-03-26 10:00").Add(12*time.Second + 345*time.Microsecond)
	wantTime(t, "three days after 10:00:12.000345", c.AddDays(seconds, 3),
		dk(t, "2026-03-29 10:00").Add(12*time.Second+345*time.Microsecond))
}

// R10: what is sent in after hours enters the queue on the next working day at 08:00.
func TestAfterHoursFormsWaitForTheNextWorkingDay(t *testing.T) {
	t.Parallel()
	c := nspCalendar(t)
	for from, want := range map[string]string{
		"2026-11-23 07:59": "2026-11-23 08:00",
		"2026-11-23 08:00": "2026-11-23 08:00",
		"2026-11-23 08:01": "2026-11-24 08:00",
		"2026-11-23 16:01": "2026-11-24 08:00",
		"2026-11-27 15:31": "2026-11-30 08:00",
		"2026-11-29 12:00": "2026-11-30 08:00",
		"2026-04-01 17:00": "2026-04-07 08:00",
	} {
		wantTime(t, "the next working day from "+from, c.NextWorkingDay(dk(t, from), 8*time.Hour), dk(t, want))
	}
}

func TestAMorningThatEndsTheNightBeforeIsNoWorkingDay(t *testing.T) {
	t.Parallel()
	c := mustNew(t, businesstime.Definition{Zone: "Europe/Copenhagen", Week: []string{"mon-fri 20:00-04:00+1"}})
	wantTime(t, "the working day after Friday", c.AddDays(dk(t, "2026-11-27 21:00"), 1), dk(t, "2026-11-30 21:00"))
}
