package command

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Desks are those where anybody is told by a webhook: of the others this subscriber is sent nothing.
func (w *Webhooks) Desks(ctx context.Context, db feed.DBTX) ([]string, error) {
	return store.New(db).DesksWithWebhooks(ctx)
}

// Handle queues what happened for the webhooks that hear it and whose party may see it, and inserts the jobs that send it. The
// same event again adds nothing.
func (w *Webhooks) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	q, p := store.New(tx), store.InsertDeliveriesParams{Now: w.Clock.Now()}
	hooks, err := w.hooks(ctx, q, batch)
	if err != nil {
		return err
	}
	if len(hooks) == 0 {
		return nil
	}
	for _, event := range batch {
		if silent(event) {
			continue
		}
		for _, hook := range hooks[resourcename.Desk(event.Record.GetDesk())] {
			if err := add(&p, hook, event); err != nil {
				return err
			}
		}
	}
	if len(p.Desks) > 0 {
		written, err := q.InsertDeliveries(ctx, p)
		if err != nil {
			return fmt.Errorf("queue deliveries: %w", err)
		}
		if err := w.sendSoon(ctx, tx, written, hooks); err != nil {
			return err
		}
	}
	return forgetRestricted(ctx, q, batch)
}

// hooks are the webhooks of a batch's desks.
func (w *Webhooks) hooks(ctx context.Context, q *store.Queries, batch []*feed.Event) (map[string][]store.Webhook, error) {
	var desks []string
	for _, event := range batch {
		if desk := resourcename.Desk(event.Record.GetDesk()); !slices.Contains(desks, desk) {
			desks = append(desks, desk)
		}
	}
	rows, err := q.WebhooksOf(ctx, desks)
	if err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	hooks := map[string][]store.Webhook{}
	for _, row := range rows {
		hooks[row.Desk] = append(hooks[row.Desk], row)
	}
	return hooks, nil
}

// forgetRestricted takes what is queued or kept of a ticket from the parties that do not see it any more (R149), the batch's own
// deliveries among it.
func forgetRestricted(ctx context.Context, q *store.Queries, batch []*feed.Event) error {
	for _, event := range batch {
		record := event.Record
		if t := record.GetType(); t != "ticket.restricted" && t != "ticket.sight_revoked" {
			continue
		}
		err := q.ForgetDeliveries(ctx, store.ForgetDeliveriesParams{
			Desk: resourcename.Desk(record.GetDesk()), Resource: domain.Key(record.GetResource()), Revision: record.GetRevision(),
			Audience: record.GetAudience(),
		})
		if err != nil {
			return fmt.Errorf("forget deliveries: %w", err)
		}
	}
	return nil
}

// silent are events that webhooks never hear of, and what happens to a ticket in import: it concerns nobody now (R34).
func silent(event *feed.Event) bool {
	if !domain.ToldToWebhooks(event.Record.GetType()) {
		return true
	}
	payload := new(triagev1.TicketEvent)
	return event.Record.GetPayload().MessageIs(payload) && event.Record.GetPayload().UnmarshalTo(payload) == nil &&
		payload.GetTicket().GetImporting()
}

// add queues an event for a webhook, if it hears it. For one that is disabled it is kept as given up, to be replayed.
func add(p *store.InsertDeliveriesParams, hook store.Webhook, event *feed.Event) error {
	record := event.Record
	if !domain.Hears(hook.EventTypes, record.GetType()) || !slices.Contains(record.GetAudience(), "parties/"+hook.Party) ||
		record.GetRecordedAt().AsTime().Before(hook.CreatedAt) {
		return nil
	}
	id := domain.DeliveryID(event.Ref(), hook.Webhook, record.GetRecordedAt().AsTime())
	body, err := domain.CloudEvent(id.String(), record, hook.PersonalData)
	if err != nil {
		return err
	}
	state, reason := notifyv1.WebhookDeliveryState_WEBHOOK_DELIVERY_STATE_QUEUED, ""
	if notifyv1.WebhookState(hook.State) == notifyv1.WebhookState_WEBHOOK_STATE_DISABLED {
		state, reason = notifyv1.WebhookDeliveryState_WEBHOOK_DELIVERY_STATE_DEAD, domain.ReasonDisabled
	}
	p.Desks, p.Webhooks, p.Deliveries = append(p.Desks, hook.Desk), append(p.Webhooks, hook.Webhook), append(p.Deliveries, id)
	p.Resources = append(p.Resources, domain.Key(record.GetResource()))
	p.EventRevisions = append(p.EventRevisions, record.GetRevision())
	p.EventTypes, p.Bodies = append(p.EventTypes, record.GetType()), append(p.Bodies, body)
	p.Traceparents = append(p.Traceparents, event.Traceparent())
	p.States, p.Reasons = append(p.States, int16(state)), append(p.Reasons, reason)
	return nil
}

// sendSoon inserts one job for each webhook that has something new. One that is left alone for a while has a job that waits.
func (w *Webhooks) sendSoon(
	ctx context.Context, tx pgx.Tx, written []store.InsertDeliveriesRow, hooks map[string][]store.Webhook,
) error {
	fresh, now := map[SendDeliveries]bool{}, w.Clock.Now()
	for _, row := range written {
		fresh[SendDeliveries{Desk: row.Desk, Webhook: row.Webhook}] = true
	}
	var inserts []river.InsertManyParams
	for _, of := range hooks {
		for _, hook := range of {
			args := SendDeliveries{Desk: hook.Desk, Webhook: hook.Webhook}
			alone := hook.OpenUntil != nil && hook.OpenUntil.After(now) && hook.WaitingJob != nil
			if fresh[args] && !alone && notifyv1.WebhookState(hook.State) == notifyv1.WebhookState_WEBHOOK_STATE_ACTIVE {
				inserts = append(inserts, river.InsertManyParams{Args: args})
			}
		}
	}
	if len(inserts) == 0 {
		return nil
	}
	if _, err := w.Jobs.InsertManyFastTx(ctx, tx, inserts); err != nil {
		return fmt.Errorf("insert sending: %w", err)
	}
	return nil
}

// TestWebhook queues a test event.
func (w *Webhooks) TestWebhook(ctx context.Context, r *notifyv1.TestWebhookRequest) (*notifyv1.WebhookDelivery, error) {
	return w.queueOne(ctx, r.GetName(), "TestWebhook", r.GetRequestId(), r, func(q *store.Queries, row store.Webhook) (uuid.UUID,
		error,
	) {
		now := w.Clock.Now()
		id := domain.DeliveryID(r.GetName(), r.GetRequestId(), now)
		body, err := domain.TestEvent(id.String(), r.GetName(), now)
		if err != nil {
			return id, err
		}
		_, err = q.InsertDeliveries(ctx, store.InsertDeliveriesParams{
			Now: now, Desks: []string{row.Desk}, Webhooks: []string{row.Webhook}, Deliveries: []uuid.UUID{id},
			Resources: []string{"webhooks/" + row.Webhook}, EventRevisions: []int64{now.UnixMicro()},
			EventTypes: []string{domain.TestType},
			Bodies:     [][]byte{body}, Traceparents: []string{feed.Traceparent(ctx)},
			States:  []int16{int16(notifyv1.WebhookDeliveryState_WEBHOOK_DELIVERY_STATE_QUEUED)},
			Reasons: []string{""},
		})
		return id, err
	})
}
