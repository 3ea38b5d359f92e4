package domain_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

func rhythm(t interface{ Fatal(...any) }, every string) domain.Rhythm {
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	r, err := domain.RhythmOf(&profilev1.AnnouncementRule{Every: every, From: "06:00", Until: "24:00"}, zone)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func at(t interface{ Fatal(...any) }, wall string) time.Time {
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := time.ParseInLocation("2006-01-02 15:04", wall, zone)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// R88, §18: P1 every 30 minutes and P2 every hour between 06:00 and 24:00, as needed at night; the wall's time, whatever the
// clocks do.
func TestTheRhythmIsThatOfTheWall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ every, last, next string }{
		{"30m", "2026-11-20 10:00", "2026-11-20 10:30"},
		{"1h", "2026-11-20 10:00", "2026-11-20 11:00"},
		{"30m", "2026-11-20 23:29", "2026-11-20 23:59"},
		{"30m", "2026-11-20 23:30", "2026-11-21 06:00"}, // at midnight it is night
		{"1h", "2026-11-20 23:15", "2026-11-21 06:00"},
		{"30m", "2026-12-31 23:45", "2027-01-01 06:00"},
		{"30m", "2026-11-20 03:00", "2026-11-20 06:00"}, // said at night because it was needed
		{"30m", "2026-11-20 05:45", "2026-11-20 06:15"},
		{"1h", "2026-10-24 23:30", "2026-10-25 06:00"}, // the night has 25 hours' day behind it
		{"1h", "2027-03-27 23:30", "2027-03-28 06:00"}, // and one that is an hour short
		{"30m", "2026-10-25 02:40", "2026-10-25 06:00"},
	} {
		if got := rhythm(t, c.every).Next(at(t, c.last)); !got.Equal(at(t, c.next)) {
			t.Errorf("every %s, announced at %s: again at %s, want %s", c.every, c.last, got.In(at(t, c.last).Location()), c.next)
		}
	}
	if got := (domain.Rhythm{Zone: time.UTC}).Next(at(t, "2026-11-20 10:00")); !got.IsZero() {
		t.Errorf("as needed is due at %s", got)
	}
}

// R88, §18: over a year and both changes of the clocks: a reminder is never in the night, never early, and never later than the
// rhythm or the next six o'clock.
func TestAReminderIsNeverAtNightNeverEarlyAndNeverLate(t *testing.T) {
	t.Parallel()
	start := at(t, "2026-03-01 00:00")
	rapid.Check(t, func(t *rapid.T) {
		every := rapid.SampledFrom([]string{"30m", "1h", "90m", "5h"}).Draw(t, "every")
		last := start.Add(time.Duration(rapid.IntRange(0, 400*24*60).Draw(t, "minute")) * time.Minute)
		r := rhythm(t, every)
		next := r.Next(last)
		local := next.In(r.Zone)
		if local.Hour() < 6 {
			t.Fatalf("announced at %s: again at %s, in the night", last, local)
		}
		if next.Before(last.Add(r.Every)) {
			t.Fatalf("announced at %s: again at %s, too early", last, local)
		}
		if next.After(last.Add(r.Every)) && (local.Hour() != 6 || local.Minute() != 0) {
			t.Fatalf("announced at %s: again at %s, which is neither the rhythm nor the morning", last, local)
		}
		if next.Sub(last) > r.Every+6*time.Hour+time.Hour { // the longest night is the one in October
			t.Fatalf("announced at %s: again at %s, a night too late", last, local)
		}
		if first := r.First(last); first.Before(last) || first.In(r.Zone).Hour() < 6 {
			t.Fatalf("must be announced at %s: for the first time at %s", last, first.In(r.Zone))
		}
	})
}
