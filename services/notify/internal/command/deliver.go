package command

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

const (
	// deliverAtOnce is how many messages one job has at most.
	deliverAtOnce = 100
	// settleAtOnce is how many messages are claimed, sent and settled together: as many can be in doubt after a crash.
	settleAtOnce = 10
	// settleTimeout bounds the settling, which goes on when the job's own time is up: the mails are on their way.
	settleTimeout = 5 * time.Second
	// prepareTimeout is what a job needs at least before it sends.
	prepareTimeout = 5 * time.Second
)

// DeliverArgs name messages of one desk that shall be delivered.
type DeliverArgs struct {
	Desk          string      `json:"desk"`
	Notifications []uuid.UUID `json:"notifications"`
}

// Kind is the job's name in River.
func (DeliverArgs) Kind() string { return "deliver" }

// DeliverWorker delivers.
type DeliverWorker struct {
	river.WorkerDefaults[DeliverArgs]
	Commands *Commands
}

// Work delivers what is still queued of a job's messages and comes back for what must be tried again. While intake or triage
// is away it waits without using up its attempts, as long as there is patience. A job that fails for another reason until
// River gives it up leaves its messages failed, never queued with nobody to send them.
func (w *DeliverWorker) Work(ctx context.Context, job *river.Job[DeliverArgs]) error {
	c := w.Commands
	wait, left, err := c.deliver(ctx, job.Args)
	switch {
	case away(err):
		if err := c.giveUp(ctx, job.Args, c.Clock.Now().Add(-c.Patience.GiveUp)); err != nil {
			return err
		}
		return river.JobSnooze(c.RetryAfter)
	case err != nil && job.Attempt >= job.MaxAttempts:
		return c.giveUp(ctx, job.Args, c.Clock.Now())
	case err != nil:
		return fmt.Errorf("deliver: %w", err)
	case left:
		return river.JobSnooze(wait)
	}
	return nil
}

// away reports whether another service could not be asked. NOT_FOUND of a whole desk is one that has not heard of it yet.
func away(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted, codes.NotFound:
		return err != nil
	default:
		return false
	}
}

// deliver makes one attempt at every message that is due, and says whether any are left and when the next of them is due.
func (c *Commands) deliver(ctx context.Context, job DeliverArgs) (wait time.Duration, left bool, err error) {
	queued, err := c.queued(ctx, job)
	if err != nil || len(queued) == 0 {
		return 0, false, err
	}
	out, err := store.New(c.Pool).MayGoOut(ctx, store.MayGoOutParams{Desk: job.Desk, Recipients: recipients(queued)})
	if err != nil || out.Paused {
		return pausedFor, true, err
	}
	now := c.Clock.Now()
	due := slices.DeleteFunc(slices.Clone(queued), func(n store.Notification) bool { return n.DueAt.After(now) })
	if len(due) > 0 {
		if err := c.attempt(ctx, job.Desk, due, out.Wishing); err != nil {
			return 0, true, err
		}
		if queued, err = c.queued(ctx, job); err != nil || len(queued) == 0 {
			return 0, false, err
		}
	}
	next := slices.MinFunc(queued, func(a, b store.Notification) int { return a.DueAt.Compare(b.DueAt) })
	return max(0, next.DueAt.Sub(c.Clock.Now())), true, nil
}

func (c *Commands) queued(ctx context.Context, job DeliverArgs) ([]store.Notification, error) {
	rows, err := store.New(c.Pool).ListQueued(ctx, store.ListQueuedParams{
		Desk: job.Desk, Notifications: job.Notifications,
	})
	if err != nil {
		return nil, fmt.Errorf("read queued notifications: %w", err)
	}
	return rows, nil
}

// attempt settles what needs no mail server, and sends the rest in groups as long as the job has time for another.
// wishing are the recipients who said how they want to be told.
func (c *Commands) attempt(ctx context.Context, desk string, due []store.Notification, wishing []string) error {
	begun := c.Clock.Now()
	due, err := c.calm(ctx, desk, due, wishing)
	if err != nil || len(due) == 0 {
		return err
	}
	letters, settled, err := c.composeAll(ctx, desk, due)
	if err != nil {
		return err
	}
	if err := c.settle(ctx, desk, settled); err != nil {
		return err
	}
	for _, group := range groups(letters) {
		if c.Clock.Now().Sub(begun) > c.JobTimeout-groupTimeout(c.SendTimeout)-settleTimeout {
			return nil // not enough time for another: the rest is still queued and due
		}
		if err := c.post(ctx, desk, group); err != nil {
			return err
		}
	}
	return nil
}

