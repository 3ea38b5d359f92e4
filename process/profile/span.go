package profile

import (
	"fmt"
	"strconv"
	"strings"
)

// Unit is what a span of time is counted in.
type Unit string

// The units of spans. Minutes and hours count only while the calendar beside them is open, and always where there is none.
const (
	Minutes     Unit = "m"
	Hours       Unit = "h"
	Days        Unit = "d"  // of the calendar on the wall
	WorkingDays Unit = "wd" // of the calendar beside it
	Months      Unit = "mo"
)

// Span is a stretch of time as profiles write it: "30m", "2h", "10d", "4wd", "1mo".
type Span struct {
	Amount int
	Unit   Unit
}

// ParseSpan reads a span. False for text that is none; what a loaded profile says is one, or empty.
func ParseSpan(text string) (Span, bool) {
	unit := Unit(strings.TrimLeft(text, "0123456789"))
	amount, err := strconv.Atoi(strings.TrimSuffix(text, string(unit)))
	switch unit {
	case Minutes, Hours, Days, WorkingDays, Months:
		return Span{amount, unit}, err == nil && amount > 0
	default:
		return Span{}, false
	}
}

// String is the span as profiles write it.
func (s Span) String() string { return fmt.Sprintf("%d%s", s.Amount, s.Unit) }
