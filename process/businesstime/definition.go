package businesstime

import (
	"fmt"
	"time"
)

// Definition is a calendar as an organisation writes it.
type Definition struct {
	// Zone is the IANA time zone of the hours: "Europe/Copenhagen".
	Zone string
	// Always is open day and night, every day: then there is nothing else to say but the zone.
	Always bool
	// Week are the hours of a usual week, a line for each: "mon-thu 08:00-16:00". None may be longer than 24 hours or meet
	// another.
	Week []string
	// Holidays is whose public holidays are closed.
	Holidays Country
	// Extra are closed and half days beside them.
	Extra []ExtraDay
	// Exceptions are single dates on which all of this does not count.
	Exceptions []Exception
}

// Exception is one date with hours of its own, whatever the week and the holidays say.
type Exception struct {
	// Date is "2026-05-15".
	Date string
	// Hours are as "08:00-12:00"; none is a closed day.
	Hours []string
}

// New makes a calendar. The error joins a [FieldError] for every mistake.
func New(d Definition) (*Calendar, error) {
	var p problems
	c := &Calendar{zone: zoneOf(d.Zone, &p)}
	week := d.Week
	if d.Always {
		refuseBesideAlways(d, &p)
		week = []string{"mon-sun 00:00-24:00"}
	}
	c.week = plansOf(week, &p)
	c.holidays = holidaysOf(d.Holidays, d.Extra, &p)
	c.dates = make(map[day]plan, len(c.holidays)+len(d.Exceptions))
	for date, h := range c.holidays {
		c.keep(date, c.week[date.weekday()].within(h.open))
	}
	exceptions := map[day]bool{}
	for i, e := range d.Exceptions {
		field := fmt.Sprintf("exceptions[%d]", i)
		date, err := time.Parse(time.DateOnly, e.Date)
		if err != nil {
			p.add(field+".date", "%q is no date; expected one as \"2026-05-15\"", e.Date)
			continue
		}
		open, err := parseDayHours(e.Hours)
		if err != nil {
			p.add(field+".hours", "%v", err)
		}
		on := dayOf(date.Date())
		if exceptions[on] {
			p.add(field+".date", "%s has an exception already", e.Date)
		}
		exceptions[on] = true
		delete(c.holidays, on)
		c.keep(on, open)
	}
	if err := p.joined(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Calendar) keep(on day, open plan) {
	c.dates[on] = open
	c.lastDate = max(c.lastDate, on)
}

func refuseBesideAlways(d Definition, p *problems) {
	for _, field := range []struct {
		name  string
		given bool
	}{
		{"week", len(d.Week) > 0},
		{"holidays", d.Holidays != NoHolidays},
		{"extra", len(d.Extra) > 0},
		{"exceptions", len(d.Exceptions) > 0},
	} {
		if field.given {
			p.add(field.name, "a calendar that is always open has none")
		}
	}
}

// zoneOf loads the zone. The machine's own zone is refused: the same profile must mean the same everywhere.
func zoneOf(name string, p *problems) *time.Location {
	if name == "" || name == "Local" {
		p.add("zone", "%q is no time zone; expected an IANA name as \"Europe/Copenhagen\"", name)
		return time.UTC
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		p.add("zone", "%q is unknown; expected an IANA name as \"Europe/Copenhagen\"", name)
		return time.UTC
	}
	return zone
}

// plansOf turns the lines of a week into the plan of each weekday.
func plansOf(week []string, p *problems) [7]plan {
	var plans [7]plan
	var claims []claim
	for i, line := range week {
		field := fmt.Sprintf("week[%d]", i)
		spans, err := parseWeek(line)
		if err != nil {
			p.add(field, "%v", err)
			continue
		}
		for _, s := range spans {
			if s.to-s.from > dayLength {
				p.add(field, "%q is longer than 24 hours; write it as one line for each day, so that a holiday can close one", line)
				continue
			}
			claims = append(claims, claim{s, field})
			midnight := s.from / dayLength * dayLength
			weekday := weekdays[s.from/dayLength]
			plans[weekday] = append(plans[weekday], span{s.from - midnight, s.to - midnight})
		}
	}
	if len(week) == 0 {
		p.add("week", "it is never open; expected at least one line as \"mon-fri 08:00-16:00\"")
	}
	clashes, _ := coverage(claims)
	for _, c := range clashes {
		p.add(c.other, "it overlaps %s %s", c.one, c.span)
	}
	for weekday := range plans {
		plans[weekday].sort()
	}
	return plans
}
