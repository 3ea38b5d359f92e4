package domain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
)

// Subjects of decisions.
const (
	DecidesPriority = "priority"
	DecidesRoute    = "route"
)

// Follow draws the consequences that the desk's process sees in what was decided: the priority, who is told. They belong to
// the same step, so they are in its events or right behind them. A desk without a profile has none, and neither has history that
// is brought over.
func (o Outcome) Follow(before Ticket) (Outcome, error) {
	if o.Ticket.Desk.Process == nil || o.Ticket.Facts.GetImporting() || len(o.Events) == 0 {
		return o, nil
	}
	f := &follower{Outcome: o, process: o.Ticket.Desk.Process, at: o.Events[len(o.Events)-1].At}
	f.Ticket.Decisions = slices.Clone(o.Ticket.Decisions)
	for _, draw := range []func(Ticket) error{f.prioritise, f.route, f.request} {
		if err := draw(before); err != nil {
			return Outcome{}, fmt.Errorf("follow profile %s: %w", f.process.Version(), err)
		}
	}
	return f.Outcome, nil
}

// follower is a step whose consequences are being drawn.
type follower struct {
	Outcome
	process *profile.Profile
	at      time.Time
}

func (f *follower) last() *Event { return &f.Events[len(f.Events)-1] }

// decide keeps a decision with its reason, on the step's last event and as the last one on its subject.
func (f *follower) decide(subject, answer string, why profile.Why, outweighed ...profile.Why) {
	decision := &triagev1.Decision{
		Subject: subject, Answer: answer, Rule: why.Rule, Condition: why.Condition, Inputs: why.Inputs,
		Source: why.Source, Derived: why.Derived, ProfileVersion: why.Version, DecideTime: timestamppb.New(f.at),
	}
	for _, other := range outweighed {
		decision.Outweighed = append(decision.Outweighed, other.Rule)
	}
	f.Ticket.Decisions = slices.DeleteFunc(f.Ticket.Decisions, func(d *triagev1.Decision) bool { return d.GetSubject() == subject })
	f.Ticket.Decisions = append(f.Ticket.Decisions, decision)
	f.last().Payload.Decisions = append(f.last().Payload.Decisions, decision)
}

// decided is the last decision on a subject.
func (t Ticket) decided(subject string) *triagev1.Decision {
	for _, d := range t.Decisions {
		if d.GetSubject() == subject {
			return d
		}
	}
	return nil
}

// prioritise gives the ticket the priority that the profile works out (R46, R47). One that a person set stays, unless a floor
// lies above it.
func (f *follower) prioritise(Ticket) error {
	facts := f.Ticket.Facts
	if class := facts.GetStatusClass(); class != process.ClassOpen && class != process.ClassWaiting {
		return nil
	}
	worked, err := f.process.Priority(f.Ticket.ProcessFacts(f.at))
	if err != nil || worked.Level == nil {
		return err
	}
	to := worked.Level.GetId()
	if to == facts.GetPriority() || facts.GetAssessment().GetPriorityByHand() && !f.higher(to, facts.GetPriority()) {
		return nil
	}
	first := f.Events[0].Type == "ticket.opened" && facts.GetPriority() == ""
	if first && worked.Why[0].Rule == "priority.initial" {
		facts.Priority = to
		f.decide(DecidesPriority, to, worked.Why[0])
		return nil
	}
	f.then("ticket.prioritised").GetTicket().Priority = to
	f.decide(DecidesPriority, to, worked.Why[0], worked.Why[1:]...)
	return nil
}

// higher reports whether one priority stands above another; anything stands above none.
func (f *follower) higher(one, other string) bool {
	a, ok := f.process.Rank(one)
	b, known := f.process.Rank(other)
	return ok && (!known || a < b)
}

// then is another event of the same step, in which more of the ticket's facts can be set.
func (f *follower) then(eventType string) *triagev1.TicketEvent {
	before := f.Ticket.Facts
	f.Ticket.Facts = proto.CloneOf(before)
	f.Ticket.Revision++
	payload := &triagev1.TicketEvent{
		Ticket: f.Ticket.Facts, PreviousStatus: before.GetStatus(), PreviousSubStatus: before.GetSubStatus(),
		PreviousHolderParty: before.GetHolderParty(), PreviousHolderGroup: before.GetHolderGroup(),
		PreviousPriority: before.GetPriority(),
	}
	f.Events = append(f.Events, Event{Type: eventType, Payload: payload, Audience: f.last().Audience, At: f.at})
	return payload
}

// route says where the ticket belongs (R41, R64), whenever that becomes another place. Nobody is moved by it: the contact party
// triages every ticket (R15), and RouteTicket sends it where this says.
func (f *follower) route(Ticket) error {
	if f.Ticket.Facts.GetStatusClass() == process.ClassClosed {
		return nil
	}
	routing, err := f.process.Route(f.Ticket.ProcessFacts(f.at))
	if err != nil {
		return err
	}
	answer := place(routing.Route)
	if before := f.Ticket.decided(DecidesRoute); before.GetAnswer() == answer && before.GetRule() == routing.Why.Rule {
		return nil
	}
	f.decide(DecidesRoute, answer, routing.Why)
	return nil
}

// place is where a route leads, relative to the desk: "parties/netic/groups/drift".
func place(r *profilev1.Route) string {
	if party, group, ok := strings.Cut(r.GetGroup(), "/"); ok {
		return "parties/" + party + "/groups/" + group
	}
	return "parties/" + r.GetParty()
}

// request asks for the messages that the profile wants sent (R78-R89): triage says who is told what, notify tells them.
func (f *follower) request(Ticket) error {
	for i := range f.Events {
		e := &f.Events[i]
		then := f.Ticket
		then.Facts = e.Payload.GetTicket()
		facts := then.ProcessFacts(f.at)
		facts.PreviousPriority = e.Payload.GetPreviousPriority()
		held, err := f.process.Notifications(e.Type, facts)
		if err != nil {
			return err
		}
		for _, notification := range held {
			request, err := then.notificationRequest(notification.Setting, facts, f.at)
			if err != nil {
				return err
			}
			e.Payload.Notifications = append(e.Payload.Notifications, request)
		}
		release, err := then.releaseRequests(e.Type, facts)
		if err != nil {
			return err
		}
		e.Payload.Notifications = append(e.Payload.Notifications, release...)
		own := then.ownNumber()
		for _, request := range e.Payload.GetNotifications() {
			request.OwnNumber = own
		}
	}
	return nil
}
