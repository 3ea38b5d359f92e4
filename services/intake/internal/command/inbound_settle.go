package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Verdict is what becomes of something that came in.
type Verdict struct {
	Outcome intakev1.InboundOutcome
	// Ticket is the number, for what became a ticket or joined one; also for what is suspected to belong to one.
	Ticket string
	// Reason is one word of the program, as in InboundItem.reason; required for what is refused or quarantined.
	Reason string
	// Sender and Subject are what the thing says of itself, and Person is the sender's id where it is known. They go when the person
	// does (R147), so they are said here and nowhere else.
	Sender, Subject, Person string
}

// Quarantined holds something back for a person to look at.
func Quarantined(reason string) Verdict {
	return Verdict{Outcome: intakev1.InboundOutcome_INBOUND_OUTCOME_QUARANTINED, Reason: reason}
}

// InboundHandler makes something of what comes from one source. It may be called again for the same item, after a crash or on
// another replica: what it does is bound to item.Inbound, such as a request id made of it. An error that may pass by itself
// (Unavailable and its like) is waited for without end; any other is tried three times and then quarantined. What item.Released
// marks was looked at by a person: it is not quarantined again for what only casts doubt on it.
type InboundHandler interface {
	Handle(ctx context.Context, item store.InboundItem) (Verdict, error)
}

// SettleInboundArgs is the backstop of something that came in.
type SettleInboundArgs struct {
	Desk    string    `json:"desk"`
	Inbound uuid.UUID `json:"inbound"`
}

// Kind is the job's name in River.
func (SettleInboundArgs) Kind() string { return "settle_inbound" }

// SettleInboundWorker runs the backstop.
type SettleInboundWorker struct {
	river.WorkerDefaults[SettleInboundArgs]
	Commands *Commands
}

const (
	// mostAttempts is how often a handler may fail on an item by a fault that does not pass by itself.
	mostAttempts = 3
	// mostCrashes is how often an item may take its process along before nobody tries any more.
	mostCrashes = 6
)

// Work settles what has no outcome yet. What fails for good is quarantined, so that somebody looks at it.
func (w *SettleInboundWorker) Work(ctx context.Context, job *river.Job[SettleInboundArgs]) error {
	c := w.Commands
	item, err := store.New(c.Pool).GetInboundItem(ctx, store.GetInboundItemParams{Desk: job.Args.Desk, Inbound: job.Args.Inbound})
	if err != nil {
		return fmt.Errorf("read inbound item: %w", err)
	}
	if item.Outcome != 0 {
		return nil
	}
	if job.Attempt > mostCrashes { // each of them ended without a word
		return c.writeVerdict(ctx, item, Quarantined(domain.InboundUnhandled))
	}
	err = c.settleInbound(ctx, item)
	switch {
	case err == nil:
		return nil
	case passes(err):
		c.Logger.WarnContext(ctx, "something that came in waits", notSettled(item, err)...)
		return river.JobSnooze(c.RetryAfter)
	case job.Attempt < mostAttempts:
		return err
	}
	c.Logger.ErrorContext(ctx, "something that came in is quarantined: it cannot be handled", notSettled(item, err)...)
	return c.writeVerdict(ctx, item, Quarantined(domain.InboundUnhandled))
}

// settleInbound asks the handler and writes what it says.
func (c *Commands) settleInbound(ctx context.Context, item store.InboundItem) error {
	handler := c.Inbox.Handlers[item.Source]
	if handler == nil {
		return c.writeVerdict(ctx, item, Quarantined(domain.InboundNoHandler))
	}
	verdict, err := handle(ctx, handler, item)
	if err != nil {
		return err
	}
	return c.writeVerdict(ctx, item, verdict)
}

// handle turns a panic into an error: one mail that breaks a parser must not take the others' service away.
func handle(ctx context.Context, handler InboundHandler, item store.InboundItem) (v Verdict, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("handler of %s: %v", item.Source, broken)
		}
	}()
	return handler.Handle(ctx, item)
}

