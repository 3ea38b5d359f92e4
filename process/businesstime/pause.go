package businesstime

import (
	"slices"
	"time"
)

// unpaused is what lies between the pauses from an instant on, in order. The last stretch has no end: its To is zero.
func unpaused(from time.Time, paused []Span) []Span {
	pauses := slices.SortedFunc(slices.Values(paused), func(a, b Span) int { return a.From.Compare(b.From) })
	var running []Span
	for _, pause := range pauses {
		if !pause.To.After(from) {
			continue // over, or empty
		}
		if pause.From.After(from) {
			if !pause.To.After(pause.From) {
				continue
			}
			running = append(running, Span{from, pause.From})
		}
		from = pause.To
	}
	return append(running, Span{From: from})
}
