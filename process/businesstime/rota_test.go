package businesstime_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bavn/bavn/process/businesstime"
)

// r67 is the table of R67 for what is not FMK. holidays is whether they count as weekend; the sources leave it open (§17.9).
func r67(holidays bool) businesstime.RotaDefinition {
	return businesstime.RotaDefinition{
		Zone: "Europe/Copenhagen",
		Windows: []businesstime.Window{
			{Name: "national-desk", Week: nspWeek},
			{Name: "incident-manager", Week: []string{"mon-thu 16:00-18:00", "fri 15:30-18:00"}},
			{Name: "system-owner", Week: []string{"mon-thu 18:00-08:00+1", "fri 18:00-mon 08:00"}},
		},
		HolidaysAreWeekend: holidays,
		Holidays:           businesstime.Denmark,
	}
}

func mustNewRota(t testing.TB, d businesstime.RotaDefinition) *businesstime.Rota {
	t.Helper()
	r, err := businesstime.NewRota(d)
	if err != nil {
		t.Fatalf("the rota is refused: %v", err)
	}
	return r
}

func TestTheTableOfR67SaysWhoseWatchItIs(t *testing.T) {
	t.Parallel()
	const desk, manager, owner = "national-desk", "incident-manager", "system-owner"
	weekend, weekday := mustNewRota(t, r67(true)), mustNewRota(t, r67(false))
	for _, tc := range []struct{ at, holidaysAsWeekend, holidaysAsWeekdays, until string }{
		{"2026-11-23 07:59", owner, owner, "2026-11-23 08:00"},
		{"2026-11-23 08:00", desk, desk, "2026-11-23 16:00"},
		{"2026-11-23 15:59", desk, desk, "2026-11-23 16:00"},
		{"2026-11-23 16:00", manager, manager, "2026-11-23 18:00"},
		{"2026-11-23 18:00", owner, owner, "2026-11-24 08:00"},
		{"2026-11-27 15:29", desk, desk, "2026-11-27 15:30"},
		{"2026-11-27 15:31", manager, manager, "2026-11-27 18:00"},
		{"2026-11-27 17:59", manager, manager, "2026-11-27 18:00"},
		{"2026-11-27 18:05", owner, owner, "2026-11-30 08:00"},
		{"2026-11-29 12:00", owner, owner, "2026-11-30 08:00"},
		{"2026-04-01 17:00", manager, manager, "2026-04-01 18:00"}, // the eve of Maundy Thursday
		{"2026-04-02 10:00", owner, desk, ""},                      // Maundy Thursday
		{"2026-04-06 17:00", owner, manager, ""},                   // Easter Monday
		{"2026-04-07 07:59", owner, owner, "2026-04-07 08:00"},
		{"2026-03-29 03:30", owner, owner, "2026-03-30 08:00"}, // the night of the clock change
	} {
		at := dk(t, tc.at)
		got, until := weekend.At(at)
		if got != tc.holidaysAsWeekend {
			t.Errorf("at %s it is the watch of %s, want %s where holidays are weekend", tc.at, got, tc.holidaysAsWeekend)
		}
		if tc.until != "" {
			wantTime(t, "the end of the watch of "+tc.at, until, dk(t, tc.until))
		}
		if got, _ := weekday.At(at); got != tc.holidaysAsWeekdays {
			t.Errorf("at %s it is the watch of %s, want %s where holidays are weekdays", tc.at, got, tc.holidaysAsWeekdays)
		}
	}
	_, until := weekend.At(dk(t, "2026-04-01 19:00"))
	wantTime(t, "the end of the watch over Easter", until, dk(t, "2026-04-07 08:00"))
}

// R9: outside working hours the operations supplier's people act as the national desk.
func TestTheHoursOfR9SayWhoStaffsTheNationalDesk(t *testing.T) {
	t.Parallel()
	rota := mustNewRota(t, businesstime.RotaDefinition{
		Zone: "Europe/Copenhagen",
		Windows: []businesstime.Window{
			{Name: "desk", Week: nspWeek},
			{Name: "operations-supplier", Week: []string{"mon-thu 16:00-08:00+1", "fri 15:30-mon 08:00"}},
		},
	})
	for at, want := range map[string]string{
		"2026-11-23 15:59": "desk", "2026-11-23 16:00": "operations-supplier", "2026-11-24 07:59": "operations-supplier",
		"2026-11-27 15:29": "desk", "2026-11-27 15:30": "operations-supplier", "2026-11-30 07:59": "operations-supplier",
		"2026-11-30 08:00": "desk",
	} {
		if got, _ := rota.At(dk(t, at)); got != want {
			t.Errorf("at %s the desk is staffed by %s, want %s", at, got, want)
		}
	}
}

