package command

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
	"github.com/bavn/bavn/services/notify/internal/webhook"
)

// WebhookQueue is River's queue of what is sent to webhooks: they have workers of their own, so that no mail waits for them.
const WebhookQueue = "webhooks"

const (
	// sendAtOnce is how many deliveries of one webhook are under way together, each of another ticket.
	sendAtOnce = 4
	// leaseTimeout is how long a webhook belongs to a job that died: longer than sending and settling can take.
	leaseTimeout = 30 * time.Second
)

// SendDeliveries sends what is queued for one webhook.
type SendDeliveries struct {
	Desk    string `json:"desk"`
	Webhook string `json:"webhook"`
}

// Kind is the job's name in River.
func (SendDeliveries) Kind() string { return "send_deliveries" }

// InsertOpts puts it into its own queue.
func (SendDeliveries) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: WebhookQueue} }

// SendWorker sends.
type SendWorker struct {
	river.WorkerDefaults[SendDeliveries]
	Webhooks *Webhooks
}

// Work sends what is due, as the only job that sends to this webhook; one that comes meanwhile leaves word and ends. When only
// what is due later is left, one job stays to come back for it.
func (s *SendWorker) Work(ctx context.Context, job *river.Job[SendDeliveries]) error {
	wait, err := s.Webhooks.send(ctx, job.Args, job.ID)
	switch {
	case errors.Is(err, errLeased) && job.Attempt == 1:
		return nil
	case errors.Is(err, errLeased): // by its own earlier attempt, which cannot come back for the word that was left
		return river.JobSnooze(leaseTimeout)
	case err != nil:
		return fmt.Errorf("send to webhook: %w", err)
	case wait > 0:
		return river.JobSnooze(wait)
	}
	return nil
}

// send sends until nothing is due or the job's time is up, and says after how long this job shall come back; 0 for never.
func (w *Webhooks) send(ctx context.Context, args SendDeliveries, job int64) (time.Duration, error) {
	begun := w.Clock.Now()
	hook, mine, err := w.lease(ctx, args)
	if err != nil || !mine {
		return 0, err
	}
	for {
		due, err := w.due(ctx, hook)
		if err != nil {
			return 0, err
		}
		hurried := w.Clock.Now().Sub(begun) > w.JobTimeout/3
		if len(due) == 0 || hurried {
			wait, done, err := w.leave(ctx, hook, job, hurried)
			if err != nil || done {
				return wait, err
			}
			continue
		}
		if hook, err = w.sendSome(ctx, hook, due); err != nil {
			return 0, err
		}
		if notifyv1.WebhookState(hook.State) != notifyv1.WebhookState_WEBHOOK_STATE_ACTIVE {
			return 0, nil
		}
	}
}

// errLeased says that another job has the webhook, and has been told to look again.
var errLeased = errors.New("another job sends to the webhook")

