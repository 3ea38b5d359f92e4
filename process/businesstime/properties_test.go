package businesstime_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bavn/bavn/process/businesstime"
)

// drawCalendar is any calendar of the oracle's cases.
func drawCalendar(t *rapid.T) *businesstime.Calendar {
	zone := rapid.SampledFrom(oracleZones).Draw(t, "zone")
	seed := rapid.Uint64().Draw(t, "seed")
	definition, _ := randomCalendar(rand.New(rand.NewPCG(seed, seed)), zone)
	return mustNew(t, definition)
}

// drawInstant is any of ten years, to the nanosecond.
func drawInstant(t *rapid.T, label string) time.Time {
	return oracleBegin.Add(time.Duration(rapid.Int64Range(0, int64(oracleEnd.Sub(oracleBegin))).Draw(t, label)))
}

// drawLater is up to a fortnight later.
func drawLater(t *rapid.T, from time.Time, label string) time.Time {
	return from.Add(time.Duration(rapid.Int64Range(0, int64(14*24*time.Hour)).Draw(t, label)))
}

func drawPauses(t *rapid.T, around time.Time) []businesstime.Span {
	pauses := make([]businesstime.Span, rapid.IntRange(0, 3).Draw(t, "pauses"))
	for i := range pauses {
		from := drawLater(t, around.Add(-24*time.Hour), "paused")
		pauses[i] = businesstime.Span{From: from, To: drawLater(t, from, "resumed")}
	}
	return pauses
}

func TestBusinessTimeBetweenIsAdditiveAndNeverMoreThanThePausesLeave(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		a := drawInstant(t, "a")
		b := drawLater(t, a, "b")
		e := drawLater(t, b, "c")
		pauses := drawPauses(t, a)
		whole, first, second := c.Between(a, e, pauses...), c.Between(a, b, pauses...), c.Between(b, e, pauses...)
		if whole != first+second {
			t.Fatalf("%s from %s to %s, but %s and %s in its parts", whole, a, e, first, second)
		}
		if whole < 0 || whole > e.Sub(a) {
			t.Fatalf("%s of business time in %s", whole, e.Sub(a))
		}
		if without := c.Between(a, e); whole > without {
			t.Fatalf("%s with pauses, %s without", whole, without)
		}
	})
}

func TestAfterIsTheInverseOfBetween(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		from := drawInstant(t, "from")
		wanted := time.Duration(rapid.Int64Range(1, int64(100*time.Hour)).Draw(t, "wanted"))
		pauses := drawPauses(t, from)
		due := c.After(from, wanted, pauses...)
		if got := c.Between(from, due, pauses...); got != wanted {
			t.Fatalf("%s after %s is %s, until when %s have passed", wanted, from, due, got)
		}
		if got := c.Between(from, due.Add(-1), pauses...); got != wanted-1 {
			t.Fatalf("%s after %s is %s, but it had passed earlier (%s a nanosecond before)", wanted, from, due, got)
		}
	})
}

func TestALaterBeginningNeverHasAnEarlierEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		a := drawInstant(t, "a")
		b := drawLater(t, a, "b")
		wanted := time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "wanted"))
		if one, other := c.After(a, wanted), c.After(b, wanted); one.After(other) {
			t.Fatalf("%s after %s is %s, after the later %s it is %s", wanted, a, one, b, other)
		}
		if one, other := c.NextOpen(a), c.NextOpen(b); one.After(other) {
			t.Fatalf("the next opening after %s is %s, after the later %s it is %s", a, one, b, other)
		}
		if one, other := c.NextWorkingDay(a, 8*time.Hour), c.NextWorkingDay(b, 8*time.Hour); one.After(other) {
			t.Fatalf("the next working day after %s is %s, after the later %s it is %s", a, one, b, other)
		}
	})
}

func TestMoreWorkingDaysNeverEndEarlier(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		a := drawInstant(t, "a")
		n := rapid.IntRange(-20, 20).Draw(t, "days")
		if n != 0 && n != -1 {
			if one, more := c.AddDays(a, n), c.AddDays(a, n+1); one.After(more) {
				t.Fatalf("%d working days from %s is %s, one more is %s", n, a, one, more)
			}
		}
		b := drawLater(t, a, "b")
		// The clocks show the same time twice on one night: the two may change places by as much as the clocks go back.
		if one, other := c.AddDays(a, n), c.AddDays(b, n); n != 0 && one.Sub(other) > time.Hour {
			t.Fatalf("%d working days from %s is %s, from the later %s it is %s", n, a, one, b, other)
		}
	})
}

func TestOpenAgreesWithTheNextOpeningAndClosing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		at := drawInstant(t, "at")
		opens := c.NextOpen(at)
		if c.Open(at) != opens.Equal(at) || !c.Open(opens) || c.Between(at, opens) != 0 {
			t.Fatalf("at %s it opens next at %s, open is %v", at, opens, c.Open(at))
		}
		closes, ever := c.NextClose(opens)
		if !ever {
			return
		}
		if c.Open(closes) || !closes.After(opens) || c.Between(opens, closes) != closes.Sub(opens) {
			t.Fatalf("from %s it closes next at %s, where open is %v", opens, closes, c.Open(closes))
		}
	})
}
