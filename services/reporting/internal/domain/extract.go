package domain

import (
	"strings"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process/profile"
)

// firstMonday is where days are counted from, so that whole weeks begin on Mondays.
var firstMonday = time.Date(2001, time.January, 1, 0, 0, 0, 0, time.UTC)

// TurnDay is how days of turns are written.
const TurnDay = time.DateOnly

// Turn is the last day, up to a day, on which an extract is due (R90): "7d" is every Monday, "1mo" the first of each month. Days
// are midnights in UTC, whatever zone they are of. False for a rhythm that there is none of.
func Turn(every string, day time.Time) (time.Time, bool) {
	span, ok := profile.ParseSpan(every)
	if !ok {
		return time.Time{}, false
	}
	switch span.Unit {
	case profile.Days:
		days := int(day.Sub(firstMonday) / (24 * time.Hour))
		return day.AddDate(0, 0, -floorMod(days, span.Amount)), true
	case profile.Months:
		months := (day.Year()-firstMonday.Year())*12 + int(day.Month()) - 1
		return time.Date(day.Year(), day.Month()-time.Month(floorMod(months, span.Amount)), 1, 0, 0, 0, 0, time.UTC), true
	case profile.Minutes, profile.Hours, profile.WorkingDays:
	}
	return time.Time{}, false
}

func floorMod(a, n int) int { return ((a % n) + n) % n }

// DayIn is the day that a moment is of, on the wall of a zone.
func DayIn(zone *time.Location, at time.Time) time.Time {
	year, month, day := at.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// DayAfter is when the next day begins, on the wall of a zone.
func DayAfter(zone *time.Location, at time.Time) time.Time {
	year, month, day := at.In(zone).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, zone)
}

// Case is a ticket as an extract shows it. It has no text and no person.
type Case struct {
	Ticket                                             string
	Revision                                           int64
	Status                                             triagev1.TicketStatus
	Priority, Category, HolderParty, OwnerParty, About string
	Submitted                                          time.Time
	AgeDays                                            int32
	Release                                            *time.Time
}

// NewCase takes what extracts show of a ticket at a time.
func NewCase(t *triagev1.Ticket, facts *profilev1.TicketFacts, revision int64, at time.Time) Case {
	submitted := t.GetSubmitTime().AsTime()
	c := Case{
		Ticket: t.GetName()[strings.LastIndexByte(t.GetName(), '/')+1:], Revision: revision, Status: t.GetStatus(),
		Priority: t.GetPriority(), Category: facts.GetCategory(),
		HolderParty: facts.GetHolderParty(), OwnerParty: facts.GetOwnerParty(), About: facts.GetBusinessService(),
		Submitted: submitted, AgeDays: int32(at.Sub(submitted) / (24 * time.Hour)),
	}
	if release := t.GetFixPlan().GetReleaseTime(); release != nil {
		planned := release.AsTime()
		c.Release = &planned
	}
	return c
}

// Listed are the extracts among those that are due in which a ticket stands. A restricted one stands in none, whatever the
// profile says: neither what it is nor that it is there is for everybody (R149).
func Listed(p *profile.Profile, t *triagev1.Ticket, facts *profilev1.TicketFacts, due map[string]time.Time) ([]string, error) {
	if t.GetRestricted() {
		return nil, nil
	}
	held, err := p.Extracts(facts)
	if err != nil {
		return nil, err
	}
	var in []string
	for _, extract := range held {
		if _, wanted := due[extract.Setting.GetId()]; wanted {
			in = append(in, extract.Setting.GetId())
		}
	}
	return in, nil
}
