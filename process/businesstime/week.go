package businesstime

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// minutes counts from midnight in hours of a day, and from Monday 00:00 in a week.
type minutes int

const (
	dayLength  minutes = 24 * 60
	weekLength         = 7 * dayLength
)

// span is from a minute to another, which is left out.
type span struct {
	from, to minutes
}

func (m minutes) duration() time.Duration { return time.Duration(m) * time.Minute }

// clock is how a clock shows it: "08:00".
func (m minutes) clock() string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }

// weekdays are in the order of the week that counts from Monday.
var weekdays = [...]time.Weekday{
	time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday,
}

var (
	weekSyntax  = regexp.MustCompile(`^([a-z]{3})(?:-([a-z]{3}))? (\d\d:\d\d)-(?:([a-z]{3}) )?(\d\d:\d\d)(\+1)?$`)
	hoursSyntax = regexp.MustCompile(`^(\d\d:\d\d)-(\d\d:\d\d)(\+1)?$`)
)

const weekExpected = `expected days and hours as "mon-thu 08:00-16:00", "fri 22:00-06:00+1" or "fri 18:00-mon 08:00"`

// parseWeek reads one line of a week: the span from Monday 00:00 for each of its days. What ends after Sunday 24:00 goes on
// counting, so that every span has its length.
func parseWeek(text string) ([]span, error) {
	part := weekSyntax.FindStringSubmatch(text)
	if part == nil {
		return nil, fmt.Errorf("%q is not understood; %s", text, weekExpected)
	}
	firstDay, lastDay, from, endDay, to, nextDay := part[1], part[2], part[3], part[4], part[5], part[6]
	first, err := parseWeekday(firstDay)
	if err != nil {
		return nil, err
	}
	if endDay != "" {
		if lastDay != "" || nextDay != "" {
			return nil, fmt.Errorf("%q names its last day twice; %s", text, weekExpected)
		}
		return parseLongSpan(first, from, endDay, to)
	}
	last := first
	if lastDay != "" {
		if last, err = parseWeekday(lastDay); err != nil {
			return nil, err
		}
	}
	hours, err := parseHours(from + "-" + to + nextDay)
	if err != nil {
		return nil, err
	}
	var spans []span
	for d := first; ; d = (d + 1) % 7 {
		begin := minutes(d) * dayLength
		spans = append(spans, span{begin + hours.from, begin + hours.to})
		if d == last {
			return spans, nil
		}
	}
}

// parseLongSpan reads what goes from one day of the week to another: "fri 18:00-mon 08:00".
func parseLongSpan(first int, from, endDay, to string) ([]span, error) {
	end, err := parseWeekday(endDay)
	if err != nil {
		return nil, err
	}
	opens, err := parseClock(from)
	if err != nil {
		return nil, err
	}
	closes, err := parseClock(to)
	if err != nil {
		return nil, err
	}
	if opens == dayLength {
		return nil, fmt.Errorf("%q begins at 24:00; write 00:00 of the next day", from)
	}
	s := span{minutes(first)*dayLength + opens, minutes(end)*dayLength + closes}
	if s.to <= s.from {
		s.to += weekLength
	}
	return []span{s}, nil
}

// parseHours reads the hours of one day: "08:00-16:00", "22:00-06:00+1".
func parseHours(text string) (span, error) {
	part := hoursSyntax.FindStringSubmatch(text)
	if part == nil {
		return span{}, fmt.Errorf(`%q is not understood; expected hours as "08:00-16:00" or "22:00-06:00+1"`, text)
	}
	from, err := parseClock(part[1])
	if err != nil {
		return span{}, err
	}
	to, err := parseClock(part[2])
	if err != nil {
		return span{}, err
	}
	switch nextDay := part[3] != ""; {
	case from == dayLength:
		return span{}, fmt.Errorf("%q begins at 24:00; write 00:00 of the next day", text)
	case nextDay && to > from:
		return span{}, fmt.Errorf("%q is longer than 24 hours", text)
	case nextDay:
		to += dayLength
	case to == from:
		return span{}, fmt.Errorf("%q is empty; write 00:00-24:00 for a whole day", text)
	case to < from:
		return span{}, fmt.Errorf("%q ends before it begins; write %s+1 if it ends on the next day", text, text)
	}
	return span{from, to}, nil
}

func parseClock(text string) (minutes, error) {
	hour, _ := strconv.Atoi(text[:2]) // two digits each, by the syntax above
	minute, _ := strconv.Atoi(text[3:])
	if m := minutes(hour*60 + minute); minute < 60 && m <= dayLength {
		return m, nil
	}
	return 0, fmt.Errorf("%q is no time of day; expected 00:00 to 24:00", text)
}

func parseWeekday(text string) (int, error) {
	for i, weekday := range weekdays {
		if strings.EqualFold(text, weekday.String()[:3]) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%q is no day; expected mon, tue, wed, thu, fri, sat or sun", text)
}

// parseDayHours reads the hours of one date and refuses those that overlap.
func parseDayHours(texts []string) (plan, error) {
	var p plan
	for _, text := range texts {
		hours, err := parseHours(text)
		if err != nil {
			return nil, err
		}
		p = append(p, hours)
	}
	p.sort()
	for i := 1; i < len(p); i++ {
		if p[i].from < p[i-1].to {
			return nil, errors.New("the hours overlap from " + p[i].from.clock())
		}
	}
	return p, nil
}
