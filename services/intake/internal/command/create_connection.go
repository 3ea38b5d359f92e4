package command

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

var errConnectionExists = fault.New(codes.AlreadyExists, reasonConnectionExists).Field("connection_id", "connection.exists")

// CreateConnection connects a desk with a tool of a party (R145). The tool becomes a person of the desk and agent of its party,
// by the right of whoever connects it.
func (t *Tools) CreateConnection(ctx context.Context, r *intakev1.CreateConnectionRequest) (*intakev1.Connection, error) {
	desk := resourcename.Desk(r.GetParent())
	call, err := t.call(ctx, desk, "CreateConnection", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	c := proto.CloneOf(r.GetConnection())
	c.Name = domain.ConnectionName(desk, r.GetConnectionId())
	c.Person, c.SecretTime = domain.PersonName(desk, auth.Tool(r.GetConnectionId())), nil
	if err := mustWork(c); err != nil {
		return nil, err
	}
	if err := t.mustBeNew(ctx, call, c); err != nil {
		return nil, err
	}
	if err := t.makeAgent(ctx, call, c); err != nil {
		return nil, err
	}
	err = t.insertConnection(ctx, call, c)
	if request.Taken(err) {
		err = nil // the same call won meanwhile
	}
	if pg.IsUniqueViolation(err, "connections_pkey") || pg.IsUniqueViolation(err, "persons_pkey") {
		err = errConnectionExists
	}
	if err != nil {
		return nil, err
	}
	t.Wake.Committed()
	return store.ReadConnection(ctx, t.Pool, c.GetName())
}

// mustBeNew refuses another connection of the same id before its tool is given any right.
func (t *Tools) mustBeNew(ctx context.Context, call request.Request, c *intakev1.Connection) error {
	if _, repeated, err := call.Lookup(ctx, t.Pool); err != nil || repeated {
		return err
	}
	switch _, err := store.ReadConnection(ctx, t.Pool, c.GetName()); {
	case err == nil:
		return errConnectionExists
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return nil
}

// makeAgent asks triage in the caller's own name.
func (t *Tools) makeAgent(ctx context.Context, call request.Request, c *intakev1.Connection) error {
	_, err := t.Directory.GrantMembership(ctx, &triagev1.GrantMembershipRequest{
		Parent: "desks/" + call.Desk, RequestId: requestOf(call.ID, "membership"),
		Membership: &commonv1.Membership{Person: c.GetPerson(), Party: c.GetParty(), Roles: []string{"agent"}},
	})
	return err
}

func (t *Tools) insertConnection(ctx context.Context, call request.Request, c *intakev1.Connection) error {
	facts, err := connectionFacts(c)
	if err != nil {
		return err
	}
	return pg.InPipeline(ctx, t.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if _, repeated, err := call.Lookup(ctx, p); err != nil || repeated {
			return err
		}
		desk, err := store.New(p).GetDesk(ctx, call.Desk)
		if errors.Is(err, pgx.ErrNoRows) {
			return errUnknownDesk
		} else if err != nil {
			return err
		}
		now := t.Clock.Now()
		events, head, err := feed.Prepare(feed.Head{}, []feed.Draft{connectionEvent(ctx, call, desk, c, "connection.created")}, now)
		if err != nil {
			return err
		}
		if err := call.Insert(ctx, p, request.Effect{Resource: c.GetName(), Revision: 1}, now); err != nil {
			return err
		}
		tool := &intakev1.Person{Name: c.GetPerson(), DisplayName: c.GetDisplayName()}
		if err := insertPerson(ctx, p, call, tool, now); err != nil {
			return err
		}
		if err := store.New(p).InsertConnection(ctx, store.InsertConnectionParams{
			Desk: call.Desk, Connection: resourcename.ID(c.GetName()), Party: resourcename.ID(c.GetParty()), Facts: facts,
			Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
		}); err != nil {
			return err
		}
		return feed.Append(ctx, p, events)
	})
}
