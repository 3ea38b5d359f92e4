package domain

import (
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/ticketevent"
)

// Unfit is a field of what somebody said that the desk's profile does not know, and the rule that says so.
type Unfit struct{ Field, Rule string }

// UnfitAt is one of several things said, by its place among them.
type UnfitAt struct {
	Index int
	Unfit
}

// UnknownToProfile is the rule of an id that the desk's profile does not define.
const UnknownToProfile = "profile.unknown"

// Unfit returns what in an assessment is not of the desk's profile, field by field, so that nobody has to try twice.
func (d Desk) Unfit(a *triagev1.Assessment) []Unfit {
	s := d.Process.Settings()
	var unfit []Unfit
	check := func(field, id string, known bool) {
		if id != "" && !known {
			unfit = append(unfit, Unfit{field, UnknownToProfile})
		}
	}
	check("kind", a.GetKind(), has(s.GetKinds(), a.GetKind()))
	check("category", a.GetCategory(), has(s.GetCategories(), a.GetCategory()))
	check("urgency", a.GetUrgency(), has(s.GetPriority().GetUrgencies(), a.GetUrgency()))
	check("contract_category", a.GetContractCategory(), has(s.GetPriority().GetContractCategories(), a.GetContractCategory()))
	check("customer_group", a.GetCustomerGroup(), has(s.GetCustomerGroups(), a.GetCustomerGroup()))
	check("reporter_group", a.GetReporterGroup(), has(s.GetReporterGroups(), a.GetReporterGroup()))
	check("business_service", a.GetBusinessService(), has(s.GetBusinessServices(), a.GetBusinessService()))
	check("found_by", a.GetFoundBy(), has(s.GetParties(), Ticket{Desk: d}.party(a.GetFoundBy())))
	check("channel", a.GetChannel(), has(s.GetChannels(), a.GetChannel()))
	for _, channel := range s.GetChannels() {
		if channel.GetClosed() && channel.GetId() == a.GetChannel() { // R3
			unfit = append(unfit, Unfit{"channel", "profile.closed"})
		}
	}
	return unfit
}

// UnfitImpact reports whether the profile has no such degree of impact.
func (d Desk) UnfitImpact(impact triagev1.Impact) bool {
	return impact != triagev1.Impact_IMPACT_UNSPECIFIED && !has(d.Process.Settings().GetPriority().GetImpacts(), impactID(impact))
}

// UnfitCalls returns the attested calls to contacts that the profile does not have, or that are said to be made later than now.
func (d Desk) UnfitCalls(calls []*triagev1.AttestedCall, at time.Time) []UnfitAt {
	var unfit []UnfitAt
	for i, call := range calls {
		switch {
		case !has(d.Process.Settings().GetContacts(), call.GetContact()):
			unfit = append(unfit, UnfitAt{i, Unfit{"contact", UnknownToProfile}})
		case call.GetCallTime().AsTime().After(at):
			unfit = append(unfit, UnfitAt{i, Unfit{"call_time", "time.past"}})
		}
	}
	return unfit
}

func has[T interface{ GetId() string }](entries []T, id string) bool {
	return slices.ContainsFunc(entries, func(entry T) bool { return entry.GetId() == id })
}

// Categorise says what the ticket is (R29, R37). set alters a copy of its assessment.
func (t Ticket) Categorise(set func(*triagev1.Assessment), at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.Categorise, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	set(c.assessment())
	return c.done(ticketevent.Categorised), nil
}

// assessment is the one in the making.
func (c *change) assessment() *triagev1.Assessment {
	if c.facts().GetAssessment() == nil {
		c.facts().Assessment = &triagev1.Assessment{}
	}
	return c.facts().GetAssessment()
}

// Lifts are the restrictions that hold for a ticket and would no longer, were it assessed otherwise (R149).
func (t Ticket) Lifts(after Ticket, at time.Time) ([]profile.Held[*profilev1.Restriction], error) {
	if !t.Facts.GetRestricted() {
		return nil, nil
	}
	held, err := t.Desk.Process.Restrictions(t.ProcessFacts(at))
	if err != nil {
		return nil, err
	}
	remain, err := t.Desk.Process.Restrictions(after.ProcessFacts(at))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(held, func(h profile.Held[*profilev1.Restriction]) bool {
		return slices.ContainsFunc(remain, func(r profile.Held[*profilev1.Restriction]) bool {
			return r.Setting.GetId() == h.Setting.GetId()
		})
	}), nil
}

// Report is what was said of a ticket at its registration.
type Report struct {
	Said *triagev1.Assessment
	// Worded are the questions that were answered in words.
	Worded []string
	// ReporterGroup is the one that the reporter reports as.
	ReporterGroup string
	Way           profilev1.Way
	Importing     bool
}

// AsReported is the assessment that a ticket begins with: what was said, without what only a person says later, and with the
// profile's name of the channel, which is the one for that where a party found it itself, else the first of the same way.
func (d Desk) AsReported(r Report) *triagev1.Assessment {
	if d.Process == nil || r.Importing {
		return r.Said
	}
	a := &triagev1.Assessment{}
	if r.Said != nil {
		a = proto.CloneOf(r.Said)
	}
	a.PriorityByHand, a.PriorityDoubted, a.ReporterGroup = false, false, r.ReporterGroup
	a.Answered = slices.Sorted(maps.Keys(a.GetAnswers()))
	a.Answered = append(a.Answered, r.Worded...)
	slices.Sort(a.Answered)
	if a.GetChannel() != "" {
		return a
	}
	way := r.Way
	if a.GetFoundBy() != "" {
		way = profilev1.Way_WAY_INTERNAL
	}
	channels := d.Process.Settings().GetChannels()
	if at := slices.IndexFunc(channels, func(c *profilev1.IntakeChannel) bool { return c.GetWay() == way }); at >= 0 {
		a.Channel = channels[at].GetId()
	}
	return a
}
