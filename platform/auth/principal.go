// Package auth says who is calling and whether they may. A person is known by an OIDC token, which every service verifies
// again; a service by its client certificate. Tokens say who someone is, never what they may do: that is decided by
// Cedar policies with default deny.
package auth

import (
	"context"
	"regexp"
	"time"

	"github.com/cedar-policy/cedar-go"
)

// Entity types of principals in the Cedar policies.
const (
	PersonType  cedar.EntityType = "Person"
	ServiceType cedar.EntityType = "Service"
)

// personID is the form of a person's id, which is also its resource id (desks/…/persons/<id>).
var personID = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// Principal is who makes a call: a person, a service, or a service that passes a person's token along.
type Principal struct {
	// Person is the value of the configured claim; empty if a service acts as itself.
	Person string
	// Service is the calling service; empty for a caller from outside.
	Service string
	// OnBehalfOf is the person for whom a service acts in the background, by its own word: for the event, never for a
	// permission. Empty if Person is set.
	OnBehalfOf string
	// Scopes are the token's OAuth scopes.
	Scopes []string
	// Expires is when the token stops being accepted here; zero for a service that acts as itself.
	Expires time.Time
}

// Entity is the principal in Cedar: the person if there is one, otherwise the service.
func (p Principal) Entity() cedar.EntityUID {
	if p.Person != "" {
		return cedar.NewEntityUID(PersonType, cedar.String(p.Person))
	}
	return cedar.NewEntityUID(ServiceType, cedar.String(p.Service))
}

type contextKey struct{}

type caller struct {
	principal Principal
	token     string // kept apart from Principal, which may be logged
}

// NewContext returns a context in which p acts: for background work of a service, and for tests.
func NewContext(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, caller{principal: p})
}

// FromContext returns who makes the call, and false in a public method or outside a call.
func FromContext(ctx context.Context) (Principal, bool) {
	c, ok := ctx.Value(contextKey{}).(caller)
	return c.principal, ok
}

// NewContextWithToken is NewContext for a caller whose token shall travel on: the gateway's.
func NewContextWithToken(ctx context.Context, p Principal, token string) context.Context {
	return context.WithValue(ctx, contextKey{}, caller{principal: p, token: token})
}

// Token returns the caller's verified bearer token for synchronous calls to other services; empty if there is none.
func Token(ctx context.Context) string {
	c, _ := ctx.Value(contextKey{}).(caller)
	return c.token
}
