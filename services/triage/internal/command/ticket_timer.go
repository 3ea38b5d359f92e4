package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/deadline"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// TicketTimer is the job that rings at the first of a ticket's deadlines and warnings. It carries the timer's generation: one of
// another generation does nothing.
type TicketTimer struct {
	Ticket     string `json:"ticket"`
	Generation int64  `json:"generation"`
}

// Kind is the name of the job in the database; it never changes.
func (TicketTimer) Kind() string { return "ticket_timer" }

// lostAfter is how long a timer may be overdue before a step no longer counts on it.
const lostAfter = time.Hour

// timerFor is the timer that a ticket needs after a step, and whether it has to be set: only where none is armed or the next
// deadline has become earlier. One that rings too early finds nothing due and sets itself again, which is cheaper than a new
// job for every step that moves a deadline away.
func (w *Writer) timerFor(t *store.Ticket) (timer store.Timer, armed bool) {
	next, due := deadline.Next(t.Facts.GetDeadlines())
	if !due || t.Facts.GetImporting() {
		return t.Timer, false
	}
	next = next.UTC().Truncate(time.Microsecond)
	if at := t.Timer.At; at != nil && !next.Before(*at) && w.Clock.Now().Before(at.Add(lostAfter)) {
		return t.Timer, false
	}
	return store.Timer{At: &next, Generation: t.Timer.Generation + 1}, true
}

func (w *Writer) keepTimer(ctx context.Context, p *pg.Pipeline, t *store.Ticket) error {
	job := TicketTimer{Ticket: t.Facts.GetName(), Generation: t.Timer.Generation}
	return w.Timers.Keep(ctx, p, job, *t.Timer.At)
}

// TicketTimers works TicketTimer.
type TicketTimers struct {
	river.WorkerDefaults[TicketTimer]
	Writer *Writer
	// OfferLapse is how long an offer waits where the process does not say.
	OfferLapse time.Duration
}

// Work does what is due by now, in one transaction with the timer for what is due next. It may run again and does nothing then.
func (w *TicketTimers) Work(ctx context.Context, job *river.Job[TicketTimer]) error {
	took := false
	err := pg.InPipeline(ctx, w.Writer.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		t, err := store.LockAlone(ctx, p, resourcename.Desk(job.Args.Ticket), resourcename.ID(job.Args.Ticket))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if t.Timer.Generation != job.Args.Generation || t.Timer.At == nil {
			return nil
		}
		if err := w.Writer.bind(&t); err != nil {
			return err
		}
		took, err = w.ring(ctx, p, t)
		return err
	})
	if err == nil && took {
		w.Writer.Wake.Committed()
	}
	return err
}

// ring takes what is due, and sets the next timer also where nothing was.
func (w *TicketTimers) ring(ctx context.Context, p *pg.Pipeline, t store.Ticket) (took bool, err error) {
	t.Timer.At = nil // this one has rung
	outcome, rule, err := t.Ring(w.Writer.timeOf(&t))
	if err != nil {
		return false, fmt.Errorf("ring for %s: %w", t.Facts.GetName(), err)
	}
	if outcome.Queued() { // what goes at once waited for the morning
		by := cmp.Or(t.Facts.GetSubmitter(), t.Facts.GetReporter())
		outcome.Sending, err = w.Writer.sendsAtOnce(ctx, p, outcome.Ticket, by, t.LanguageCode, w.OfferLapse)
		if err != nil {
			return false, err
		}
	}
	if outcome, err = outcome.Follow(t.Ticket, w.Writer.Clock.Now()); err != nil {
		return false, err
	}
	done, err := w.Writer.chain(ctx, t, outcome, origin{
		actor: &eventv1.Actor{Service: "triage"}, cause: &eventv1.Cause{Rule: rule},
	})
	if err != nil {
		return false, err
	}
	if len(done.events) > 0 {
		if err := w.Writer.write(ctx, p, &done); err != nil {
			return false, err
		}
		return true, w.Writer.armIfOffered(ctx, p, &done.ticket)
	}
	err = store.New(p).ArmTimer(ctx, store.ArmTimerParams{
		Desk: resourcename.Desk(t.Facts.GetName()), Number: t.Number(),
		TimerAt: done.ticket.Timer.At, TimerGeneration: done.ticket.Timer.Generation,
	})
	if err == nil && done.armed {
		err = w.Writer.keepTimer(ctx, p, &done.ticket)
	}
	return false, err
}
