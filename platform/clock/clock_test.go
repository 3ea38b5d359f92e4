package clock_test

import (
	"sync"
	"testing"
	"time"

	"github.com/bavn/bavn/platform/clock"
)

func TestSystemTimeIsUTCInWholeMicroseconds(t *testing.T) {
	t.Parallel()
	now := clock.System().Now()
	if now.Location() != time.UTC {
		t.Errorf("location is %v, want UTC", now.Location())
	}
	if ns := now.Nanosecond() % int(time.Microsecond); ns != 0 {
		t.Errorf("%d ns below a microsecond; PostgreSQL would not give back the same time", ns)
	}
	if apart := time.Since(now).Abs(); apart > time.Minute {
		t.Errorf("the clock is %v off", apart)
	}
}

func TestManualClockStandsUntilMoved(t *testing.T) {
	t.Parallel()
	copenhagen := time.FixedZone("CEST", 2*60*60)
	m := clock.NewManual(time.Date(2026, 7, 1, 10, 0, 0, 1999, copenhagen))
	if want := time.Date(2026, 7, 1, 8, 0, 0, 1000, time.UTC); m.Now() != want {
		t.Fatalf("starts at %v, want %v", m.Now(), want)
	}
	if got, want := m.Advance(90*time.Minute+time.Nanosecond), time.Date(2026, 7, 1, 9, 30, 0, 1000, time.UTC); got != want {
		t.Errorf("advanced to %v, want %v", got, want)
	}
	back := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	if m.Set(back); m.Now() != back {
		t.Errorf("set to %v, want %v", m.Now(), back)
	}
}

func TestManualClockCountsEveryConcurrentAdvance(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	m := clock.NewManual(start)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { m.Advance(time.Second); _ = m.Now() })
	}
	wg.Wait()
	if got := m.Now().Sub(start); got != 50*time.Second {
		t.Errorf("50 advances of a second moved the clock by %v", got)
	}
}

func TestHistoryNeverRunsBackwards(t *testing.T) {
	t.Parallel()
	earlier := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	later := earlier.Add(time.Microsecond)
	for _, pair := range [][2]time.Time{{earlier, later}, {later, earlier}, {later, later}} {
		if got := clock.Max(pair[0], pair[1]); !got.Equal(later) {
			t.Errorf("Max(%v, %v) = %v", pair[0], pair[1], got)
		}
	}
}