// groupTimeout is the longest time that a group may take: no message begins after one message's time, and the last one may
// take as long.
func groupTimeout(sendTimeout time.Duration) time.Duration { return 2 * sendTimeout }

// LeastJobTimeout is the shortest time in which a job can ask what its messages say, send a group of them and settle it.
func LeastJobTimeout(sendTimeout time.Duration) time.Duration {
	return prepareTimeout + groupTimeout(sendTimeout) + settleTimeout
}

// groups are the letters as they are claimed, sent and settled together: those of one medium, because it has one courier.
func groups(letters []letter) [][]letter {
	var all [][]letter
	byMedium := map[int16][]letter{}
	for _, l := range letters {
		byMedium[l.row.Medium] = append(byMedium[l.row.Medium], l)
	}
	for _, medium := range slices.Sorted(maps.Keys(byMedium)) {
		all = slices.AppendSeq(all, slices.Chunk(byMedium[medium], settleAtOnce))
	}
	return all
}

// post claims, sends and settles one group.
func (c *Commands) post(ctx context.Context, desk string, group []letter) error {
	claimed, err := c.claim(ctx, desk, group)
	if err != nil || len(claimed) == 0 {
		return err
	}
	sending, cancel := context.WithTimeout(ctx, c.SendTimeout)
	attempts := c.Couriers[notifyv1.Medium(claimed[0].row.Medium)].Send(sending, messages(claimed))
	cancel()

	now := c.Clock.Now()
	settled := make([]settlement, len(claimed))
	for i, l := range claimed {
		settled[i] = settlement{
			row: l.row, language: l.message.LanguageCode,
			verdict: domain.Judge(attempts[i], int(l.row.Attempts), l.row.QueuedAt, now, c.Patience),
		}
		c.Metrics.attempted(ctx, settled[i].verdict)
	}
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	return c.settle(ctx, desk, settled)
}

// claim writes down that an attempt begins, and leaves out what somebody else has claimed or settled meanwhile. A message
// whose last attempt was begun and never settled is in doubt: it goes out again under the same Message-ID; a text message or a
// call does not.
func (c *Commands) claim(ctx context.Context, desk string, group []letter) ([]letter, error) {
	ids := make([]uuid.UUID, len(group))
	byID := make(map[uuid.UUID]letter, len(group))
	for i, l := range group {
		ids[i], byID[l.row.Notification] = l.row.Notification, l
	}
	now := c.Clock.Now()
	rows, err := store.New(c.Pool).ClaimNotifications(ctx, store.ClaimNotificationsParams{
		Desk: desk, Notifications: ids, Now: now, Until: now.Add(groupTimeout(c.SendTimeout) + settleTimeout),
	})
	if err != nil {
		return nil, fmt.Errorf("claim notifications: %w", err)
	}
	claimed := make([]letter, 0, len(rows))
	var doubted []settlement
	for _, r := range rows {
		if r.InDoubt {
			c.Metrics.inDoubt(ctx)
		}
		if r.InDoubt && sentOnce(r.Notification) {
			verdict := domain.Settled(notifyv1.Delivery_DELIVERY_FAILED, domain.ReasonPhoneInDoubt)
			doubted = append(doubted, settlement{row: r.Notification, verdict: verdict})
			continue
		}
		l := byID[r.Notification.Notification]
		l.row, l.message.Attempt = r.Notification, int(r.Notification.Attempts)
		claimed = append(claimed, l)
	}
	return claimed, c.settle(ctx, desk, doubted)
}

// sentOnce reports whether a message has no Message-ID by which its receiver could drop a repetition: nobody's telephone rings
// twice because we forgot.
func sentOnce(row store.Notification) bool {
	medium := notifyv1.Medium(row.Medium)
	return medium == notifyv1.Medium_MEDIUM_SMS || medium == notifyv1.Medium_MEDIUM_CALL
}

// giveUp settles as failed what a job could not even try and what was queued until a time.
func (c *Commands) giveUp(ctx context.Context, job DeliverArgs, until time.Time) error {
	queued, err := c.queued(ctx, job)
	if err != nil {
		return err
	}
	var settled []settlement
	for _, row := range queued {
		if !row.QueuedAt.After(until) {
			verdict := domain.Settled(notifyv1.Delivery_DELIVERY_FAILED, domain.ReasonInternal)
			settled = append(settled, settlement{row: row, verdict: verdict})
		}
	}
	return c.settle(ctx, job.Desk, settled)
}
