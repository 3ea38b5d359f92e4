package access

import (
	"context"

	"github.com/cedar-policy/cedar-go"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// administration is the role that runs a desk, as members hold it.
func administration(desk store.Desk) string { return desk.AuthorityParty + ":administrator" }

// Connection asks about a connection with a party's tool. hidden refuses as if it did not exist.
func (g *Gate) Connection(ctx context.Context, action string, c *intakev1.Connection, hidden bool) error {
	desk, err := g.desk(ctx, resourcename.Desk(c.GetName()))
	if err != nil {
		return err
	}
	set, err := g.caller(ctx, desk.Desk)
	if err != nil {
		return err
	}
	return g.ask(ctx, action, set, cedar.Entity{
		UID: cedar.NewEntityUID("Connection", cedar.String(c.GetName())),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"administration": cedar.String(administration(desk)), "authority_party": cedar.String(desk.AuthorityParty),
			"party": cedar.String(resourcename.ID(c.GetParty())),
		}),
	}, nil, hidden)
}

// Tool asks about what only services do with tools.
func (g *Gate) Tool(ctx context.Context, action, connection string) error {
	return g.ask(ctx, action, membership.Set{}, cedar.Entity{UID: cedar.NewEntityUID("Tool", cedar.String(connection))}, nil, false)
}
