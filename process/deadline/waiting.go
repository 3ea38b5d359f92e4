package deadline

import (
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
)

const (
	update  = triagev1.DeadlineKind_DEADLINE_KIND_UPDATE
	silence = triagev1.DeadlineKind_DEADLINE_KIND_SILENCE
	held    = triagev1.DeadlineKind_DEADLINE_KIND_HOLD
	queued  = triagev1.DeadlineKind_DEADLINE_KIND_QUEUE
)

// update: who waits hears something, also of a ticket that waits itself (R80, R81).
func (w *worker) update() error {
	if !w.unsolved() || w.Ticket.GetInformTime() == nil {
		return nil
	}
	duty, found, err := w.Process.Update(w.Facts)
	if err != nil || !found {
		return err
	}
	every, said := counted(w.Process, duty.Setting.GetEvery(), duty.Setting.GetCalendar())
	if !said {
		return nil
	}
	heard := w.Ticket.GetInformTime().AsTime()
	due := every.after(heard)
	why := because(duty.Why, duty.Why.Rule, nil, map[string]string{
		"every": duty.Setting.GetEvery(), "calendar": duty.Setting.GetCalendar(), "heard": heard.Format(time.RFC3339),
	})
	warn := w.warning(duty.Setting.GetRemindBefore(), duty.Setting.GetCalendar(), due, heard)
	w.afresh(update, why, wake{due, warn})
	return nil
}

// silence: a reporter who says nothing after a solution agrees (R106). One who has answered is not silent.
func (w *worker) silence() error {
	if w.class != process.ClassReadyToClose || w.Ticket.GetResolveTime() == nil {
		return nil
	}
	if w.Ticket.GetSolutionAccepted() {
		w.overdue()
		return nil
	}
	rule, found, err := w.Process.Silence(w.Facts)
	if err != nil || !found {
		return err
	}
	after, said := counted(w.Process, rule.Setting.GetAfter(), rule.Setting.GetCalendar())
	if !said {
		return nil
	}
	solved := w.Ticket.GetResolveTime().AsTime()
	due := after.after(solved)
	why := because(rule.Why, rule.Why.Rule, nil, map[string]string{
		"after": rule.Setting.GetAfter(), "calendar": rule.Setting.GetCalendar(), "solved": solved.Format(time.RFC3339),
	})
	if before := w.earlier(silence, why.Rule); before.GetState() == met && before.GetDueTime().AsTime().Equal(due) {
		w.stand(silence, why, met, due)
		return nil
	}
	w.afresh(silence, why, wake{due, w.warning(rule.Setting.GetWarnBefore(), rule.Setting.GetCalendar(), due, solved)})
	return nil
}

// overdue keeps a silence that has passed and could not close: a gate was shut, and when it opens the ticket is closed.
func (w *worker) overdue() {
	for _, before := range w.Ticket.GetDeadlines() {
		if before.GetKind() == silence && before.GetState() == missed {
			w.stand(silence, profile.Why{Rule: before.GetRule()}, missed, before.GetDueTime().AsTime())
		}
	}
}

// hold ends a wait whose end was said.
func (w *worker) hold() {
	if until := w.Ticket.GetHoldUntil(); until != nil && process.Holds().Has(w.Ticket.GetStatus()) {
		w.afresh(held, profile.Why{Rule: "hold_until", Source: "R94"}, wake{due: until.AsTime()})
	}
}

// queue lets what came at night into the queue (R10).
func (w *worker) queue() error {
	if at := w.Ticket.GetQueueTime(); at != nil {
		w.run(queued, profile.Why{Rule: "channels[" + w.Facts.GetChannel() + "].queue_calendar", Source: "R10"}, wake{due: at.AsTime()})
	}
	return nil
}

// QueueTime is when a report enters the queue that came while its channel's calendar was closed, and false for one that enters at
// once: because it is urgent, or came inside working hours (R10, §17.14).
func QueueTime(p *profile.Profile, facts *profilev1.TicketFacts, at time.Time) (time.Time, bool) {
	for _, channel := range p.Settings().GetChannels() {
		if channel.GetId() != facts.GetChannel() {
			continue
		}
		calendar, known := p.Calendar(channel.GetQueueCalendar())
		if !known || facts.GetUrgent() || calendar.Open(at) {
			return time.Time{}, false
		}
		return calendar.NextOpen(at), true
	}
	return time.Time{}, false
}
