package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// digestAtOnce is how many messages are settled in one transaction when a digest tells them.
const digestAtOnce = 500

// DigestArgs name a person whose messages wait for a digest.
type DigestArgs struct {
	Desk      string `json:"desk"`
	Recipient string `json:"recipient"`
}

// Kind is the job's name in River.
func (DigestArgs) Kind() string { return "digest" }

// DigestWorker makes digests.
type DigestWorker struct {
	river.WorkerDefaults[DigestArgs]
	Commands *Commands
}

// Work makes one message of all that wait for a person: the oldest carries the others, which are settled with it. It may stop
// anywhere and goes on where it was.
func (w *DigestWorker) Work(ctx context.Context, job *river.Job[DigestArgs]) error {
	wait, err := w.Commands.digest(ctx, job.Args.Desk, job.Args.Recipient)
	switch {
	case err != nil:
		return fmt.Errorf("make a digest: %w", err)
	case wait > 0:
		return river.JobSnooze(wait)
	}
	return nil
}

func (c *Commands) digest(ctx context.Context, desk, recipient string) (wait time.Duration, err error) {
	q := store.New(c.Pool)
	known, err := q.GetDesk(ctx, desk)
	if err != nil {
		return 0, err
	}
	paused, err := q.Paused(ctx, desk)
	if err != nil || paused {
		return pausedFor, err
	}
	carrier, wait, err := c.carrier(ctx, known, recipient)
	if err != nil || wait > 0 || carrier == uuid.Nil {
		return wait, err
	}
	for {
		settled, err := c.settleIn(ctx, desk, recipient, carrier)
		if err != nil {
			return 0, err
		}
		if settled < digestAtOnce {
			break
		}
	}
	return 0, pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		q := store.New(p)
		if _, err := q.LockPace(ctx, store.LockPaceParams{Desk: desk, Recipient: recipient}); err != nil {
			return err
		}
		// What was held back since belongs to the next digest, which nobody else would begin.
		late, err := q.AnyHeldBack(ctx, store.AnyHeldBackParams{Desk: desk, Recipient: recipient})
		if err != nil {
			return err
		}
		done := store.CarryDigestParams{Desk: desk, Recipient: recipient}
		if late {
			at := c.Clock.Now().Add(c.Calm.DigestEvery)
			done.DigestAt = &at
			if err := c.Jobs.Keep(ctx, p, DigestArgs{Desk: desk, Recipient: recipient}, at); err != nil {
				return err
			}
		}
		if err := q.CarryDigest(ctx, done); err != nil {
			return err
		}
		return c.Jobs.Keep(ctx, p, DeliverArgs{Desk: desk, Notifications: []uuid.UUID{carrier}}, time.Time{})
	})
}

// carrier picks the message that tells the others: the oldest, once. In quiet hours it waits for their end.
func (c *Commands) carrier(
	ctx context.Context, desk store.Desk, recipient string,
) (carrier uuid.UUID, wait time.Duration, err error) {
	zone, err := time.LoadLocation(desk.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	err = pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		carrier, wait = uuid.Nil, 0
		q, now := store.New(p), c.Clock.Now()
		pace, err := q.LockPace(ctx, store.LockPaceParams{Desk: desk.Desk, Recipient: recipient})
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		} else if err != nil {
			return err
		}
		if pace.Carrier != nil {
			carrier = *pace.Carrier
			return nil
		}
		quiet := domain.Wishes{QuietFrom: int(pace.QuietFrom), QuietUntil: int(pace.QuietUntil)}
		if until := quiet.Quiet(now, zone); !until.IsZero() {
			wait = until.Sub(now)
			return nil
		}
		first, err := q.TakeHeldBack(ctx, store.TakeHeldBackParams{Desk: desk.Desk, Recipient: recipient, Size: 1})
		if err != nil {
			return err
		}
		if len(first) == 0 {
			return q.CarryDigest(ctx, store.CarryDigestParams{Desk: desk.Desk, Recipient: recipient})
		}
		carrier = first[0]
		if err := q.NameDigest(ctx, store.NameDigestParams{Desk: desk.Desk, Digest: carrier, Notifications: first}); err != nil {
			return err
		}
		return q.CarryDigest(ctx, store.CarryDigestParams{
			Desk: desk.Desk, Recipient: recipient, Carrier: &carrier, DigestAt: pace.DigestAt,
		})
	})
	return carrier, wait, err
}

// settleIn takes some of what waits into the digest, and says how many.
func (c *Commands) settleIn(ctx context.Context, desk, recipient string, carrier uuid.UUID) (taken int, err error) {
	err = c.inTurn(ctx, func(ctx context.Context, p *pg.Pipeline) error {
		q := store.New(p)
		ids, err := q.TakeHeldBack(ctx, store.TakeHeldBackParams{Desk: desk, Recipient: recipient, Size: digestAtOnce})
		if err != nil || len(ids) == 0 {
			taken = 0
			return err
		}
		taken = len(ids)
		if err := q.NameDigest(ctx, store.NameDigestParams{Desk: desk, Digest: carrier, Notifications: ids}); err != nil {
			return err
		}
		rows, err := q.ListQueuedAll(ctx, store.ListQueuedAllParams{Desk: desk, Notifications: ids})
		if err != nil {
			return err
		}
		settled := make([]settlement, len(rows))
		for i, row := range rows {
			settled[i] = settlement{row: row, verdict: domain.Settled(notifyv1.Delivery_DELIVERY_DIGESTED, domain.ReasonDigest)}
		}
		return c.settleWithin(ctx, p, desk, settled)
	})
	return taken, err
}

// inTurn runs a transaction, and wakes those who follow notify's feed.
func (c *Commands) inTurn(ctx context.Context, do func(context.Context, *pg.Pipeline) error) error {
	if err := pg.InPipeline(ctx, c.Pool, do); err != nil {
		return err
	}
	c.Wake.Committed()
	return nil
}