func TestARotaThatLeavesAGapOrOverlapsIsRefusedWithDayAndTime(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		windows []businesstime.Window
		want    []string
	}{
		"gap": {
			[]businesstime.Window{{Name: "a", Week: []string{"fri 18:05-fri 18:00"}}},
			[]string{"windows: a gap on Friday from 18:00 to 18:05"},
		},
		"gap over the weekend": {
			[]businesstime.Window{{Name: "a", Week: []string{"mon 08:00-fri 18:00"}}},
			[]string{"windows: a gap from Friday 18:00 to Monday 08:00"},
		},
		"gap to midnight": {
			[]businesstime.Window{{Name: "a", Week: []string{"mon 00:00-sun 23:00"}}},
			[]string{"windows: a gap on Sunday from 23:00 to 24:00"},
		},
		"two gaps": {
			[]businesstime.Window{{Name: "a", Week: []string{"mon-sat 00:00-24:00", "sun 01:00-02:00", "sun 03:00-24:00"}}},
			[]string{"a gap on Sunday from 00:00 to 01:00", "a gap on Sunday from 02:00 to 03:00"},
		},
		"overlap": {
			[]businesstime.Window{
				{Name: "manager", Week: []string{"mon 08:00-fri 18:00"}}, {Name: "owner", Week: []string{"fri 17:55-mon 08:00"}},
			},
			[]string{"windows: manager and owner overlap on Friday from 17:55 to 18:00"},
		},
		"overlap from Sunday into Monday": {
			[]businesstime.Window{
				{Name: "manager", Week: []string{"mon 00:00-sun 24:00"}}, {Name: "owner", Week: []string{"sun 22:00-06:00+1"}},
			},
			[]string{"overlap on Monday from 00:00 to 06:00", "overlap on Sunday from 22:00 to 24:00"},
		},
		"with itself": {
			[]businesstime.Window{{Name: "a", Week: []string{"mon-sun 00:00-24:00", "tue 10:00-11:00"}}},
			[]string{"a and a overlap on Tuesday from 10:00 to 11:00"},
		},
		"nothing at all": {nil, []string{"windows: a gap from Monday 00:00 to Sunday 24:00"}},
		"nameless, hourless, double": {
			[]businesstime.Window{{Week: []string{"mon-sun 00:00-24:00"}}, {Name: "b"}, {Name: "b"}},
			[]string{
				"windows[0].name: the window has no name", "windows[1].week: the window has no hours",
				`windows[2].name: "b" is the name of an earlier window`, "windows[2].week: the window has no hours",
			},
		},
		"unreadable": {
			[]businesstime.Window{{Name: "a", Week: []string{"mon-sun 00:00-24:00", "mon 8-16"}}},
			[]string{`windows[0].week[1]: "mon 8-16" is not understood`},
		},
	} {
		_, err := businesstime.NewRota(businesstime.RotaDefinition{Zone: "Europe/Copenhagen", Windows: tc.windows})
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		for _, want := range tc.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error is\n%v\nwant %q in it", name, err, want)
			}
		}
		if n := len(strings.Split(err.Error(), "\n")); n != len(tc.want) {
			t.Errorf("%s: %d mistakes are told, want %d:\n%v", name, n, len(tc.want), err)
		}
	}
}

func TestAHalfDayIsNoHolidayOfARota(t *testing.T) {
	t.Parallel()
	d := r67(true)
	d.Extra = []businesstime.ExtraDay{{Name: "Nytårsaften", Day: "12-31", Hours: []string{"08:00-12:00"}}}
	if _, err := businesstime.NewRota(d); err == nil || !strings.Contains(err.Error(), "extra[0].hours: a half day") {
		t.Errorf("the error is %v", err)
	}
	d.Extra[0].Hours = nil
	if window, _ := mustNewRota(t, d).At(dk(t, "2026-12-31 10:00")); window != "system-owner" {
		t.Errorf("on 31 December at 10:00, an extra holiday, it is the watch of %s", window)
	}
}

func TestTheOnlyWindowHasNoEnd(t *testing.T) {
	t.Parallel()
	fmk := mustNewRota(t, businesstime.RotaDefinition{ // R67: FMK's own manager, weekdays and weekends
		Zone: "Europe/Copenhagen", Windows: []businesstime.Window{{Name: "fmk-manager", Week: []string{"mon-sun 00:00-24:00"}}},
	})
	if window, until := fmk.At(dk(t, "2026-11-27 18:05")); window != "fmk-manager" || !until.IsZero() {
		t.Errorf("it is the watch of %s until %s", window, until)
	}
}

// TestWatchesFollowEachOtherWithoutGap walks from watch to watch, clock changes and holidays included.
func TestWatchesFollowEachOtherWithoutGap(t *testing.T) {
	t.Parallel()
	rota := mustNewRota(t, r67(true))
	rapid.Check(t, func(t *rapid.T) {
		at := dk(t, "2020-01-01 00:00").Add(time.Duration(rapid.Int64Range(0, int64(10*365*24*time.Hour)).Draw(t, "at")))
		window, until := rota.At(at)
		if !until.After(at) {
			t.Fatalf("the watch of %s at %s ends at %s", window, at, until)
		}
		if before, sameEnd := rota.At(until.Add(-1)); before != window || !sameEnd.Equal(until) {
			t.Fatalf("the watch of %s from %s is %s's just before its end at %s", window, at, before, until)
		}
		if next, _ := rota.At(until); next == window {
			t.Fatalf("the watch of %s does not end at %s", window, until)
		}
	})
}
