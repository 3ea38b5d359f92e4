package domain

import (
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/deadline"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/ticketevent"
)

// ringing says which event a deadline makes: a warning before its time, and when its time has passed. The reporter sees those
// that concern the reporter.
var ringing = map[triagev1.DeadlineKind]struct {
	near, over string
	internal   bool
}{
	triagev1.DeadlineKind_DEADLINE_KIND_REACTION:         {ticketevent.TargetAtRisk, ticketevent.Breached, true},
	triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION:         {ticketevent.TargetAtRisk, ticketevent.Breached, true},
	triagev1.DeadlineKind_DEADLINE_KIND_UPDATE:           {ticketevent.UpdateDue, ticketevent.UpdateDue, true},
	triagev1.DeadlineKind_DEADLINE_KIND_PROCEDURE_UPDATE: {ticketevent.UpdateDue, ticketevent.UpdateDue, true},
	triagev1.DeadlineKind_DEADLINE_KIND_REVIEW:           {ticketevent.Breached, ticketevent.Breached, true},
	triagev1.DeadlineKind_DEADLINE_KIND_LEGAL:            {ticketevent.LegalDeadlineNear, ticketevent.Breached, true},
	triagev1.DeadlineKind_DEADLINE_KIND_AGEING:           {ticketevent.Aged, ticketevent.Aged, false},
	triagev1.DeadlineKind_DEADLINE_KIND_SILENCE:          {ticketevent.SilenceEnds, ticketevent.SilenceEnds, false},
}

// deadlines works out what is due after the step (R80, R91, R106, R130), and says what has come about by the time. A step that
// people take and the ticket's timer do the same, so nothing is lost by a timer that is late, and nothing comes about twice.
func (f *follower) deadlines(Ticket) error {
	c := deadline.Case{
		Process: f.process, Ticket: f.Ticket.Facts, Clock: f.Ticket.TargetClock, At: f.at,
	}
	if f.process != nil {
		c.Facts = f.facts()
	}
	if len(f.Events) > 0 && f.Events[0].Type == ticketevent.ImportFinished { // what passed in another tool is over
		c.At, c.Silently = f.now, true
	}
	worked, err := deadline.Work(c)
	if err != nil {
		return err
	}
	if len(f.Events) == 0 {
		f.Ticket.Facts = proto.CloneOf(f.Ticket.Facts)
	}
	f.Ticket.Facts.Deadlines = deadline.List(worked.Deadlines)
	for _, ring := range worked.Rings {
		f.ring(ring)
	}
	f.forget()
	if len(f.Events) > 0 {
		f.justify(worked.Deadlines)
	}
	return nil
}

// ring is the event of a deadline that is near or over.
func (f *follower) ring(r deadline.Ring) {
	kind := ringing[r.GetKind()]
	eventType := kind.over
	if r.Warning {
		eventType = kind.near
	}
	payload := f.then(eventType)
	payload.Deadline = proto.CloneOf(r.Deadline)
	if kind.internal {
		f.last().Audience = insidersOnly(f.last().Audience, f.Ticket)
	}
	if heard[eventType] {
		payload.GetTicket().InformTime = timestamppb.New(f.at)
	}
}

// justify keeps why something is due when it is. A rhythm that goes on by the same rule has nothing new to say.
func (f *follower) justify(all []deadline.Due) {
	var subjects []string
	for _, d := range all {
		subject := deadlineSubject(d.Deadline)
		subjects = append(subjects, subject)
		if d.GetDueTime() == nil || d.Why.Version == "" {
			continue
		}
		answer := d.GetDueTime().AsTime().Format(time.RFC3339)
		before := f.Ticket.Decided(subject)
		if before.GetRule() != d.Why.Rule || before.GetAnswer() != answer && !rhythmic(d.GetKind()) {
			f.decide(subject, answer, d.Why)
		}
	}
	f.Ticket.Decisions = slices.DeleteFunc(f.Ticket.Decisions, func(d *triagev1.Decision) bool {
		return strings.HasPrefix(d.GetSubject(), DecidesDeadline) && !slices.Contains(subjects, d.GetSubject())
	})
}

func rhythmic(kind triagev1.DeadlineKind) bool {
	switch kind {
	case triagev1.DeadlineKind_DEADLINE_KIND_UPDATE, triagev1.DeadlineKind_DEADLINE_KIND_PROCEDURE_UPDATE,
		triagev1.DeadlineKind_DEADLINE_KIND_AGEING:
		return true
	default:
		return false
	}
}

// deadlineSubject names what a decision on a deadline is about; of laws and ageing rules there may be several.
func deadlineSubject(d *triagev1.Deadline) string {
	kind := strings.ToLower(strings.TrimPrefix(d.GetKind().String(), "DEADLINE_KIND_"))
	switch d.GetKind() {
	case triagev1.DeadlineKind_DEADLINE_KIND_LEGAL, triagev1.DeadlineKind_DEADLINE_KIND_AGEING,
		triagev1.DeadlineKind_DEADLINE_KIND_PROCEDURE_UPDATE, triagev1.DeadlineKind_DEADLINE_KIND_REVIEW:
		return DecidesDeadline + kind + "/" + d.GetRule()
	default:
		return DecidesDeadline + kind
	}
}

// queue lets a report that came at night wait for the morning, unless it is urgent (R10, §17.14); and lets in at once what cannot
// wait after all: who takes it up does not wait for the morning, and neither does a target that would pass before it.
func (f *follower) queue(Ticket) error {
	facts := f.Ticket.Facts
	if f.Events[0].Type == ticketevent.Opened && facts.GetQueueTime() == nil {
		if at, later := deadline.QueueTime(f.process, f.facts(), f.at); later {
			facts.QueueTime = timestamppb.New(at)
			f.forget()
		}
	}
	queue := facts.GetQueueTime()
	if queue == nil {
		return nil
	}
	if f.facts().GetUrgent() || facts.GetAssignee() != "" || !waitsInQueue(facts) {
		facts.QueueTime = nil
		f.forget()
		return nil
	}
	worked, err := deadline.Work(deadline.Case{
		Process: f.process, Ticket: facts, Facts: f.facts(), Clock: f.Ticket.TargetClock, At: f.at,
	})
	if err != nil {
		return err
	}
	for _, d := range worked.Deadlines {
		target := profile.IsTarget(d.GetKind())
		if target && d.GetDueTime() != nil && d.GetDueTime().AsTime().Before(queue.AsTime()) {
			facts.QueueTime = nil
			f.forget()
			return nil
		}
	}
	return nil
}

func waitsInQueue(t *triagev1.Ticket) bool {
	return t.GetStatus() == process.Registered || t.GetStatus() == process.Assigned
}
