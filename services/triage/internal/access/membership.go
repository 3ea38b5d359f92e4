package access

import (
	"context"
	"slices"

	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/resourcename"
)

// WorksIn reports whether somebody is agent where a ticket goes: of the group, or of the whole party; without a group, anywhere
// in the party. Names are full.
func WorksIn(set membership.Set, party, group string) bool {
	return slices.ContainsFunc(set.Memberships, func(m membership.Membership) bool {
		return m.Party == resourcename.ID(party) && slices.Contains(m.Roles, roleAgent) &&
			(group == "" || m.Group == "" || m.Group == resourcename.ID(group))
	})
}

// AnswersFor reports whether somebody can follow a party's tickets: its agents and coordinators can.
func AnswersFor(set membership.Set, party string) bool {
	return set.Has(resourcename.ID(party), roleAgent) || set.Has(resourcename.ID(party), roleCoordinator)
}

// PartiesOf are the ids of the parties that a person, by full name, has a part in. Nobody is in none.
func (a *Access) PartiesOf(ctx context.Context, person string) ([]string, error) {
	if person == "" {
		return nil, nil
	}
	set, err := a.members.Of(ctx, resourcename.Desk(person), resourcename.ID(person))
	return set.Parties(), err
}
