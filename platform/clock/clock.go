// Package clock is the one source of time: everything that asks for the time is given a Clock, so tests move time instead
// of waiting for it. All times are UTC, truncated to microseconds, which is what PostgreSQL stores.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time.
type Clock interface {
	// Now returns the present time in UTC, truncated to microseconds.
	Now() time.Time
}

// System returns the machine's clock.
func System() Clock { return system{} }

type system struct{}

func (system) Now() time.Time { return normal(time.Now()) }

// Manual is a clock that stands still until it is moved. It is safe for concurrent use.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual returns a clock that stands at start.
func NewManual(start time.Time) *Manual { return &Manual{now: normal(start)} }

// Now returns the time last set.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Set moves the clock to t, which may be earlier: clocks of real machines jump back too.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = normal(t)
}

// Advance moves the clock by d and returns the new time.
func (m *Manual) Advance(d time.Duration) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = normal(m.now.Add(d))
	return m.now
}

// Max returns the later of two times. The time of a change is Max(clock.Now(), time of the aggregate's last event), so
// that an aggregate's own history never runs backwards when a clock does.
func Max(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// normal drops the monotonic reading, the zone and everything below a microsecond.
func normal(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
