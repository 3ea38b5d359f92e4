package command

import (
	"context"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// eraseInbound takes away the originals of what a person sent, and what was noted of them (R147); that something came, and what
// became of it, stays. A blob goes before its row says so: what breaks off in between is done again by the next call.
func (c *Commands) eraseInbound(ctx context.Context, call request.Request, person string) error {
	for {
		items, err := store.New(c.Pool).InboundOfPerson(ctx, store.InboundOfPersonParams{
			Desk: call.Desk, Person: person, Most: erasedAtOnce,
		})
		if err != nil || len(items) == 0 {
			return pg.Translate(err)
		}
		for _, item := range items {
			if item.InBlob {
				if err := c.Blobs.Delete(ctx, originalKey(item)); err != nil {
					return err
				}
			}
			if err := c.eraseItem(ctx, call, item); err != nil {
				return err
			}
		}
	}
}

func (c *Commands) eraseItem(ctx context.Context, call request.Request, seen store.InboundItem) error {
	return pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		item, err := lockInbound(ctx, p, seen.Desk, seen.Inbound)
		if err != nil || item.ErasedAt != nil {
			return err
		}
		q := store.New(p)
		desk, err := q.GetDesk(ctx, item.Desk)
		if err != nil {
			return err
		}
		now := c.Clock.Now()
		item.ErasedAt = &now
		event := inboundEvent(item, desk, "inbound.erased")
		event.Actor, event.Cause = actor(ctx, item.Desk), &eventv1.Cause{RequestId: call.ID.String()}
		events, head, err := feed.Prepare(headOf(item), []feed.Draft{event}, now)
		if err != nil {
			return err
		}
		if err := q.DropInboundOriginal(ctx, store.DropInboundOriginalParams{Desk: item.Desk, Inbound: item.Inbound}); err != nil {
			return err
		}
		if err := q.EraseInboundItem(ctx, store.EraseInboundItemParams{
			Desk: item.Desk, Inbound: item.Inbound, ErasedAt: &now, Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
		}); err != nil {
			return err
		}
		return feed.Append(ctx, p, events)
	})
}
