package access

import (
	"context"
	"errors"
	"slices"
	"strings"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// Lending knows which roles are lent at a moment (R9): outside its hours one party's work is done by another's people. It is
// asked for every call, so what was lent ends with its window and not with a session.
type Lending struct {
	Known    *store.Known
	Profiles *profile.Shelf
	Clock    clock.Clock
}

// lent are the roles that are lent in a desk now.
func (l *Lending) lent(ctx context.Context, desk string) ([]*profilev1.LentRole, error) {
	row, err := l.Known.Desk(ctx, strings.TrimPrefix(desk, "desks/"))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	follows, found := l.Profiles.Of(row.Profile)
	if !found {
		return nil, nil
	}
	var now []*profilev1.LentRole
	for _, role := range follows.Settings().GetOnCall().GetLentRoles() {
		if calendar, ok := follows.Calendar(role.GetOutside()); ok && !calendar.Open(l.Clock.Now()) {
			now = append(now, role)
		}
	}
	return now, nil
}

// lend gives the caller what is lent to those who work at their party: its agents and dispatchers, not those who only look.
func (c *Caller) lend(roles []*profilev1.LentRole) {
	own := c.Set
	for _, lent := range roles {
		if !own.Has(lent.GetTo(), roleAgent) && !own.Has(lent.GetTo(), roleDispatcher) {
			continue
		}
		if c.home == nil {
			c.own, c.home = own, map[string]string{}
			c.Set.Memberships = slices.Clone(own.Memberships) // the set is shared with other calls
		}
		c.home[lent.GetOf()] = lent.GetTo()
		c.Set.Memberships = append(c.Set.Memberships, membership.Membership{
			ID: "lent." + lent.GetId(), Person: c.Person, Party: lent.GetOf(), Roles: lent.GetRoles(),
		})
	}
}
