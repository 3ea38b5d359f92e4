package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// NextOnDuty is the job that calls the next of those on duty, because the one before did not answer. It carries the turn that it
// ends: a page that was answered or has gone on has another, and the job does nothing.
type NextOnDuty struct {
	Page string `json:"page"`
	Turn int32  `json:"turn"`
}

// Kind is the name of the job in the database; it never changes.
func (NextOnDuty) Kind() string { return "next_on_duty" }

// PageTimer works NextOnDuty.
type PageTimer struct {
	river.WorkerDefaults[NextOnDuty]
	Writer *Writer
}

// Work calls the next if the turn is still the job's and its time has come. Once the ticket is solved nobody is called any more.
func (t *PageTimer) Work(ctx context.Context, job *river.Job[NextOnDuty]) error {
	var early time.Duration
	gone := false
	err := pg.InPipeline(ctx, t.Writer.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		row, page, err := t.Writer.lockPage(ctx, p, job.Args.Page)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		calling := page.Facts.GetState() == triagev1.PageState_PAGE_STATE_CALLING
		if !calling || page.Facts.GetTurn() != job.Args.Turn {
			return nil
		}
		now := t.Writer.Clock.Now()
		if early = page.Facts.GetNextTime().AsTime().Sub(now); early > 0 {
			return nil
		}
		class, err := store.New(p).TicketClass(ctx, store.TicketClassParams{
			Desk: row.Desk, Number: resourcename.ID(page.Facts.GetTicket()),
		})
		if err != nil {
			return fmt.Errorf("read the ticket of a page: %w", err)
		}
		var events []domain.PageEvent
		rule := "page.next"
		if needsSomebody(process.Class(class)) {
			page, events = page.Next(now)
		} else {
			page, events = page.End()
			rule = "page.ended"
		}
		gone = true
		return t.Writer.writePage(ctx, p, &row, page, events, origin{
			actor: &eventv1.Actor{Service: "triage"}, cause: &eventv1.Cause{Rule: rule},
		})
	})
	switch {
	case err != nil:
		return err
	case early > 0:
		return river.JobSnooze(early)
	case gone:
		t.Writer.Wake.Committed()
	}
	return nil
}
