package command

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// ReplayWebhookDelivery sends a delivery again.
func (w *Webhooks) ReplayWebhookDelivery(
	ctx context.Context, r *notifyv1.ReplayWebhookDeliveryRequest,
) (*notifyv1.WebhookDelivery, error) {
	hook, _, _ := strings.Cut(r.GetName(), "/deliveries/")
	again := func(q *store.Queries, row store.Webhook) (uuid.UUID, error) {
		id, err := uuidOf(r.GetName())
		if err != nil {
			return id, err
		}
		before, err := q.GetDelivery(ctx, store.GetDeliveryParams{Desk: row.Desk, Webhook: row.Webhook, Delivery: id})
		if errors.Is(err, pgx.ErrNoRows) {
			return id, errUnknown
		} else if err != nil {
			return id, err
		}
		if before.SettledAt == nil {
			return id, fault.New(codes.FailedPrecondition, reasonDeliveryQueued)
		}
		_, err = q.RequeueDelivery(ctx, store.RequeueDeliveryParams{
			Now: w.Clock.Now(), Desk: row.Desk, Webhook: row.Webhook, Delivery: id,
		})
		return id, err
	}
	return w.queueOne(ctx, hook, "ReplayWebhookDelivery", r.GetRequestId(), r, again)
}

// queueOne queues one delivery by hand, once for each request, with the job that sends it.
func (w *Webhooks) queueOne(
	ctx context.Context, hook, method, requestID string, payload proto.Message,
	queue func(q *store.Queries, row store.Webhook) (uuid.UUID, error),
) (*notifyv1.WebhookDelivery, error) {
	desk := resourcename.Desk(hook)
	call, err := call(ctx, desk, method, requestID, payload)
	if err != nil {
		return nil, err
	}
	var id uuid.UUID
	attempt := func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, hook); err != nil {
			return err
		}
		row, err := lockWebhook(ctx, p, hook)
		if err != nil {
			return err
		}
		effect, repeated, err := call.Lookup(ctx, p)
		if err != nil {
			return err
		}
		if repeated {
			id, err = uuidOf(effect.Resource)
			return err
		}
		switch notifyv1.WebhookState(row.State) {
		case notifyv1.WebhookState_WEBHOOK_STATE_DELETED:
			return errNoWebhook
		case notifyv1.WebhookState_WEBHOOK_STATE_DISABLED:
			return fault.New(codes.FailedPrecondition, reasonWebhookDisabled)
		default:
		}
		if id, err = queue(store.New(p), row); err != nil {
			return err
		}
		name := domain.DeliveryName(desk, row.Webhook, id.String())
		if err := call.Insert(ctx, p, request.Effect{Resource: name, Revision: row.Revision}, w.Clock.Now()); err != nil {
			return err
		}
		return w.Jobs.Keep(ctx, p, SendDeliveries{Desk: desk, Webhook: row.Webhook}, time.Time{})
	}
	if err = pg.InPipeline(ctx, w.Pool, attempt); request.Taken(err) {
		err = pg.InPipeline(ctx, w.Pool, attempt)
	}
	if err != nil {
		return nil, err
	}
	row, err := store.New(w.Pool).GetDelivery(ctx, store.GetDeliveryParams{Desk: desk, Webhook: resourcename.ID(hook), Delivery: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errUnknown // it was deleted since
	}
	if err != nil {
		return nil, pg.Translate(err)
	}
	return AnswerDelivery(row), nil
}
