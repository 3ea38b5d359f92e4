package domain

import (
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process/profile"
)

// defaultWait is how long an answer is waited for where the chain does not say (derived).
const defaultWait = 10 * time.Minute

// Duty is who is called at a moment, in order, and why.
type Duty struct {
	Links []*triagev1.DutyLink
	// Until is when this changes; zero where it never does.
	Until time.Time
	Chain string
	Why   profile.Why
}

// OnDuty says who is called about something at a time (R67): by the profile's plan, with those in their places who stand in. The
// shifts are those of the desk that are not called off, in the order in which they were made: the later one wins. False where
// no plan holds.
func (d Desk) OnDuty(facts *profilev1.TicketFacts, at time.Time, shifts []*triagev1.Shift, language string) (Duty, bool, error) {
	planned, found, err := d.Process.OnDuty(facts, at)
	if err != nil || !found {
		return Duty{}, false, err
	}
	duty := Duty{Until: planned.Until, Chain: planned.Chain.GetId(), Why: planned.Why}
	var present []*triagev1.Shift
	for _, shift := range shifts {
		start, end := shift.GetStartTime().AsTime(), shift.GetEndTime().AsTime()
		switch {
		case shift.GetPlan() != "" && shift.GetPlan() != planned.Plan.GetId() || !end.After(at):
		case start.After(at):
			duty.turnsAt(start)
		default:
			present = append(present, shift)
			duty.turnsAt(end)
		}
	}
	for i, link := range planned.Chain.GetLinks() {
		called := d.dutyLink(link.GetContact(), language)
		for _, shift := range present {
			if shift.GetInsteadOf() == link.GetContact() || shift.GetInsteadOf() == "" && i == 0 {
				called = d.standIn(shift, language)
			}
		}
		called.Wait = durationpb.New(waitOf(link.GetWait()))
		if !slices.ContainsFunc(duty.Links, func(before *triagev1.DutyLink) bool {
			return before.GetContact() == called.GetContact() && before.GetPerson() == called.GetPerson()
		}) {
			duty.Links = append(duty.Links, called)
		}
	}
	return duty, true, nil
}

// turnsAt is a moment at which the answer may change.
func (d *Duty) turnsAt(at time.Time) {
	if d.Until.IsZero() || at.Before(d.Until) {
		d.Until = at
	}
}

func (d Desk) standIn(shift *triagev1.Shift, language string) *triagev1.DutyLink {
	link := &triagev1.DutyLink{Person: shift.GetPerson()}
	if shift.GetContact() != "" {
		link = d.dutyLink(shift.GetContact(), language)
	}
	link.Shift = shift.GetName()
	return link
}

// dutyLink is a contact of the profile as somebody who is called.
func (d Desk) dutyLink(id, language string) *triagev1.DutyLink {
	contact, found := d.Contact(id)
	if !found { // the profile has changed since a shift named it
		return &triagev1.DutyLink{Contact: id}
	}
	return &triagev1.DutyLink{
		Contact: id, DisplayName: profile.In(language, contact.GetLabel()), Role: contact.GetRole(),
		Party: d.Name + "/parties/" + contact.GetParty(), Phone: contact.GetPhone(), Email: contact.GetEmail(),
	}
}

// Contact is a contact of the desk's profile.
func (d Desk) Contact(id string) (*profilev1.Contact, bool) {
	if d.Process == nil {
		return nil, false
	}
	for _, contact := range d.Process.Settings().GetContacts() {
		if contact.GetId() == id {
			return contact, true
		}
	}
	return nil, false
}

// waitOf is how long a link's answer is waited for. Who is called at night is not waited for by an office's calendar, so a
// working day is a day.
func waitOf(text string) time.Duration {
	span, ok := profile.ParseSpan(text)
	if !ok {
		return defaultWait
	}
	unit := map[profile.Unit]time.Duration{
		profile.Minutes: time.Minute, profile.Hours: time.Hour, profile.Days: 24 * time.Hour,
		profile.WorkingDays: 24 * time.Hour, profile.Months: 30 * 24 * time.Hour,
	}
	return time.Duration(span.Amount) * unit[span.Unit]
}
