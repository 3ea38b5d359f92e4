// Package access says who may do what: it describes caller and resource to the policies and asks them.
package access

import (
	"context"
	_ "embed"
	"errors"
	"sync"

	"github.com/cedar-policy/cedar-go"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/intake/internal/store"
)

var (
	// Policies say who may do what.
	//
	//go:embed policy.cedar
	Policies []byte
	// PolicySchema is what they are checked against at start.
	//
	//go:embed policy.cedarschema
	PolicySchema []byte
)

// Gate asks the policies about the caller of a context.
type Gate struct {
	Pool        *pgxpool.Pool
	Memberships *membership.Store
	Authorizer  *auth.Authorizer

	desks sync.Map // id -> store.Desk: the parties of a desk never change
}

// ErrNotFound is the answer for what does not exist and for what the caller may not see.
var ErrNotFound = fault.New(codes.NotFound, fault.NotFound)

// errNoDesk is the answer for a desk that does not exist and for one the caller has no part in. Every call about a whole desk
// names it as its parent.
var errNoDesk = fault.Missing("parent")

// Desk asks about something that concerns a whole desk. A desk that does not exist and one the caller has no part in look the
// same.
func (g *Gate) Desk(ctx context.Context, action, id string, ask cedar.RecordMap) error {
	desk, err := g.desk(ctx, id)
	if err != nil {
		return err
	}
	set, err := g.caller(ctx, id)
	if err != nil {
		return err
	}
	err = g.ask(ctx, action, set, cedar.Entity{
		UID: cedar.NewEntityUID("Desk", cedar.String(id)),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"contact_party": cedar.String(desk.ContactParty), "authority_party": cedar.String(desk.AuthorityParty),
			"administration": cedar.String(administration(desk)),
		}),
	}, ask, false)
	if fault.Is(err, fault.PermissionDenied) && !set.Member() {
		return errNoDesk
	}
	return err
}

func (g *Gate) desk(ctx context.Context, id string) (store.Desk, error) {
	if known, ok := g.desks.Load(id); ok {
		return known.(store.Desk), nil
	}
	desk, err := store.New(g.Pool).GetDesk(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return store.Desk{}, errNoDesk
	}
	if err != nil {
		return store.Desk{}, pg.Translate(err)
	}
	g.desks.Store(id, desk)
	return desk, nil
}

// Known reports whether the caller is somebody in a desk: has a part in it, or is registered there.
func (g *Gate) Known(ctx context.Context, desk string) (bool, error) {
	set, err := g.caller(ctx, desk)
	if err != nil || set.Member() {
		return set.Member(), err
	}
	_, err = store.New(g.Pool).GetPerson(ctx, store.GetPersonParams{Desk: desk, Person: set.Person})
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, pg.Translate(err)
}

// Submission asks about one submission.
func (g *Gate) Submission(ctx context.Context, action string, s store.Submission, audience []string) error {
	set, err := g.caller(ctx, s.Desk)
	if err != nil {
		return err
	}
	keys := make([]cedar.Value, len(audience))
	for i, key := range audience {
		keys[i] = cedar.String(key)
	}
	return g.ask(ctx, action, set, cedar.Entity{
		UID:        cedar.NewEntityUID("Submission", cedar.String(s.Submission.String())),
		Attributes: cedar.NewRecord(cedar.RecordMap{"audience": cedar.NewSet(keys...)}),
	}, nil, true)
}

// Contact asks about one person's contact data.
func (g *Gate) Contact(ctx context.Context, action, desk, person string) error {
	set, err := g.caller(ctx, desk)
	if err != nil {
		return err
	}
	return g.ask(ctx, action, set, cedar.Entity{
		UID:        cedar.NewEntityUID("Contact", cedar.String(desk+"/"+person)),
		Attributes: cedar.NewRecord(cedar.RecordMap{"key": cedar.String("persons/" + person)}),
	}, nil, true)
}

// Inbound asks about something that came in. To whoever has no right to it, it does not exist.
func (g *Gate) Inbound(ctx context.Context, action, id string) error {
	desk, err := g.desk(ctx, id)
	if errors.Is(err, errNoDesk) {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	set, err := g.caller(ctx, id)
	if err != nil {
		return err
	}
	return g.ask(ctx, action, set, cedar.Entity{
		UID: cedar.NewEntityUID("InboundItem", cedar.String(id)),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"contact_party": cedar.String(desk.ContactParty), "authority_party": cedar.String(desk.AuthorityParty),
		}),
	}, nil, true)
}

// caller is what the caller is in a desk; nothing for a service that acts as itself.
func (g *Gate) caller(ctx context.Context, desk string) (membership.Set, error) {
	principal, _ := auth.FromContext(ctx)
	if principal.Person == "" {
		return membership.Set{}, nil
	}
	set, err := g.Memberships.Of(ctx, desk, principal.Person)
	return set, pg.Translate(err)
}

func (g *Gate) ask(
	ctx context.Context, action string, set membership.Set, resource cedar.Entity, ask cedar.RecordMap, hidden bool,
) error {
	principal, _ := auth.FromContext(ctx)
	uid := principal.Entity()
	entities := cedar.EntityMap{resource.UID: resource}
	if principal.Person != "" {
		entities[uid] = cedar.Entity{UID: uid, Attributes: set.Attributes()}
	} else {
		entities[uid] = cedar.Entity{UID: uid}
	}
	return g.Authorizer.Authorize(ctx, auth.Request{
		Principal: uid, Action: action, Resource: resource.UID, Entities: entities, Context: cedar.NewRecord(ask), Hidden: hidden,
	})
}

// Sees says what a caller may see of intake's own feed.
func (g *Gate) Sees(ctx context.Context, desk string) (keys []string, all bool, err error) {
	set, err := g.caller(ctx, desk)
	if err != nil {
		return nil, false, err
	}
	return set.Keys(), set.HasAnywhere("auditor"), nil
}