// lease takes the webhook for this job, unless another has it. mine is false where nothing is to be sent.
func (w *Webhooks) lease(ctx context.Context, args SendDeliveries) (hook store.Webhook, mine bool, err error) {
	leased := false
	err = pg.InTx(ctx, w.Pool, func(ctx context.Context, tx pgx.Tx) error {
		q, now := store.New(tx), w.Clock.Now()
		_, err := q.LockWebhook(ctx, store.LockWebhookParams(args))
		if err != nil {
			return err
		}
		until := now.Add(leaseTimeout)
		hook, err = q.LeaseWebhook(ctx, store.LeaseWebhookParams{Until: &until, Desk: args.Desk, Webhook: args.Webhook, Now: now})
		if mine = err == nil; mine || !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		left, err := q.LeaveWord(ctx, store.LeaveWordParams{Desk: args.Desk, Webhook: args.Webhook, Now: now})
		leased = left > 0
		return err
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return hook, false, nil
	case err == nil && leased:
		return hook, false, errLeased
	}
	return hook, mine, err
}

// due are the deliveries to send next: none while the receiver is left alone, one to try whether it is back, else some.
func (w *Webhooks) due(ctx context.Context, hook store.Webhook) ([]store.WebhookDelivery, error) {
	now, size := w.Clock.Now(), int32(sendAtOnce)
	if hook.OpenUntil != nil && hook.OpenUntil.After(now) {
		return nil, nil
	}
	if health(hook).Tripped(w.Patience) {
		size = 1
	}
	return store.New(w.Pool).DueDeliveries(ctx, store.DueDeliveriesParams{
		Desk: hook.Desk, Webhook: hook.Webhook, Now: now, Size: size,
	})
}

// sendSome makes one attempt at each, and settles them together.
func (w *Webhooks) sendSome(ctx context.Context, hook store.Webhook, due []store.WebhookDelivery) (store.Webhook, error) {
	secrets, err := w.secrets(hook)
	if err != nil {
		return hook, err
	}
	attempts := make([]domain.Attempt, len(due))
	var all sync.WaitGroup
	for i, d := range due {
		all.Go(func() {
			attempts[i] = w.Sender.Send(ctx, webhook.Post{
				URL: hook.Url, ID: d.Delivery.String(), Body: d.Body, Secrets: secrets, Traceparent: d.Traceparent,
			})
		})
	}
	all.Wait()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout) // they were sent, whatever becomes of the job
	defer cancel()
	return w.settleSome(ctx, hook, due, attempts)
}