// passes reports whether waiting may help.
func passes(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return true
	}
	switch status.Code(pg.Translate(err)) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.Aborted, codes.ResourceExhausted:
		return true
	default:
		return false
	}
}

// notSettled tells of an item without what it says.
func notSettled(item store.InboundItem, err error) []any {
	return []any{
		slog.String("inbound_item", item.Name()), slog.String("code", status.Code(err).String()),
		slog.String("reason", fault.ReasonOf(err)),
	}
}

var verdictEvents = map[intakev1.InboundOutcome]string{
	intakev1.InboundOutcome_INBOUND_OUTCOME_TICKETED:    "inbound.ticketed",
	intakev1.InboundOutcome_INBOUND_OUTCOME_JOINED:      "inbound.joined",
	intakev1.InboundOutcome_INBOUND_OUTCOME_REFUSED:     "inbound.refused",
	intakev1.InboundOutcome_INBOUND_OUTCOME_QUARANTINED: "inbound.quarantined",
}

// writeVerdict writes the one outcome. It goes by the item as it was seen: who settles the same item at the same time is refused
// by the chain, and the first outcome stands.
func (c *Commands) writeVerdict(ctx context.Context, seen store.InboundItem, v Verdict) error {
	desk, err := store.New(c.Pool).GetDesk(ctx, seen.Desk)
	if err != nil {
		return pg.Translate(err)
	}
	eventType, settles := verdictEvents[v.Outcome]
	if !settles {
		return fmt.Errorf("handler of %s: %v is no outcome that it can give", seen.Source, v.Outcome)
	}
	item, now := seen, c.Clock.Now()
	item.Outcome, item.Ticket, item.Reason, item.SettledAt = int16(v.Outcome), v.Ticket, v.Reason, &now
	item.Sender, item.Subject, item.Person = bounded(v.Sender, 320), bounded(v.Subject, 400), v.Person
	events, head, err := feed.Prepare(headOf(item), []feed.Draft{inboundEvent(item, desk, eventType)}, now)
	if err != nil {
		return err
	}
	item.Revision, item.ChainHash, item.LastEventAt = head.Revision, head.Hash, head.Time
	err = c.Writes.Do(ctx, func(p *pg.Pipeline) error {
		if err := feed.Append(ctx, p, events); err != nil {
			return err
		}
		return store.New(p).SettleInboundItem(ctx, settleParams(item))
	})
	if pg.IsUniqueViolation(err, "events_pkey") {
		return nil // somebody was faster: its outcome stands
	}
	if err != nil {
		return err
	}
	c.Wake.Committed()
	return nil
}

func headOf(i store.InboundItem) feed.Head {
	return feed.Head{Revision: i.Revision, Hash: i.ChainHash, Time: i.LastEventAt}
}

func settleParams(i store.InboundItem) store.SettleInboundItemParams {
	return store.SettleInboundItemParams{
		Desk: i.Desk, Inbound: i.Inbound, Outcome: i.Outcome, Ticket: i.Ticket, DuplicateOf: i.DuplicateOf, Reason: i.Reason,
		Sender: i.Sender, Subject: i.Subject, Person: i.Person, SettledAt: i.SettledAt, Released: i.Released,
		Revision: i.Revision, ChainHash: i.ChainHash, LastEventAt: i.LastEventAt,
	}
}

// bounded is the beginning of a text, of whole characters.
func bounded(s string, most int) string {
	runes := []rune(s)
	return string(runes[:min(most, len(runes))])
}

// lockInbound loads an item for a person who does something about it.
func lockInbound(ctx context.Context, p *pg.Pipeline, desk string, id uuid.UUID) (store.InboundItem, error) {
	if err := feed.Lock(ctx, p, domain.InboundName(desk, id.String())); err != nil {
		return store.InboundItem{}, err
	}
	item, err := store.New(p).LockInboundItem(ctx, store.LockInboundItemParams{Desk: desk, Inbound: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return item, fault.New(codes.NotFound, fault.NotFound)
	}
	return item, err
}
