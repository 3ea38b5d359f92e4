package deadline

import (
	"slices"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/businesstime"
	"github.com/bavn/bavn/process/profile"
)

const (
	reaction = triagev1.DeadlineKind_DEADLINE_KIND_REACTION
	solution = triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION
)

// targets are reaction and solution (R130). Who comes outside working hours may have other limits than who comes inside (§18).
func (w *worker) targets() error {
	registered := w.Ticket.GetSubmitTime().AsTime()
	limits, found := w.Process.Limits(w.Facts, func(id string) bool {
		calendar, known := w.Process.Calendar(id)
		return known && calendar.Open(registered)
	})
	if !found {
		return nil
	}
	w.target(reaction, limits, limits.Reaction, w.begun())
	w.target(solution, limits, limits.Solution, doneAt{w.Ticket.GetResolveTime().AsTime(), w.Ticket.GetResolveTime() != nil})
	return nil
}

// doneAt is when what a target demands was done.
type doneAt struct {
	time.Time
	done bool
}

// begun is when the reaction was.
func (w *worker) begun() doneAt {
	return doneAt{w.Ticket.GetFirstWorkTime().AsTime(), w.Ticket.GetFirstWorkTime() != nil}
}

func (w *worker) target(kind triagev1.DeadlineKind, of profile.Limits, l *profilev1.Limit, done doneAt) {
	if l == nil || w.Clock.Began().IsZero() {
		return
	}
	c, said := counted(w.Process, l.GetWithin(), l.GetCalendar())
	if !said {
		return
	}
	began, pauses := w.Clock.Began(), w.Clock.Pauses()
	if done.done { // what comes after it was done moves nothing
		pauses = slices.DeleteFunc(pauses, func(p businesstime.Span) bool { return !p.From.Before(done.Time) })
	}
	due := c.paused(c.after(began), pauses)
	name := "reaction"
	if kind == solution {
		name = "solution"
	}
	why := because(of.Why, of.Why.Rule+"."+name, l, map[string]string{
		"within": l.GetWithin(), "calendar": l.GetCalendar(), "from": began.Format(time.RFC3339),
	})
	if lost := w.Clock.lost(c); lost > 0 {
		why.Inputs["paused"] = lost.Round(time.Second).String()
	}
	since, stands := w.Clock.Stands()
	switch {
	case done.done && (done.Before(due) || kind == reaction && w.reactedInTime()):
		w.stand(kind, why, met, due)
	case done.done:
		w.late(kind, why, due)
	case w.Ticket.GetStatus() == process.Cancelled: // nobody waits for it any more
	case stands && since.Before(due):
		w.stand(kind, why, paused, time.Time{})
	case stands:
		w.late(kind, why, due)
	default:
		w.run(kind, why, wake{due, w.warnOf(l, due, began)})
	}
}

func (w *worker) warnOf(l *profilev1.Limit, due, began time.Time) time.Time {
	return w.warning(l.GetWarnBefore(), l.GetCalendar(), due, began)
}

// late adds a target that was missed, whenever somebody notices.
func (w *worker) late(kind triagev1.DeadlineKind, why profile.Why, due time.Time) {
	known := w.earlier(kind, why.Rule).GetState() == missed
	w.stand(kind, why, missed, due)
	if !known {
		w.ring(w.Deadlines[len(w.Deadlines)-1], false)
	}
}

// reactedInTime: whoever was reacted to in time does not lose that by another priority.
func (w *worker) reactedInTime() bool {
	for _, d := range w.Ticket.GetDeadlines() {
		if d.GetKind() == reaction && d.GetState() == met {
			return true
		}
	}
	return false
}

// lost is how much time of a counting its pauses took.
func (c Clock) lost(by counting) (lost time.Duration) {
	for _, pause := range c.Pauses() {
		lost += between(by.pausing(), pause.From, pause.To)
	}
	return lost
}
