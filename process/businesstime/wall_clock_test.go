package businesstime

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAWallClockAnswersAlikeInWhateverOrderItIsAsked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		change := rapid.SampledFrom([]struct {
			zone string
			on   day
		}{
			{"Europe/Copenhagen", dayOf(2026, time.March, 29)},
			{"Europe/Copenhagen", dayOf(2026, time.October, 25)},
			{"America/Santiago", dayOf(2024, time.April, 7)},
			{"Pacific/Apia", dayOf(2011, time.December, 30)}, // the day that Samoa left out
		}).Draw(t, "change")
		zone, err := time.LoadLocation(change.zone)
		if err != nil {
			t.Fatal(err)
		}
		used := newWallClock(zone)
		for range 8 {
			date := change.on + day(rapid.IntRange(-2, 2).Draw(t, "date"))
			shown := time.Duration(rapid.SampledFrom([]int{0, 90, 120, 150, 720, 1390, 1410, 1440}).Draw(t, "minute")) * time.Minute
			got, want := used.first(date, shown), newWallClock(zone).first(date, shown)
			if !got.Equal(want) {
				t.Fatalf("day %d at %s is %s, but %s for a clock that was not asked before", date, shown, got, want)
			}
			face := time.Duration(date)*wholeDay + shown
			if before := want.Add(-1); onTheFace(want, zone) < face || onTheFace(before, zone) >= face {
				t.Fatalf("day %d at %s is %s, which is not the first instant that shows it", date, shown, want.In(zone))
			}
		}
	})
}

// onTheFace is what the clocks show, date and time, as the time since 1 January 1970.
func onTheFace(t time.Time, zone *time.Location) time.Duration {
	return time.Duration(dayAt(t, zone))*wholeDay + sinceMidnight(t, zone)
}
