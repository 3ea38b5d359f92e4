package command

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// UpdateConnection changes how a tool is connected.
func (t *Tools) UpdateConnection(ctx context.Context, r *intakev1.UpdateConnectionRequest) (*intakev1.Connection, error) {
	name := r.GetConnection().GetName()
	call, err := t.call(ctx, resourcename.Desk(name), "UpdateConnection", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	if len(r.GetUpdateMask().GetPaths()) == 0 {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("update_mask", "mask.empty")
	}
	err = t.changeConnection(ctx, call, name, "connection.updated", func(c *intakev1.Connection) (*intakev1.Connection, error) {
		if etag := r.GetConnection().GetEtag(); etag != "" && etag != c.GetEtag() {
			return nil, fault.New(codes.Aborted, fault.StaleETag).Meta("etag", c.GetEtag())
		}
		changed, unknown := domain.ChangeConnection(c, r.GetConnection(), r.GetUpdateMask().GetPaths())
		if unknown != "" {
			return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Fields(fault.FieldViolation{
				Path: "update_mask", Rule: "mask.unknown_path", Limit: unknown,
			})
		}
		return changed, mustWork(changed)
	}, nil)
	if err != nil {
		return nil, err
	}
	return store.ReadConnection(ctx, t.Pool, name)
}

// changeConnection loads a connection, decides and writes; also writes what belongs to it, where there is anything.
func (t *Tools) changeConnection(
	ctx context.Context, call request.Request, name, eventType string,
	decide func(*intakev1.Connection) (*intakev1.Connection, error), also func(context.Context, *pg.Pipeline) error,
) error {
	key := store.LockConnectionParams{Desk: call.Desk, Connection: resourcename.ID(name)}
	err := pg.InPipeline(ctx, t.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, name); err != nil {
			return err
		}
		q := store.New(p)
		row, err := q.LockConnection(ctx, key)
		if errors.Is(err, pgx.ErrNoRows) {
			return store.ErrUnknownConnection
		} else if err != nil {
			return err
		}
		if _, repeated, err := call.Lookup(ctx, p); err != nil || repeated {
			return err
		}
		desk, err := q.GetDesk(ctx, call.Desk)
		if err != nil {
			return err
		}
		before, err := row.Proto()
		if err != nil {
			return err
		}
		changed, err := decide(before)
		if err != nil {
			return err
		}
		facts, err := connectionFacts(changed)
		if err != nil {
			return err
		}
		now := t.Clock.Now()
		events, head, err := feed.Prepare(feed.Head{Revision: row.Revision, Hash: row.ChainHash, Time: row.LastEventAt},
			[]feed.Draft{connectionEvent(ctx, call, desk, changed, eventType)}, now)
		if err != nil {
			return err
		}
		if err := q.UpdateConnection(ctx, store.UpdateConnectionParams{
			Desk: call.Desk, Connection: key.Connection, Facts: facts,
			Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
		}); err != nil {
			return err
		}
		if also != nil {
			if err := also(ctx, p); err != nil {
				return err
			}
		}
		if err := call.Insert(ctx, p, request.Effect{Resource: name, Revision: head.Revision}, now); err != nil {
			return err
		}
		return feed.Append(ctx, p, events)
	})
	if err != nil {
		return err
	}
	t.Wake.Committed()
	return nil
}
