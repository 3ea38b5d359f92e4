package command

import (
	"context"
	"time"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// DeleteWebhook ends a webhook. What was sent to it is gone; its row stays, because its chain has an end and its id is taken.
func (w *Webhooks) DeleteWebhook(ctx context.Context, r *notifyv1.DeleteWebhookRequest) (*notifyv1.Webhook, error) {
	call, err := call(ctx, resourcename.Desk(r.GetName()), "DeleteWebhook", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	row, err := w.change(ctx, r.GetName(), call, func(p *pg.Pipeline, row *store.Webhook, _ time.Time) (string, error) {
		row.State = int16(notifyv1.WebhookState_WEBHOOK_STATE_DELETED)
		row.Secret, row.PreviousSecret, row.OverlapEndsAt = []byte{}, nil, nil
		return "webhook.deleted", store.New(p).DropDeliveries(ctx, store.DropDeliveriesParams{Desk: row.Desk, Webhook: row.Webhook})
	})
	if err != nil {
		return nil, err
	}
	return AnswerWebhook(row), nil
}

// EnableWebhook lets a disabled webhook work again.
func (w *Webhooks) EnableWebhook(ctx context.Context, r *notifyv1.EnableWebhookRequest) (*notifyv1.Webhook, error) {
	call, err := call(ctx, resourcename.Desk(r.GetName()), "EnableWebhook", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	row, err := w.change(ctx, r.GetName(), call, func(p *pg.Pipeline, row *store.Webhook, _ time.Time) (string, error) {
		if notifyv1.WebhookState(row.State) == notifyv1.WebhookState_WEBHOOK_STATE_ACTIVE {
			return "", nil
		}
		row.State, row.DisableReason = int16(notifyv1.WebhookState_WEBHOOK_STATE_ACTIVE), ""
		row.Failures, row.FailingSince, row.OpenUntil = 0, nil, nil
		// What came while it was being disabled may still be queued.
		return "webhook.enabled", w.Jobs.Keep(ctx, p, SendDeliveries{Desk: row.Desk, Webhook: row.Webhook}, time.Time{})
	})
	if err != nil {
		return nil, err
	}
	return AnswerWebhook(row), nil
}

// overlapUsual is how long an old secret is used beside the new one where nothing else is said.
const overlapUsual = 24 * time.Hour

// RotateWebhookSecret gives a new secret, and keeps the old one for a while so that the receiver can change over.
func (w *Webhooks) RotateWebhookSecret(ctx context.Context, r *notifyv1.RotateWebhookSecretRequest) (*notifyv1.Webhook, error) {
	call, err := call(ctx, resourcename.Desk(r.GetName()), "RotateWebhookSecret", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	row, err := w.change(ctx, r.GetName(), call, func(_ *pg.Pipeline, row *store.Webhook, now time.Time) (string, error) {
		overlap := overlapUsual
		if r.GetOverlap() != nil {
			overlap = r.GetOverlap().AsDuration()
		}
		old := row.Secret
		row.Secret, row.PreviousSecret, row.OverlapEndsAt = w.seal(*row, newSecret()), nil, nil
		if until := now.Add(overlap); overlap > 0 {
			row.PreviousSecret, row.OverlapEndsAt = old, &until
		}
		return "webhook.secret_rotated", nil
	})
	if err != nil {
		return nil, err
	}
	return w.withSecret(row)
}
