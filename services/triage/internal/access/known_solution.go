package access

import (
	"context"

	"github.com/cedar-policy/cedar-go"

	"github.com/bavn/bavn/services/triage/internal/domain"
)

// SeeKnownSolution returns nil for a known solution that the caller may see, and NOT_FOUND for any other.
func (a *Access) SeeKnownSolution(ctx context.Context, c *Caller, k *domain.KnownSolution) error {
	return a.decide(ctx, c, "GetKnownSolution", knownSolutionEntity(k), cedar.Record{}, true)
}

// KnownSolution returns nil if the caller may make this call about a known solution that they can see.
func (a *Access) KnownSolution(ctx context.Context, c *Caller, action string, k *domain.KnownSolution) error {
	return a.decide(ctx, c, action, knownSolutionEntity(k), cedar.Record{}, false)
}

func knownSolutionEntity(k *domain.KnownSolution) cedar.Entity {
	key := func(name string) cedar.String { return cedar.String(k.Desk.Key(name)) }
	return cedar.Entity{
		UID: cedar.NewEntityUID("KnownSolution", cedar.String(k.Facts.GetName())),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"audience":          stringSet(k.Audience()),
			"published":         cedar.Boolean(k.EverybodySees()),
			"author":            key(k.Facts.GetAuthor()),
			"author_party":      key(k.Facts.GetAuthorParty()),
			"reviewing_parties": cedar.NewSet(key(k.Desk.AuthorityParty), key(k.Desk.ContactParty)),
		}),
	}
}

// AuthorParty is the party that the caller writes a known solution for, as a full name: the first in which they are agent, or
// else coordinator.
func (c *Caller) AuthorParty() string {
	parties := make([]string, 0, len(c.Set.Memberships))
	for _, id := range c.Set.Parties() {
		parties = append(parties, c.Desk+"/parties/"+id)
	}
	if party := c.first(roleAgent, parties...); party != "" {
		return party
	}
	return c.first(roleCoordinator, parties...)
}

// ReviewerFor is the party that the caller reviews known solutions of a desk for.
func (c *Caller) ReviewerFor(desk domain.Desk) string {
	if party := c.first(roleCoordinator, desk.AuthorityParty, desk.ContactParty); party != "" {
		return party
	}
	return c.AuthorParty()
}
