package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// PeopleWanted is whom a process may look for.
type PeopleWanted struct {
	// Roles whose holders are wanted.
	Roles []string
	// Spots at which the least loaded is wanted.
	Spots []profile.Spot
	// Shifts from At on are wanted, with those who stand in.
	Shifts bool
	At     time.Time
}

// PeopleOf reads whom a desk's process may send tickets to.
func PeopleOf(ctx context.Context, db DBTX, desk string, want PeopleWanted) (people domain.People, err error) {
	if want.Shifts {
		if people.Shifts, err = ShiftsAt(ctx, db, desk, want.At); err != nil {
			return domain.People{}, err
		}
	}
	if people.Holders, err = holdersOf(ctx, db, desk, want.Roles, people.Shifts); err != nil {
		return domain.People{}, err
	}
	people.LeastLoaded, err = leastLoadedOf(ctx, db, desk, want.Spots)
	return people, err
}

// holdersOf are all who have one of some roles in a desk, or stand in, with everything that they are there, by name.
func holdersOf(ctx context.Context, db DBTX, desk string, roles []string, shifts []*triagev1.Shift) ([]membership.Set, error) {
	persons := []string{}
	for _, shift := range shifts {
		if shift.GetPerson() != "" {
			persons = append(persons, resourcename.ID(shift.GetPerson()))
		}
	}
	rows, err := New(db).RoleHolders(ctx, RoleHoldersParams{Desk: desk, Roles: roles, Persons: persons})
	if err != nil {
		return nil, fmt.Errorf("read holders of roles: %w", err)
	}
	var sets []membership.Set
	for _, row := range rows {
		if len(sets) == 0 || sets[len(sets)-1].Person != row.Person {
			sets = append(sets, membership.Set{Person: row.Person})
		}
		last := &sets[len(sets)-1]
		last.Memberships = append(last.Memberships, membership.Membership{
			ID: row.Membership, Person: row.Person, Party: row.Party, Group: row.Grp, Roles: row.Roles,
		})
	}
	return sets, nil
}

// leastLoadedOf says of each of some ends of routes who works there with the fewest open tickets (R41); nobody is named where
// nobody works. Profiles have few such routes.
func leastLoadedOf(ctx context.Context, db DBTX, desk string, spots []profile.Spot) (map[profile.Spot]domain.Load, error) {
	loads := make(map[profile.Spot]domain.Load, len(spots))
	for _, spot := range spots {
		party, group := spot.Party()
		row, err := New(db).LeastLoaded(ctx, LeastLoadedParams{Desk: desk, Party: party, Grp: group, Role: spot.Role})
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look for the least loaded: %w", err)
		}
		loads[spot] = domain.Load{Person: row.Person, Open: int(row.Open)}
	}
	return loads, nil
}
