package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// HandOverExpiry is the job that ends an offer which nobody answered. It carries the offer's generation: an offer that was
// answered, withdrawn or made anew has another one, and the job does nothing.
type HandOverExpiry struct {
	Ticket     string `json:"ticket"`
	Generation int64  `json:"generation"`
}

// Kind is the name of the job in the database; it never changes.
func (HandOverExpiry) Kind() string { return "hand_over_expiry" }

// HandOverTimer works HandOverExpiry.
type HandOverTimer struct {
	river.WorkerDefaults[HandOverExpiry]
	Writer *Writer
}

// Work ends the offer if it is still there. It may run again and does nothing then. A timer that rings early, because the
// database's clock is ahead of this replica's, rings again when the offer's time has come: only an offer that is gone ends it.
func (h *HandOverTimer) Work(ctx context.Context, job *river.Job[HandOverExpiry]) error {
	var early time.Duration
	ended := false
	err := pg.InPipeline(ctx, h.Writer.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		t, err := store.LockAlone(ctx, p, resourcename.Desk(job.Args.Ticket), resourcename.ID(job.Args.Ticket))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := h.Writer.bind(&t); err != nil {
			return err
		}
		at := h.Writer.timeOf(&t)
		wait, stands := t.OfferLasts(job.Args.Generation, at)
		if !stands || wait > 0 {
			early = wait
			return nil
		}
		outcome, err := t.ExpireHandOver(at)
		if err != nil {
			return fmt.Errorf("expire hand-over: %w", err)
		}
		if outcome, err = outcome.Follow(t.Ticket, h.Writer.Clock.Now()); err != nil {
			return err
		}
		done, err := h.Writer.chain(ctx, t, outcome, origin{
			actor: &eventv1.Actor{Service: "triage"}, cause: &eventv1.Cause{Rule: "hand_over.expired"},
		})
		if err != nil {
			return err
		}
		ended = true
		return h.Writer.write(ctx, p, &done)
	})
	switch {
	case err != nil:
		return err
	case early > 0:
		return river.JobSnooze(early)
	case ended:
		h.Writer.Wake.Committed()
	}
	return nil
}
