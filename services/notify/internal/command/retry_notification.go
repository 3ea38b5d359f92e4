package command

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/store"
)

var errUnknown = fault.New(codes.NotFound, fault.NotFound)

// RetryNotification queues a failed message again, with new patience and under the same Message-ID.
func (c *Commands) RetryNotification(ctx context.Context, r *notifyv1.RetryNotificationRequest) (*notifyv1.Notification, error) {
	desk := resourcename.Desk(r.GetName())
	call, err := call(ctx, desk, "RetryNotification", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(resourcename.ID(r.GetName()))
	if err != nil {
		return nil, errUnknown
	}
	err = pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, r.GetName()); err != nil {
			return err
		}
		row, err := store.New(p).LockNotification(ctx, store.LockNotificationParams{Desk: desk, Notification: id})
		if errors.Is(err, pgx.ErrNoRows) {
			return errUnknown
		} else if err != nil {
			return err
		}
		if _, repeated, err := call.Lookup(ctx, p); err != nil || repeated {
			return err
		}
		if notifyv1.Delivery(row.Delivery) != notifyv1.Delivery_DELIVERY_FAILED {
			return fault.New(codes.FailedPrecondition, reasonNotFailed)
		}
		return c.requeue(ctx, p, row, call)
	})
	if err != nil {
		return nil, err
	}
	c.Wake.Committed()
	row, err := store.New(c.Pool).GetNotification(ctx, store.GetNotificationParams{Desk: desk, Notification: id})
	if err != nil {
		return nil, pg.Translate(err)
	}
	return Answer(row), nil
}

// requeue writes the message as queued, its event, the request id and the job.
func (c *Commands) requeue(ctx context.Context, p *pg.Pipeline, row store.Notification, call request.Request) error {
	now := c.Clock.Now()
	row.Delivery, row.Reason, row.SettledAt = int16(notifyv1.Delivery_DELIVERY_QUEUED), "", nil
	again := draft(row, "notification.requeued")
	again.Actor, again.Cause = actor(ctx, row.Desk), &eventv1.Cause{RequestId: call.ID.String()}
	again.Traceparent = feed.Traceparent(ctx)
	events, head, err := feed.Prepare(head(row), []feed.Draft{again}, now)
	if err != nil {
		return err
	}
	if err := store.New(p).RequeueNotification(ctx, store.RequeueNotificationParams{
		Desk: row.Desk, Notification: row.Notification, Now: now,
		Revision: head.Revision, ChainHash: head.Hash, LastEventAt: &head.Time,
	}); err != nil {
		return err
	}
	if err := call.Insert(ctx, p, request.Effect{Resource: again.Resource, Revision: head.Revision}, now); err != nil {
		return err
	}
	if err := feed.Append(ctx, p, events); err != nil {
		return err
	}
	return c.Jobs.Keep(ctx, p, DeliverArgs{Desk: row.Desk, Notifications: []uuid.UUID{row.Notification}}, time.Time{})
}
