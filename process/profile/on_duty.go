package profile

import (
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/businesstime"
)

// Calendar is one of the profile's calendars; false for a name that there is not.
func (p *Profile) Calendar(id string) (*businesstime.Calendar, bool) {
	calendar, ok := p.made.calendars[id]
	return calendar, ok
}

// FirstCalendar is the one that working days are counted by where a setting names none; nil where there is none.
func (p *Profile) FirstCalendar() *businesstime.Calendar {
	for _, first := range p.settings.GetCalendars() {
		return p.made.calendars[first.GetId()]
	}
	return nil
}

// Zone is the desk's time zone.
func (p *Profile) Zone() *time.Location { return p.zone }

// Duty is who is called at a moment, and by which window of which plan.
type Duty struct {
	Plan   *profilev1.OnCallPlan
	Window *profilev1.Window
	Chain  *profilev1.ContactChain
	// Until is when another window begins; zero where there is only one.
	Until time.Time
	Why   Why
}

// OnDuty says who is called about a ticket at a time (R67): the first plan whose condition holds, and its window then. False
// where no plan holds for the ticket.
func (p *Profile) OnDuty(ticket *profilev1.TicketFacts, at time.Time) (Duty, bool, error) {
	held, found, err := first(p, p.rules.onCall, subjectOf(ticket))
	if err != nil || !found {
		return Duty{}, false, err
	}
	duty := Duty{Plan: held.Setting, Why: held.Why}
	name, until := p.made.rotas[held.Setting.GetId()].At(at)
	duty.Until = until
	for _, window := range held.Setting.GetWindows() {
		if window.GetId() == name {
			duty.Window, duty.Chain = window, p.chain(window.GetChain())
			duty.Why.Rule += ".windows[" + name + "]"
		}
	}
	return duty, true, nil
}

func (p *Profile) chain(id string) *profilev1.ContactChain {
	for _, chain := range p.settings.GetOnCall().GetChains() {
		if chain.GetId() == id {
			return chain
		}
	}
	return nil
}
