package access

import (
	"context"

	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/resourcename"
)

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
