package businesstime_test

import (
	"testing"
	"time"

	"github.com/bavn/bavn/process/businesstime"
)

// A profile is to be evaluated in under 50 µs per command, of which the calendar is a small part.
func BenchmarkCalendar(b *testing.B) {
	c := nspCalendar(b)
	from := dk(b, "2026-11-27 15:00")
	pause := businesstime.Span{From: from.AddDate(0, 0, 3), To: from.AddDate(0, 0, 5)}
	for _, bm := range []struct {
		name string
		run  func()
	}{
		{"Open", func() { c.Open(from) }},
		{"NextOpen", func() { c.NextOpen(from) }},
		{"AfterFourHours", func() { c.After(from, 4*time.Hour) }},
		{"BetweenAFortnight", func() { c.Between(from, from.AddDate(0, 0, 14)) }},
		{"BetweenAFortnightWithAPause", func() { c.Between(from, from.AddDate(0, 0, 14), pause) }},
		{"BetweenTenYears", func() { c.Between(from, from.AddDate(10, 0, 0)) }},
		{"AddFiveWorkingDays", func() { c.AddDays(from, 5) }},
	} {
		b.Run(bm.name, func(b *testing.B) {
			for b.Loop() {
				bm.run()
			}
		})
	}
	rota := mustNewRota(b, r67(true))
	b.Run("WhoseWatch", func(b *testing.B) {
		for b.Loop() {
			rota.At(from)
		}
	})
	b.Run("New", func(b *testing.B) {
		for b.Loop() {
			nspCalendar(b)
		}
	})
}