// secrets are those that sign now, the newest first.
func (w *Webhooks) secrets(hook store.Webhook) ([][]byte, error) {
	secret, err := w.open(hook, hook.Secret)
	if err != nil {
		return nil, err
	}
	secrets := [][]byte{secret}
	if hook.OverlapEndsAt != nil && hook.OverlapEndsAt.After(w.Clock.Now()) {
		if secret, err = w.open(hook, hook.PreviousSecret); err != nil {
			return nil, err
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

// settleSome writes what became of the deliveries and how the receiver answers, and disables a receiver that has failed for days.
func (w *Webhooks) settleSome(
	ctx context.Context, hook store.Webhook, due []store.WebhookDelivery, attempts []domain.Attempt,
) (store.Webhook, error) {
	name := domain.WebhookName(hook.Desk, hook.Webhook)
	var row store.Webhook
	err := pg.InPipeline(ctx, w.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, name); err != nil {
			return err
		}
		var err error
		if row, err = lockWebhook(ctx, p, name); err != nil {
			return err
		}
		q, now := store.New(p), w.Clock.Now()
		then, disable := health(row), ""
		for i, d := range due {
			v := domain.JudgeDelivery(attempts[i], int(d.Attempts)+1, d.QueuedAt, now, w.Patience.Patience)
			if err := q.SettleDelivery(ctx, settledDelivery(d, v, now)); err != nil {
				return err
			}
			then = then.After(attempts[i], now, w.Patience)
			if why := then.Disable(attempts[i], now, w.Patience); why != "" {
				disable = why
			}
		}
		keepHealth(&row, then)
		if disable != "" && notifyv1.WebhookState(row.State) == notifyv1.WebhookState_WEBHOOK_STATE_ACTIVE {
			return w.disable(ctx, p, &row, disable, now)
		}
		until := now.Add(leaseTimeout)
		if err := q.RenewLease(ctx, store.RenewLeaseParams{Until: &until, Desk: row.Desk, Webhook: row.Webhook}); err != nil {
			return err
		}
		return q.KeepHealth(ctx, store.KeepHealthParams{
			Failures: row.Failures, FailingSince: row.FailingSince, OpenUntil: row.OpenUntil, Desk: row.Desk, Webhook: row.Webhook,
		})
	})
	if errors.Is(err, errNoWebhook) {
		hook.State = int16(notifyv1.WebhookState_WEBHOOK_STATE_DELETED)
		return hook, nil
	}
	return row, err
}

func settledDelivery(d store.WebhookDelivery, v domain.DeliveryVerdict, now time.Time) store.SettleDeliveryParams {
	p := store.SettleDeliveryParams{
		State: int16(v.State), Reason: v.Reason, DueAt: v.DueAt, Desk: d.Desk, Webhook: d.Webhook, Delivery: d.Delivery,
	}
	if v.State != notifyv1.WebhookDeliveryState_WEBHOOK_DELIVERY_STATE_QUEUED {
		p.SettledAt = &now
	}
	return p
}

// disable ends the attempts, and says so.
func (w *Webhooks) disable(ctx context.Context, p *pg.Pipeline, row *store.Webhook, why string, now time.Time) error {
	row.State, row.DisableReason = int16(notifyv1.WebhookState_WEBHOOK_STATE_DISABLED), why
	by := origin{actor: &eventv1.Actor{Service: serviceName}, cause: &eventv1.Cause{Rule: "webhook.disabled"}}
	if err := writeWebhook(ctx, p, row, "webhook.disabled", by, now); err != nil {
		return err
	}
	q := store.New(p)
	if err := q.GiveUpQueued(ctx, store.GiveUpQueuedParams{
		Reason: domain.ReasonDisabled, Now: now, Desk: row.Desk, Webhook: row.Webhook,
	}); err != nil {
		return err
	}
	return q.EndLease(ctx, store.EndLeaseParams{Desk: row.Desk, Webhook: row.Webhook})
}

// leave gives the webhook back, unless somebody left word. Of the jobs that would wait for what is due later, one stays: the one
// that comes back first. A job whose time is up leaves in any case, and comes back.
func (w *Webhooks) leave(
	ctx context.Context, hook store.Webhook, job int64, hurried bool,
) (wait time.Duration, done bool, err error) {
	err = pg.InTx(ctx, w.Pool, func(ctx context.Context, tx pgx.Tx) error {
		q, now := store.New(tx), w.Clock.Now()
		row, err := q.LockWebhook(ctx, store.LockWebhookParams{Desk: hook.Desk, Webhook: hook.Webhook})
		if err != nil {
			return err
		}
		alone := row.OpenUntil != nil && row.OpenUntil.After(now)
		if row.Again && !alone && !hurried {
			until := now.Add(leaseTimeout)
			_, err := q.LeaseWebhook(ctx, store.LeaseWebhookParams{Until: &until, Desk: row.Desk, Webhook: row.Webhook, Now: until})
			return err
		}
		done = true
		end := store.EndLeaseParams{Desk: row.Desk, Webhook: row.Webhook, WaitingJob: row.WaitingJob, WaitingUntil: row.WaitingUntil}
		next, err := q.NextDue(ctx, store.NextDueParams{Desk: row.Desk, Webhook: row.Webhook})
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			end.WaitingJob, end.WaitingUntil = nil, nil
			return q.EndLease(ctx, end)
		case err != nil:
			return err
		}
		if alone && row.OpenUntil.After(next) {
			next = *row.OpenUntil
		}
		waits := row.WaitingJob != nil && *row.WaitingJob != job && row.WaitingUntil.After(now) && !row.WaitingUntil.After(next)
		if !waits {
			end.WaitingJob, end.WaitingUntil, wait = &job, &next, max(time.Second, next.Sub(now))
		}
		return q.EndLease(ctx, end)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, true, nil // it was deleted
	}
	return wait, done, err
}

// health is how the receiver of a webhook answers.
func health(row store.Webhook) domain.Health {
	h := domain.Health{Failures: int(row.Failures)}
	if row.FailingSince != nil {
		h.FailingSince = *row.FailingSince
	}
	if row.OpenUntil != nil {
		h.OpenUntil = *row.OpenUntil
	}
	return h
}

func keepHealth(row *store.Webhook, h domain.Health) {
	row.Failures, row.FailingSince, row.OpenUntil = int32(h.Failures), nil, nil
	if h.Failures > 0 {
		row.FailingSince = &h.FailingSince
	}
	if !h.OpenUntil.IsZero() {
		row.OpenUntil = &h.OpenUntil
	}
}
