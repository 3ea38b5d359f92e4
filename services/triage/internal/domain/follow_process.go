package domain

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/ticketevent"
)

// Subjects of decisions.
const (
	DecidesPriority    = "priority"
	DecidesRoute       = "route"
	DecidesRestriction = "restriction"
	// DecidesDeadline begins the subject of a decision on what is due: "deadline/solution".
	DecidesDeadline = "deadline/"
	// DecidesProcedure is followed by the procedure's id.
	DecidesProcedure = "procedure/"
)

// Follow draws the consequences that the desk's process sees in what was decided: who may see it, the priority, the processes
// of their own that it is in, its place, what is due, who is told. They belong to the same step, so they are in its events or
// right behind them. A desk without a profile has hardly any, and history that is brought over has none. An outcome without
// events is the passing of time until now.
//
// What is drawn changes the ticket's Facts in place: the last event's payload holds the same message, so it says what the ticket
// has become. What must be an event of its own begins with then, which copies the facts and leaves the earlier event as it was.
func (o Outcome) Follow(before Ticket, now time.Time) (Outcome, error) {
	if o.Ticket.Facts.GetImporting() {
		return o, nil
	}
	f := &follower{Outcome: o, process: o.Ticket.Desk.Process, at: now, now: now}
	f.Ticket.Decisions = slices.Clone(o.Ticket.Decisions)
	if len(o.Events) == 0 {
		if err := f.deadlines(before); err != nil || len(f.Events) == 0 {
			return f.Outcome, err
		}
	}
	f.at = f.last().At
	if f.process == nil {
		err := f.deadlines(before)
		return f.Outcome, err
	}
	for _, draw := range []func(Ticket) error{ // each sees what those before it made of the ticket
		f.attest,       // who must be phoned, which priority and registration ask about
		f.restrict,     // who may see it, before an event of this step is seen by anybody else
		f.prioritise,   // by what is said about it; places and deadlines go by the priority
		f.declare,      // procedures, many by the priority; one may raise it, and asks prioritise again
		f.route,        // where it belongs, by all of that
		f.oblige,       // the law's clocks, by what kind of breach it is
		f.queue,        // whether it waits for the morning, which the priority decides; what waits is not sent
		f.send,         // on, along the route
		f.closeOverdue, // what silence left to a gate that this step opens; what is closed has nothing due
		f.deadlines,    // of the ticket as it now stands and lies
		f.escalate,     // by targets that are missed or at risk, which the deadlines say
		f.request,      // who is told, of every event that the others made: last
	} {
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
	// at is the time of the step; now is the same but for history, whose steps lie back.
	at, now time.Time
	known   *profilev1.TicketFacts
}

// facts are what conditions look at, worked out once for all that ask before they change.
func (f *follower) facts() *profilev1.TicketFacts {
	if f.known == nil {
		f.known = f.Ticket.ProcessFacts(f.at)
	}
	return f.known
}

// forget: the ticket's facts have changed.
func (f *follower) forget() { f.known = nil }

func (f *follower) last() *Event { return &f.Events[len(f.Events)-1] }

// decide keeps a decision with its reason, on the step's last event and as the last one on its subject.
func (f *follower) decide(subject, answer string, why profile.Why, outweighed ...profile.Why) {
	decision := decisionOf(subject, answer, why, f.at)
	for _, other := range outweighed {
		decision.Outweighed = append(decision.Outweighed, other.Rule)
	}
	f.Ticket.Decisions = slices.DeleteFunc(f.Ticket.Decisions, func(d *triagev1.Decision) bool { return d.GetSubject() == subject })
	f.Ticket.Decisions = append(f.Ticket.Decisions, decision)
	f.last().Payload.Decisions = append(f.last().Payload.Decisions, decision)
}

// Decided is the last decision on a subject; nil where there is none.
func (t Ticket) Decided(subject string) *triagev1.Decision {
	for _, d := range t.Decisions {
		if d.GetSubject() == subject {
			return d
		}
	}
	return nil
}

// prioritise gives the ticket the priority that the profile works out.
func (f *follower) prioritise(Ticket) error {
	facts := f.Ticket.Facts
	if class := facts.GetStatusClass(); class != process.ClassOpen && class != process.ClassWaiting {
		return nil
	}
	worked, moved, err := f.Ticket.due(f.at)
	if err != nil {
		return err
	}
	if !moved {
		return f.byHand(worked)
	}
	to := worked.Level.GetId()
	first := f.Events[0].Type == ticketevent.Opened && facts.GetPriority() == ""
	judged := f.last().Type == ticketevent.Prioritised
	if first && worked.Why[0].Rule == "priority.initial" || judged {
		facts.Priority = to
		f.forget()
		f.decide(DecidesPriority, to, worked.Why[0], worked.Why[1:]...)
		return nil
	}
	f.then(ticketevent.Prioritised).GetTicket().Priority = to
	f.forget()
	f.decide(DecidesPriority, to, worked.Why[0], worked.Why[1:]...)
	return nil
}

// byHand keeps as the decision on the priority that a person took it, with what the rules would have said.
func (f *follower) byHand(worked profile.Priority) error {
	facts := f.Ticket.Facts
	if f.last().Type != ticketevent.Prioritised || !facts.GetAssessment().GetPriorityByHand() || worked.Level == nil ||
		f.last().Payload.GetPreviousPriority() == facts.GetPriority() {
		return nil
	}
	why := profile.Why{Rule: "by_hand", Version: f.process.Version(), Inputs: map[string]string{"rules_say": worked.Level.GetId()}}
	f.decide(DecidesPriority, facts.GetPriority(), why, worked.Why...)
	return nil
}

// declare begins the processes of their own that come to hold for the ticket (R113-R115). One that was stood down begins anew
// only when its condition comes to hold anew. What is declared may raise the priority, and the other way round.
func (f *follower) declare(before Ticket) error {
	if f.Ticket.Facts.GetStatusClass() == process.ClassClosed {
		return nil
	}
	held, err := f.process.Procedures(f.facts())
	if err != nil || len(held) == 0 {
		return err
	}
	var heldBefore []profile.Held[*profilev1.Procedure]
	if before.Facts != nil {
		if heldBefore, err = f.process.Procedures(before.ProcessFacts(f.at)); err != nil {
			return err
		}
	}
	begun := false
	for _, h := range held {
		id := h.Setting.GetId()
		same := func(other profile.Held[*profilev1.Procedure]) bool { return other.Setting.GetId() == id }
		ran := lastRun(f.Ticket.Facts, func(run *triagev1.ProcedureRun) bool { return run.GetProcedure() == id })
		if ran != nil && (ran.GetEndTime() == nil || slices.ContainsFunc(heldBefore, same)) {
			continue
		}
		declare(f.then(declared(id)).GetTicket(), id, "", f.at)
		f.decide(DecidesProcedure+id, "declared", h.Why)
		begun = true
	}
	if !begun {
		return nil
	}
	return f.prioritise(before)
}

// restrict closes the ticket to those who do not need to know, and opens it again when nothing demands that any more (R149). What
// happened in the same step is as closed as the ticket then is.
func (f *follower) restrict(Ticket) error {
	held, err := f.process.Restrictions(f.facts())
	if err != nil {
		return err
	}
	var roles []string
	for _, h := range held {
		roles = append(roles, h.Setting.GetVisibleTo()...)
	}
	roles = sorted(roles)
	was := f.Ticket.Facts.GetRestricted()
	switch {
	case len(held) == 0 && !was, was && len(held) > 0 && slices.Equal(roles, f.Ticket.Facts.GetVisibleTo()):
		return nil
	case f.Events[0].Type == ticketevent.Opened && len(f.Events) == 1 && !was:
		f.Ticket.Facts.Restricted, f.Ticket.Facts.VisibleTo = true, roles
		f.forget()
	case len(held) > 0:
		facts := f.then(ticketevent.Restricted).GetTicket()
		facts.Restricted, facts.VisibleTo = true, roles
	default:
		facts := f.then(ticketevent.Unrestricted).GetTicket()
		facts.Restricted, facts.VisibleTo, facts.NeedToKnow = false, nil, nil
	}
	why := profile.Why{Rule: "restrictions", Version: f.process.Version()}
	answer := "open"
	if len(held) > 0 {
		why, answer = held[0].Why, "restricted"
	}
	f.decide(DecidesRestriction, answer, why)
	now := Sight{Insiders: Insiders(f.Ticket.Desk, f.Ticket.Facts), Users: users(f.Ticket.Desk, f.Ticket.Facts)}
	for i := range f.Events {
		f.Events[i].Audience = now.of(f.Events[i].Audience)
	}
	return nil
}

// then is another event of the same step, in which more of the ticket's facts can be set.
func (f *follower) then(eventType string) *triagev1.TicketEvent {
	before := f.Ticket.Facts
	f.Ticket.Facts = proto.CloneOf(before)
	f.Ticket.Facts.UpdateTime = timestamppb.New(f.at)
	f.Ticket.Revision++
	f.forget()
	payload := &triagev1.TicketEvent{
		Ticket: f.Ticket.Facts, PreviousStatus: before.GetStatus(), PreviousSubStatus: before.GetSubStatus(),
		PreviousHolderParty: before.GetHolderParty(), PreviousHolderGroup: before.GetHolderGroup(),
		PreviousPriority: before.GetPriority(),
	}
	audience := Audience(f.Ticket.Desk, f.Ticket.Facts)
	f.Events = append(f.Events, Event{Type: eventType, Payload: payload, Audience: audience, At: f.at})
	return payload
}

// route says where the ticket belongs (R41, R64), whenever that becomes another place. Nobody is moved by it: the contact party
// triages every ticket (R15), and RouteTicket sends it where this says.
func (f *follower) route(Ticket) error {
	if f.Ticket.Facts.GetStatusClass() == process.ClassClosed {
		return nil
	}
	routing, err := f.process.Route(f.facts())
	if err != nil {
		return err
	}
	answer := place(routing.Route)
	if before := f.Ticket.Decided(DecidesRoute); before.GetAnswer() == answer && before.GetRule() == routing.Why.Rule {
		return nil
	}
	f.decide(DecidesRoute, answer, routing.Why)
	return nil
}

// decisionOf is a decision as it is kept and shown.
func decisionOf(subject, answer string, why profile.Why, at time.Time) *triagev1.Decision {
	return &triagev1.Decision{
		Subject: subject, Answer: answer, Rule: why.Rule, Condition: why.Condition, Inputs: why.Inputs,
		Source: why.Source, Derived: why.Derived, ProfileVersion: why.Version, DecideTime: timestamppb.New(at),
	}
}

// RouteDecision is where a ticket belongs, as a decision.
func RouteDecision(routing profile.Routing, at time.Time) *triagev1.Decision {
	return decisionOf(DecidesRoute, place(routing.Route), routing.Why, at)
}

// place is where a route leads, relative to the desk: "parties/netic/groups/drift".
func place(r *profilev1.Route) string {
	if party, group, ok := strings.Cut(r.GetGroup(), "/"); ok {
		return "parties/" + party + "/groups/" + group
	}
	return "parties/" + r.GetParty()
}

// request asks for the messages that the profile wants sent (R78-R89): triage says who is told what, notify tells them.
func (f *follower) request(before Ticket) error {
	for i := range f.Events {
		e := &f.Events[i]
		then := f.Ticket
		then.Facts = e.Payload.GetTicket()
		facts := f.facts()
		if i < len(f.Events)-1 {
			facts = then.ProcessFacts(f.at)
		}
		present := facts.GetPreviousPriority()
		facts.PreviousPriority = e.Payload.GetPreviousPriority()
		if err := f.requestFor(e, before, then, facts); err != nil {
			return err
		}
		if d := e.Payload.GetDeadline(); d != nil {
			f.Ticket.requestByDeadline(e.Payload, d)
		}
		more, err := then.assessmentRequests(e, facts, f.at)
		if err != nil {
			return err
		}
		release, err := then.releaseRequests(e.Type, facts)
		if err != nil {
			return err
		}
		facts.PreviousPriority = present
		asked := slices.Concat(e.Payload.Notifications, more, release)
		if survey := then.surveyRequest(e.Type, f.at); survey != nil {
			asked = append(asked, survey)
		}
		if e.OfMain {
			asked = then.toUsers(asked)
		}
		e.Payload.Notifications = then.withinSight(asked)
		own := then.ownNumber()
		for _, request := range e.Payload.GetNotifications() {
			request.OwnNumber = own
		}
	}
	return nil
}

// requestFor asks for what the profile's notifications say of one event, by the ticket as it then was.
func (f *follower) requestFor(e *Event, before, then Ticket, facts *profilev1.TicketFacts) error {
	if !f.process.Notifies(e.Type) {
		return nil
	}
	held, err := f.process.Notifications(e.Type, facts)
	if err != nil {
		return err
	}
	if held, err = f.news(e.Type, before, held); err != nil {
		return err
	}
	for _, notification := range held {
		request, err := then.notificationRequest(notification.Setting, facts, f.at)
		if err != nil {
			return err
		}
		if len(request.GetRecipients()) > 0 || request.GetChain() != "" { // nobody has the part: there is nobody to tell
			e.Payload.Notifications = append(e.Payload.Notifications, request)
		}
	}
	return nil
}

// saidAgain are the events that can say again what was known before the step.
var saidAgain = map[string]bool{ticketevent.Categorised: true, ticketevent.GuideAnswered: true}

// news leaves out what the profile's rules would have said before the step, of the same facts: whoever categorises a ticket again
// tells nobody what they know (R47).
func (f *follower) news(
	event string, before Ticket, held []profile.Held[*profilev1.Notification],
) ([]profile.Held[*profilev1.Notification], error) {
	if len(held) == 0 || !saidAgain[event] || before.Facts == nil {
		return held, nil
	}
	known, err := f.process.Notifications(event, before.ProcessFacts(f.at))
	return slices.DeleteFunc(held, func(now profile.Held[*profilev1.Notification]) bool {
		return now.Why.Condition != "" && slices.ContainsFunc(known, func(then profile.Held[*profilev1.Notification]) bool {
			return then.Why.Rule == now.Why.Rule && maps.Equal(then.Why.Inputs, now.Why.Inputs)
		})
	}), err
}
