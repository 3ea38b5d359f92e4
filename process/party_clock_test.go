package process

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var began = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// drawChanges makes a history: mostly forwards in time, sometimes at the same moment, sometimes of nothing.
func drawChanges(t *rapid.T) []Change {
	parties := rapid.SampledFrom([]string{"desk", "netic", "authority"})
	statuses := rapid.SampledFrom(anyStatus.Members())
	people := rapid.SampledFrom([]string{"", "mette", "jonas"})
	steps := rapid.SampledFrom([]time.Duration{0, 0, time.Microsecond, 7 * time.Minute, 400 * 24 * time.Hour})
	at := began
	changes := make([]Change, rapid.IntRange(1, 40).Draw(t, "rows"))
	for i := range changes {
		if i > 0 {
			at = at.Add(steps.Draw(t, "step"))
		}
		changes[i] = Change{Holding{
			Party: parties.Draw(t, "party"), Assignee: people.Draw(t, "assignee"), Status: statuses.Draw(t, "status"),
		}, at}
	}
	return changes
}

func TestIntervalsPartitionTheWallTimeExactly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		changes := drawChanges(t)
		last := changes[len(changes)-1].At
		until := last.Add(rapid.SampledFrom([]time.Duration{0, time.Microsecond, time.Hour}).Draw(t, "until"))
		intervals := Intervals(changes, until)
		at := began
		for i, iv := range intervals {
			if !iv.From.Equal(at) || iv.To.Before(iv.From) {
				t.Fatalf("interval %d begins at %v and ends at %v, the one before ended at %v", i, iv.From, iv.To, at)
			}
			if i > 0 && iv.Holding == intervals[i-1].Holding {
				t.Fatalf("interval %d repeats the holding of the one before", i)
			}
			at = iv.To
		}
		if !at.Equal(until) {
			t.Fatalf("the last interval ends at %v, want %v", at, until)
		}
	})
}

func TestPartyClocksSumToTheWallTimeAndAgreeWithTheIntervals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		changes := drawChanges(t)
		until := changes[len(changes)-1].At.Add(time.Hour)
		clocks := StartClocks(changes[0].Party, changes[0].Status, changes[0].At)
		for _, c := range changes[1:] {
			clocks = clocks.Turn(c.Party, c.Status, c.At)
		}
		want := map[PartyKey]time.Duration{}
		for _, iv := range Intervals(changes, until) {
			want[PartyKey{iv.Party, iv.Status}] += iv.Elapsed()
		}
		var sum time.Duration
		for _, c := range clocks.At(until) {
			sum += c.Elapsed
			if key := (PartyKey{c.Party, c.Status}); want[key] != c.Elapsed {
				t.Fatalf("%v ran %v, its intervals last %v", key, c.Elapsed, want[key])
			}
		}
		if sum != until.Sub(began) {
			t.Fatalf("the clocks sum to %v, the ticket is %v old", sum, until.Sub(began))
		}
	})
}

func TestAPausedClockReallyPausesAndAReopenedTicketContinuesWhereItStood(t *testing.T) {
	t.Parallel()
	minute := func(m int) time.Time { return began.Add(time.Duration(m) * time.Minute) }
	clocks := StartClocks("desk", InProgress, began).
		Turn("desk", AwaitingUser, minute(10)).
		Turn("desk", InProgress, minute(70)).
		Turn("desk", Closed, minute(75)).
		Turn("desk", InProgress, minute(1075))
	got := clocks.At(minute(1076))
	want := []PartyClock{
		{"desk", InProgress, 16 * time.Minute},
		{"desk", AwaitingUser, 60 * time.Minute},
		{"desk", Closed, 1000 * time.Minute},
	}
	if !slices.Equal(got, want) {
		t.Errorf("clocks = %v, want %v", got, want)
	}
}

func TestAClockThatJumpsBackStopsNobodysTime(t *testing.T) {
	t.Parallel()
	clocks := StartClocks("desk", Registered, began).Turn("netic", Assigned, began.Add(-time.Hour))
	got := clocks.At(began.Add(time.Minute))
	if want := []PartyClock{{"netic", Assigned, time.Minute}}; !slices.Equal(got, want) {
		t.Errorf("clocks = %v, want %v", got, want)
	}
	intervals := Intervals([]Change{{Holding{Party: "desk"}, began}, {Holding{Party: "netic"}, began.Add(-time.Hour)}}, began)
	if len(intervals) != 1 || intervals[0].Party != "netic" || intervals[0].Elapsed() != 0 {
		t.Errorf("intervals = %v, want one of netic without length", intervals)
	}
}

func TestTurningAClockLeavesTheOldOneAsItWas(t *testing.T) {
	t.Parallel()
	first := StartClocks("desk", InProgress, began).Turn("desk", AwaitingUser, began.Add(time.Minute))
	before := first.At(began.Add(2 * time.Minute))
	first.Turn("desk", InProgress, began.Add(3*time.Minute)).Turn("desk", AwaitingUser, began.Add(9*time.Minute))
	if after := first.At(began.Add(2 * time.Minute)); !slices.Equal(before, after) {
		t.Errorf("clocks changed from %v to %v", before, after)
	}
}
