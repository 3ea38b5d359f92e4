package domain

import (
	"slices"
	"time"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// Calm is how much one person is written to.
type Calm struct {
	// PerHour is how many messages a person gets in any hour, a digest of the others included; 0 for every one that there is.
	PerHour int
	// DigestEvery is how long what is beyond that is gathered before a digest tells it.
	DigestEvery time.Duration
}

// Wishes are how a person wants to be told. The zero value wants everything, at once.
type Wishes struct {
	Muted []notifyv1.Medium
	// QuietFrom and QuietUntil are minutes of the desk's day; equal for no quiet hours.
	QuietFrom, QuietUntil int
	Digest                bool
}

// Waiting is a message that is due.
type Waiting struct {
	Medium           notifyv1.Medium
	Ticket, Template string
	// Urgent ones wait for nothing and are counted for nothing.
	Urgent bool
}

// Decision is what becomes of a message that is due.
type Decision struct {
	// Drop is why it is not sent; empty where it is.
	Drop string
	// Until is when it is due instead; zero for now.
	Until time.Time
	// HoldBack leaves it to the next digest.
	HoldBack bool
}

// Decide says what becomes of one person's messages, oldest first, and when they were written to in the last hour after that. Of
// messages that say the same of the same ticket the last is enough.
func (c Calm) Decide(
	waiting []Waiting, letOut []time.Time, wishes Wishes, now time.Time, zone *time.Location,
) ([]Decision, []time.Time) {
	hourAgo := now.Add(-time.Hour)
	letOut = slices.DeleteFunc(slices.Clone(letOut), func(at time.Time) bool { return !at.After(hourAgo) })
	decisions := make([]Decision, len(waiting))
	quietUntil := wishes.Quiet(now, zone)
	for i, w := range waiting {
		switch {
		case w.Urgent:
		case slices.Contains(wishes.Muted, w.Medium):
			decisions[i].Drop = ReasonMuted
		case c.PerHour > 0 && slices.Contains(waiting[i+1:], w):
			decisions[i].Drop = ReasonMerged
		case wishes.Digest:
			decisions[i].HoldBack = true
		case !quietUntil.IsZero():
			decisions[i].Until = quietUntil
		case c.PerHour > 0 && len(letOut) >= c.PerHour-1: // one is left for the digest
			decisions[i].HoldBack = true
		default:
			letOut = append(letOut, now)
		}
	}
	return decisions, letOut
}

// Quiet is when the quiet hours end that it is in now; zero where it is in none.
func (w Wishes) Quiet(now time.Time, zone *time.Location) time.Time {
	if w.QuietFrom == w.QuietUntil {
		return time.Time{}
	}
	local := now.In(zone)
	minute := local.Hour()*60 + local.Minute()
	within := minute >= w.QuietFrom && minute < w.QuietUntil
	overnight := w.QuietFrom > w.QuietUntil
	if overnight {
		within = minute >= w.QuietFrom || minute < w.QuietUntil
	}
	if !within {
		return time.Time{}
	}
	year, month, day := local.Date()
	if overnight && minute >= w.QuietFrom {
		day++
	}
	return time.Date(year, month, day, w.QuietUntil/60, w.QuietUntil%60, 0, 0, zone)
}
