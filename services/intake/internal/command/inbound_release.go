package command

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// ReleaseInboundItem has a quarantined item handled again, as one that a person has looked at.
func (c *Commands) ReleaseInboundItem(ctx context.Context, r *intakev1.ReleaseInboundItemRequest) (*intakev1.InboundItem, error) {
	item, changed, err := c.decideQuarantined(ctx, "ReleaseInboundItem", r, func(i *store.InboundItem) string {
		i.Outcome, i.Reason, i.Ticket, i.SettledAt, i.Released = 0, "", "", nil, true
		return "inbound.released"
	})
	if err != nil {
		return nil, err
	}
	if changed {
		c.Inbox.soon(item)
	}
	return item.Proto(), nil
}

// DismissInboundItem ends a quarantined item.
func (c *Commands) DismissInboundItem(ctx context.Context, r *intakev1.DismissInboundItemRequest) (*intakev1.InboundItem, error) {
	item, _, err := c.decideQuarantined(ctx, "DismissInboundItem", r, func(i *store.InboundItem) string {
		now := c.Clock.Now()
		i.Outcome, i.Reason = int16(intakev1.InboundOutcome_INBOUND_OUTCOME_REFUSED), domain.InboundDismissed
		i.SettledAt = &now
		return "inbound.refused"
	})
	if err != nil {
		return nil, err
	}
	return item.Proto(), nil
}

// decision is a person's about one item.
type decision interface {
	proto.Message
	GetName() string
	GetRequestId() string
}

// decideQuarantined changes an item that is in quarantine, by a person who says how; changed is false for a call that was made
// before.
func (c *Commands) decideQuarantined(
	ctx context.Context, method string, r decision, decide func(*store.InboundItem) (eventType string),
) (item store.InboundItem, changed bool, err error) {
	desk := resourcename.Desk(r.GetName())
	id, err := uuid.Parse(resourcename.ID(r.GetName()))
	if err != nil {
		return item, false, fault.New(codes.NotFound, fault.NotFound)
	}
	call, err := c.call(ctx, desk, method, r.GetRequestId(), r)
	if err != nil {
		return item, false, err
	}
	err = pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if item, err = lockInbound(ctx, p, desk, id); err != nil {
			return err
		}
		if _, repeated, err := call.Lookup(ctx, p); err != nil || repeated {
			return err
		}
		if item.Outcome != int16(intakev1.InboundOutcome_INBOUND_OUTCOME_QUARANTINED) {
			return fault.New(codes.FailedPrecondition, reasonNotQuarantined)
		}
		changed = true
		return c.writeDecision(ctx, p, call, &item, decide(&item))
	})
	if err != nil {
		return item, false, err
	}
	if changed {
		c.Wake.Committed()
	}
	return item, changed, nil
}

func (c *Commands) writeDecision(
	ctx context.Context, p *pg.Pipeline, call request.Request, item *store.InboundItem, eventType string,
) error {
	desk, err := store.New(p).GetDesk(ctx, item.Desk)
	if err != nil {
		return err
	}
	now := c.Clock.Now()
	event := inboundEvent(*item, desk, eventType)
	event.Actor, event.Cause = actor(ctx, item.Desk), &eventv1.Cause{RequestId: call.ID.String()}
	event.Traceparent = feed.Traceparent(ctx)
	events, head, err := feed.Prepare(headOf(*item), []feed.Draft{event}, now)
	if err != nil {
		return err
	}
	item.Revision, item.ChainHash, item.LastEventAt = head.Revision, head.Hash, head.Time
	if err := call.Insert(ctx, p, request.Effect{Resource: item.Name(), Revision: head.Revision}, now); err != nil {
		return err
	}
	if err := store.New(p).SettleInboundItem(ctx, settleParams(*item)); err != nil {
		return err
	}
	if item.Outcome == 0 {
		backstop := SettleInboundArgs{Desk: item.Desk, Inbound: item.Inbound}
		if err := c.Jobs.Keep(ctx, p, backstop, now.Add(c.RetryAfter)); err != nil {
			return err
		}
	}
	return feed.Append(ctx, p, events)
}
