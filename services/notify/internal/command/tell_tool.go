package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/jira"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// TellToolArgs name a ticket of which a tool is told.
type TellToolArgs struct {
	Desk       string `json:"desk"`
	Connection string `json:"connection"`
	Ticket     string `json:"ticket"`
}

// Kind is the job's name in River.
func (TellToolArgs) Kind() string { return "tell_tool" }

// TellToolWorker tells.
type TellToolWorker struct {
	river.WorkerDefaults[TellToolArgs]
	Tools *Tools
}

// tellTimeout is longer than one delivery's calls take together.
const tellTimeout = 15 * time.Second

// Work tells a tool what is left to tell of a ticket, in the order in which it happened, and comes back for what must be tried
// again.
func (w *TellToolWorker) Work(ctx context.Context, job *river.Job[TellToolArgs]) error {
	begun := w.Tools.Clock.Now()
	for {
		wait, left, err := w.Tools.tellNext(ctx, job.Args)
		switch {
		case err != nil:
			return fmt.Errorf("tell a tool: %w", err)
		case !left:
			return nil
		case wait > 0:
			return river.JobSnooze(wait)
		case w.Tools.Clock.Now().Sub(begun) > w.Tools.JobTimeout-tellTimeout:
			return river.JobSnooze(0)
		}
	}
}

// tellNext settles the oldest delivery of a ticket. wait is how long there is nothing to do although something is left.
func (t *Tools) tellNext(ctx context.Context, a TellToolArgs) (wait time.Duration, left bool, err error) {
	q := store.New(t.Pool)
	row, err := q.NextToolDelivery(ctx, store.NextToolDeliveryParams(a))
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	} else if err != nil {
		return 0, true, fmt.Errorf("read what is left: %w", err)
	}
	now := t.Clock.Now()
	if row.DueAt.After(now) {
		return row.DueAt.Sub(now), true, nil
	}
	if wait, err := t.paused(ctx, a, now); err != nil || wait > 0 {
		return wait, true, err
	}
	claimed, err := q.ClaimToolDelivery(ctx, store.ClaimToolDeliveryParams{
		Desk: a.Desk, Connection: a.Connection, Ticket: a.Ticket, EventRevision: row.EventRevision, Attempts: row.Attempts,
		Now: now, Until: now.Add(tellTimeout),
	})
	if err != nil || claimed == 0 { // somebody else is at it
		return t.RetryAfter, true, err
	}
	row.Attempts++
	telling, cancel := context.WithTimeout(ctx, tellTimeout)
	told := t.tellOne(telling, row)
	cancel()
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	return 0, true, t.settleTold(settling, row, told)
}

// paused is how long a tool that does not answer is left alone. One ticket's job asks it when the pause ends; the others wait
// for what becomes of that, so that however much there is to tell, a dead tool has one worker at a time.
func (t *Tools) paused(ctx context.Context, a TellToolArgs, now time.Time) (time.Duration, error) {
	q := store.New(t.Pool)
	pause, err := q.GetToolPause(ctx, store.GetToolPauseParams{Desk: a.Desk, Connection: a.Connection})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	} else if err != nil {
		return 0, fmt.Errorf("read whether the tool rests: %w", err)
	}
	if pause.Until.After(now) {
		return pause.Until.Sub(now), nil
	}
	mine, err := q.ProbeTool(ctx, store.ProbeToolParams{
		Desk: a.Desk, Connection: a.Connection, Now: now, Until: now.Add(tellTimeout + settleTimeout),
	})
	if err != nil || mine == 0 {
		return t.RetryAfter, err
	}
	return 0, nil
}

// permanent is why a delivery is given up: nothing that time mends.
type permanent string

func (p permanent) Error() string { return string(p) }

// settleTold writes what became of a delivery.
func (t *Tools) settleTold(ctx context.Context, row store.ToolDelivery, told error) error {
	q, now := store.New(t.Pool), t.Clock.Now()
	settled := store.SettleToolDeliveryParams{
		Desk: row.Desk, Connection: row.Connection, Ticket: row.Ticket, EventRevision: row.EventRevision,
		Delivery: int16(notifyv1.Delivery_DELIVERY_SENT), DueAt: now, Now: now,
	}
	refused, isJira := errors.AsType[*jira.Error](told)
	final, isFinal := errors.AsType[permanent](told)
	switch {
	case told == nil:
		if err := q.ToolAnswers(ctx, store.ToolAnswersParams{Desk: row.Desk, Connection: row.Connection}); err != nil {
			return fmt.Errorf("note that a tool answers: %w", err)
		}
	case isFinal:
		settled.Delivery, settled.Reason = int16(notifyv1.Delivery_DELIVERY_FAILED), string(final)
	case isJira && !refused.Down():
		settled.Delivery, settled.Reason = int16(notifyv1.Delivery_DELIVERY_FAILED), refused.Reason()
	default:
		settled.Reason = "UNAVAILABLE"
		if isJira {
			settled.Reason = refused.Reason()
		} else if errors.Is(told, errInDoubt) {
			settled.Reason = "ISSUE_IN_DOUBT"
		}
		verdict := domain.Judge(domain.Attempt{Reason: settled.Reason}, int(row.Attempts), row.QueuedAt, now, t.Patience)
		settled.Delivery, settled.DueAt = int16(verdict.Delivery), later(verdict.DueAt, now)
		if isJira {
			settled.DueAt = later(settled.DueAt, now.Add(refused.RetryAfter))
			if err := q.PauseTool(ctx, store.PauseToolParams{
				Desk: row.Desk, Connection: row.Connection, Until: settled.DueAt,
			}); err != nil {
				return fmt.Errorf("let a tool rest: %w", err)
			}
		}
	}
	if told != nil {
		t.report(ctx, row, settled)
	}
	if err := q.SettleToolDelivery(ctx, settled); err != nil {
		return fmt.Errorf("settle what a tool was told: %w", err)
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// report says that a tool was not told, without a word of what.
func (t *Tools) report(ctx context.Context, row store.ToolDelivery, settled store.SettleToolDeliveryParams) {
	level := slog.LevelWarn
	if notifyv1.Delivery(settled.Delivery) == notifyv1.Delivery_DELIVERY_FAILED {
		level = slog.LevelError
	}
	t.Logger.Log(ctx, level, "a party's tool was not told", slog.String("connection", row.Connection),
		slog.String("ticket", domain.TicketName(row.Desk, row.Ticket)), slog.String("event", row.EventType),
		slog.String("reason", settled.Reason), slog.Int("attempts", int(row.Attempts)))
}
