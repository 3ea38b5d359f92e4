package command

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// PauseOutbox stops what a desk has to say. Deliveries look before each attempt, so that the next mail is not sent already.
func (c *Commands) PauseOutbox(ctx context.Context, r *notifyv1.PauseOutboxRequest) error {
	now := c.Clock.Now()
	made := change{
		desk: resourcename.Desk(r.GetName()), method: "PauseOutbox", resource: r.GetName(), requestID: r.GetRequestId(), payload: r,
	}
	principal, _ := auth.FromContext(ctx)
	return c.setOutbox(ctx, made, "outbox.paused", store.Outbox{PausedAt: &now, PausedBy: principal.Person})
}

// ResumeOutbox lets it go on.
func (c *Commands) ResumeOutbox(ctx context.Context, r *notifyv1.ResumeOutboxRequest) error {
	made := change{
		desk: resourcename.Desk(r.GetName()), method: "ResumeOutbox", resource: r.GetName(), requestID: r.GetRequestId(), payload: r,
	}
	return c.setOutbox(ctx, made, "outbox.resumed", store.Outbox{})
}

func (c *Commands) setOutbox(ctx context.Context, made change, typ string, to store.Outbox) error {
	return c.once(ctx, made, func(ctx context.Context, p *pg.Pipeline, call request.Request) ([]feed.Prepared, error) {
		q := store.New(p)
		before, err := q.GetOutbox(ctx, made.desk)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return nil, err
		}
		if (before.PausedAt == nil) == (to.PausedAt == nil) {
			return nil, nil // it is so already, by whoever did it
		}
		to.Desk = made.desk
		events, head, err := feed.Prepare(
			headOf(before.Revision, before.ChainHash, before.LastEventAt),
			[]feed.Draft{{
				Desk: made.desk, Resource: made.resource, Type: typ, Payload: &notifyv1.OutboxEvent{Outbox: OutboxAnswer(to)},
				Actor: actor(ctx, made.desk), Cause: &eventv1.Cause{RequestId: call.ID.String()},
				Traceparent: feed.Traceparent(ctx), Audience: []string{"roles/administrator", "roles/incident_manager"},
			}}, c.Clock.Now())
		if err != nil {
			return nil, err
		}
		return events, q.PutOutbox(ctx, store.PutOutboxParams{
			Desk: made.desk, PausedAt: to.PausedAt, PausedBy: to.PausedBy, Revision: head.Revision, ChainHash: head.Hash,
			LastEventAt: &head.Time,
		})
	})
}

// headOf is where a resource's chain stands.
func headOf(revision int64, hash []byte, at *time.Time) feed.Head {
	h := feed.Head{Revision: revision, Hash: hash}
	if at != nil {
		h.Time = *at
	}
	return h
}

// OutboxAnswer is an outbox as the contract shows it, without what is counted when it is asked for.
func OutboxAnswer(row store.Outbox) *notifyv1.Outbox {
	o := &notifyv1.Outbox{Name: domain.DeskName(row.Desk) + "/outbox"}
	if row.PausedAt != nil {
		o.PauseTime = timestamppb.New(*row.PausedAt)
	}
	if row.PausedBy != "" {
		o.Pauser = domain.PersonName(row.Desk, row.PausedBy)
	}
	return o
}
