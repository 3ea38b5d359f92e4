package domain_test

import (
	"testing"
	"time"

	"github.com/bavn/bavn/services/reporting/internal/domain"
)

// R90: a weekly list is Monday's, whatever day one looks; months begin with their first day. What has no calendar counts no
// working days.
func TestATurnIsTheSameWheneverOneLooks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ every, day, want string }{
		{"7d", "2026-11-23", "2026-11-23"}, // a Monday
		{"7d", "2026-11-29", "2026-11-23"},
		{"7d", "2026-11-30", "2026-11-30"},
		{"7d", "2000-12-31", "2000-12-25"}, // before the first Monday of all
		{"1d", "2026-11-25", "2026-11-25"},
		{"14d", "2026-11-30", "2026-11-30"},
		{"14d", "2026-12-13", "2026-11-30"},
		{"1mo", "2026-11-25", "2026-11-01"},
		{"3mo", "2026-12-31", "2026-10-01"},
		{"12mo", "2026-02-28", "2026-01-01"},
	} {
		day, _ := time.Parse(domain.TurnDay, c.day)
		got, ok := domain.Turn(c.every, day)
		if !ok || got.Format(domain.TurnDay) != c.want {
			t.Errorf("the turn of %s on %s is %v, want %s", c.every, c.day, got, c.want)
		}
	}
	for _, every := range []string{"", "weekly", "30m", "2h", "5wd"} {
		if got, ok := domain.Turn(every, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)); ok {
			t.Errorf("%q has the turn %v", every, got)
		}
	}
}

// R90: the day is the desk's own, also on the days on which its clocks change.
func TestADayBeginsOnTheDesksWall(t *testing.T) {
	t.Parallel()
	copenhagen, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ at, day, next string }{
		{"2026-11-22T22:59:59Z", "2026-11-22", "2026-11-22T23:00:00Z"},
		{"2026-11-22T23:00:00Z", "2026-11-23", "2026-11-23T23:00:00Z"},
		{"2026-10-24T22:00:00Z", "2026-10-25", "2026-10-25T23:00:00Z"}, // 25 hours
		{"2026-03-28T23:00:00Z", "2026-03-29", "2026-03-29T22:00:00Z"}, // 23 hours
	} {
		at, _ := time.Parse(time.RFC3339, c.at)
		if got := domain.DayIn(copenhagen, at).Format(domain.TurnDay); got != c.day {
			t.Errorf("%s is of the day %s, want %s", c.at, got, c.day)
		}
		if got := domain.DayAfter(copenhagen, at).UTC().Format(time.RFC3339); got != c.next {
			t.Errorf("after %s the next day begins %s, want %s", c.at, got, c.next)
		}
	}
}
