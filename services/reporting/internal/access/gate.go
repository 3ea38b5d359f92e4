// Package access says who may do what: it describes caller and resource to the policies and asks them.
package access

import (
	"context"
	_ "embed"
	"slices"

	"github.com/cedar-policy/cedar-go"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
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
	Memberships *membership.Store
	Authorizer  *auth.Authorizer
	// Admins are the persons who may operate the installation.
	Admins []string
}

// ErrNotFound is the answer for what does not exist and for what the caller may not see.
var ErrNotFound = fault.New(codes.NotFound, fault.NotFound)

// caller is what the caller is in a desk, which sees whether the desk exists for them at all.
func (g *Gate) caller(ctx context.Context, desk string) (membership.Set, error) {
	principal, _ := auth.FromContext(ctx)
	if principal.Person == "" {
		return membership.Set{}, nil
	}
	set, err := g.Memberships.Of(ctx, desk, principal.Person)
	return set, pg.Translate(err)
}

// Desk asks about a whole desk, which a field of the request names; to a stranger it does not exist.
func (g *Gate) Desk(ctx context.Context, action, desk, field string) error {
	set, err := g.caller(ctx, desk)
	if err != nil {
		return err
	}
	err = g.ask(ctx, action, set, cedar.Entity{UID: cedar.NewEntityUID("Desk", cedar.String(desk))}, false)
	if fault.Is(err, fault.PermissionDenied) && !set.Member() {
		return fault.Missing(field)
	}
	return err
}

// Ticket asks about one ticket, and returns the keys that the caller holds.
func (g *Gate) Ticket(ctx context.Context, action, desk, number string, audience []string) ([]string, error) {
	set, err := g.caller(ctx, desk)
	if err != nil {
		return nil, err
	}
	keys := make([]cedar.Value, len(audience))
	for i, key := range audience {
		keys[i] = cedar.String(key)
	}
	return set.Keys(), g.ask(ctx, action, set, cedar.Entity{
		UID:        cedar.NewEntityUID("Ticket", cedar.String(desk+"/"+number)),
		Attributes: cedar.NewRecord(cedar.RecordMap{"audience": cedar.NewSet(keys...)}),
	}, true)
}

// Installation asks about all of reporting.
func (g *Gate) Installation(ctx context.Context, action string) error {
	return g.ask(ctx, action, membership.Set{}, cedar.Entity{UID: cedar.NewEntityUID("Installation", "reporting")}, false)
}

func (g *Gate) ask(ctx context.Context, action string, set membership.Set, resource cedar.Entity, hidden bool) error {
	principal, _ := auth.FromContext(ctx)
	uid := principal.Entity()
	entities := cedar.EntityMap{resource.UID: resource, uid: {UID: uid}}
	if principal.Person != "" {
		attributes := set.Attributes().Map()
		attributes["installation_admin"] = cedar.Boolean(slices.Contains(g.Admins, principal.Person))
		entities[uid] = cedar.Entity{UID: uid, Attributes: cedar.NewRecord(attributes)}
	}
	return g.Authorizer.Authorize(ctx, auth.Request{
		Principal: uid, Action: action, Resource: resource.UID, Entities: entities, Hidden: hidden,
	})
}
