package domain

import (
	"cmp"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/deadline"
	"github.com/bavn/bavn/process/ticketevent"
)

// OfferHandOver offers the work to another group or party. The giver stays holder, and its clock runs, until the receiver
// accepts. The offer's generation is the revision that made it; it lapses after lapse.
func (t Ticket) OfferHandOver(
	party, group string, reason Text, by string, at time.Time, lapse time.Duration,
) (Outcome, error) {
	facts := t.facts()
	facts.SameHolder = party == t.Facts.GetHolderParty() && group == t.Facts.GetHolderGroup()
	facts.Reason = !reason.Blank()
	if _, rejection := process.Permit(process.OfferHandOver, facts); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.facts().HandOver = &triagev1.HandOverOffer{
		Party: party, Group: group, OfferedBy: by, Generation: c.revision(),
		OfferTime: timestamppb.New(at), ExpireTime: timestamppb.New(at.Add(lapse)),
	}
	return c.done(ticketevent.HandOverOffered, reason), nil
}

// HandOver offers the work, or gives it at once, as the desk's process has it; an offer waits as long as the process says, else
// as long as lapse (R57, R62).
func (t Ticket) HandOver(d Destination, reason Text, by string, at time.Time, lapse time.Duration) (Outcome, error) {
	rule, err := t.HandOverRule(d.Party, at)
	if err != nil {
		return Outcome{}, err
	}
	if rule.GetAccept() == profilev1.Acceptance_ACCEPTANCE_IMPLICIT {
		return t.handOverAtOnce(d, reason, at)
	}
	if expires, said := deadline.After(t.Desk.Process, rule.GetWithin(), rule.GetCalendar(), at); said {
		lapse = expires.Sub(at)
	}
	outcome, err := t.OfferHandOver(d.Party, d.Group, reason, by, at, lapse)
	if err == nil {
		outcome.Ticket.Facts.HandOver.Assignee = d.Assignee
	}
	return outcome, err
}

// handOverAtOnce gives the work to another group or party without asking.
func (t Ticket) handOverAtOnce(d Destination, reason Text, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.SameHolder = d.Party == t.Facts.GetHolderParty() && d.Group == t.Facts.GetHolderGroup()
	facts.Reason = !reason.Blank()
	if _, rejection := process.Permit(process.OfferHandOver, facts); rejection != nil {
		return Outcome{}, rejection
	}
	facts.HandOverOffered = true
	rule, rejection := process.Permit(process.AcceptHandOver, facts)
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.give(d.Party, d.Group, d.Assignee)
	c.lead(rule, 0)
	return c.done(ticketevent.HandedOver, reason), nil
}

// AcceptHandOver makes the receiver the holder: its clock starts, the giver's stops. Without an assignee it is the one whom the
// offer names (R62), and where that names nobody the ticket lies in the receiver's queue.
func (t Ticket) AcceptHandOver(assignee string, at time.Time) (Outcome, error) {
	rule, rejection := process.Permit(process.AcceptHandOver, t.facts())
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	offer := t.Facts.GetHandOver()
	c.facts().HandOver = nil
	c.give(offer.GetParty(), offer.GetGroup(), cmp.Or(assignee, offer.GetAssignee()))
	c.lead(rule, 0)
	return c.done(ticketevent.HandedOver), nil
}

// DeclineHandOver ends the offer. Nothing moved, so nothing returns.
func (t Ticket) DeclineHandOver(reason Text, at time.Time) (Outcome, error) {
	return t.endOffer(process.DeclineHandOver, ticketevent.HandOverDeclined, reason, at)
}

// WithdrawHandOver takes an unanswered offer back.
func (t Ticket) WithdrawHandOver(at time.Time) (Outcome, error) {
	return t.endOffer(process.WithdrawHandOver, ticketevent.HandOverWithdrawn, Text{}, at)
}

// OfferLasts says how much longer the offer of this generation waits for an answer; nothing or less once its time has come.
// stands is false where that offer is gone: it was answered, withdrawn or made anew, and its timer has nothing left to do.
func (t Ticket) OfferLasts(generation int64, at time.Time) (wait time.Duration, stands bool) {
	offer := t.Facts.GetHandOver()
	if offer == nil || offer.GetGeneration() != generation || offer.GetEscalateTime() != nil {
		return 0, false
	}
	return offer.GetExpireTime().AsTime().Sub(at), true
}

// ExpireHandOver ends the offer that nobody answered in time; or lets it stand and tells the receiver's manager, where the desk's
// process has it so.
func (t Ticket) ExpireHandOver(at time.Time) (Outcome, error) {
	rule, err := t.HandOverRule(t.Facts.GetHandOver().GetParty(), at)
	if err != nil {
		return Outcome{}, err
	}
	if rule.GetTimeOut() == profilev1.TimeOut_TIME_OUT_ESCALATES {
		return t.escalateOffer(rule, at)
	}
	return t.endOffer(process.ExpireHandOver, ticketevent.HandOverExpired, Text{}, at)
}

// HandOverRule is how the desk's process hands the ticket to a party; nil where it has no rule.
func (t Ticket) HandOverRule(party string, at time.Time) (*profilev1.HandOverRule, error) {
	if t.Desk.Process == nil {
		return nil, nil
	}
	facts := t.ProcessFacts(at)
	facts.ReceiverParty = t.party(party)
	rule, _, err := t.Desk.Process.HandOver(facts)
	return rule.Setting, err
}

// escalateOffer tells the manager of those who do not answer: the role that leads their group, or else the party.
func (t Ticket) escalateOffer(rule *profilev1.HandOverRule, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.ExpireHandOver, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	offer := c.facts().GetHandOver()
	offer.EscalateTime = timestamppb.New(at)
	outcome := c.done(ticketevent.HandOverOverdue)
	told := t.Desk.Key(offer.GetParty())
	for _, party := range t.Desk.Process.Settings().GetParties() {
		for _, group := range party.GetGroups() {
			if group.GetManager() != "" && party.GetId()+"/"+group.GetId() == t.group(offer.GetGroup()) {
				told = "roles/" + group.GetManager()
			}
		}
	}
	c.event.Notifications = append(c.event.Notifications, &triagev1.NotificationRequest{
		Rule: "hand_overs[" + rule.GetId() + "]", Template: "hand_over_overdue", Recipients: []string{told}, Media: inWriting,
	})
	return outcome, nil
}

func (t Ticket) endOffer(step process.Step, eventType string, reason Text, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.Reason = !reason.Blank()
	if _, rejection := process.Permit(step, facts); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.facts().HandOver = nil
	return c.done(eventType, reason), nil
}
