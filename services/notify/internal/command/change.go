package command

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
)

// change is a mutating call on one resource.
type change struct {
	desk, method, resource, requestID string
	payload                           proto.Message
}

// once makes a change that has its effect once: the same request again does nothing. do returns the events, the last of which the
// request is answered with; none for what is nobody else's business.
func (c *Commands) once(
	ctx context.Context, made change, do func(context.Context, *pg.Pipeline, request.Request) ([]feed.Prepared, error),
) error {
	call, err := call(ctx, made.desk, made.method, made.requestID, made.payload)
	if err != nil {
		return err
	}
	return c.inTurn(ctx, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, made.resource); err != nil {
			return err
		}
		if _, repeated, err := call.Lookup(ctx, p); err != nil || repeated {
			return err
		}
		events, err := do(ctx, p, call)
		if err != nil {
			return err
		}
		effect := request.Effect{Resource: made.resource, Revision: 1}
		if len(events) > 0 {
			effect.Revision = events[len(events)-1].Record.GetRevision()
		}
		if err := call.Insert(ctx, p, effect, c.Clock.Now()); err != nil {
			return err
		}
		return feed.Append(ctx, p, events)
	})
}
