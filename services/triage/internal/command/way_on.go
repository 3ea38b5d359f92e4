package command

import (
	"context"
	"errors"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// holders are the persons to whom a desk's profile sends tickets. They are read before the transaction begins: that may need a
// connection of its own.
type holders struct {
	// sets are those who have a role that the profile defines, by name.
	sets []membership.Set
	// picked are those whom a route's rule has looked for.
	picked map[profile.Spot]domain.Picked
}

// holdersOf reads who has a role that the desk's profile defines, the product's own left out: of agents there are thousands. A
// desk that follows no profile here, or does not exist, has nobody: what is wrong with it is said to those alone who see the
// ticket.
func (c *Tickets) holdersOf(ctx context.Context, desk string) (holders, error) {
	known, err := c.Known.Desk(ctx, resourcename.ID(desk))
	if errors.Is(err, store.ErrNotFound) {
		return holders{}, nil
	}
	if err != nil {
		return holders{}, err
	}
	follows, found := c.Writer.Profiles.Of(known.Profile)
	if !found {
		return holders{}, nil
	}
	var roles []string
	for _, role := range follows.Settings().GetRoles() {
		if !slices.Contains(access.Roles(), role.GetId()) {
			roles = append(roles, role.GetId())
		}
	}
	var h holders
	if h.sets, err = store.HoldersOf(ctx, c.Writer.Pool, known.Desk, roles); err != nil {
		return holders{}, err
	}
	h.picked, err = c.picked(ctx, known.Desk, follows)
	return h, err
}

// picked are those whom the profile's routes look for (R41); nobody is asked for where none does.
func (c *Tickets) picked(ctx context.Context, desk string, follows *profile.Profile) (map[profile.Spot]domain.Picked, error) {
	var spots []profile.Spot
	for _, p := range append([]*profile.Profile{follows}, follows.Overlays()...) {
		for _, route := range p.Picks() {
			if spot := profile.SpotOf(route); !slices.Contains(spots, spot) {
				spots = append(spots, spot)
			}
		}
	}
	if len(spots) == 0 {
		return nil, nil
	}
	return store.LeastLoadedOf(ctx, c.Writer.Pool, desk, spots)
}

// manager is the first by name who has one of the roles; empty where nobody has.
func (h holders) manager(desk domain.Desk, roles []string) string {
	for _, role := range roles {
		for _, set := range h.sets {
			if set.HasAnywhere(role) {
				return desk.Name + "/persons/" + set.Person
			}
		}
	}
	return ""
}

// destination is where a route leads. The receiver is the one whom the route's rule looks for (R41), else the first by name who
// has the route's role and works there (R62). A route that names a role which nobody has leads nowhere; where nobody works whom a
// rule could look for, the ticket lies in the queue.
func (h holders) destination(desk domain.Desk, route *profilev1.Route) (domain.Destination, error) {
	d := domain.Destination{WithResponsibility: route.GetWithResponsibility()}
	party, group, grouped := strings.Cut(route.GetGroup(), "/")
	if !grouped {
		party = route.GetParty()
	}
	d.Party = desk.Name + "/parties/" + party
	if grouped {
		d.Group = d.Party + "/groups/" + group
	}
	role := route.GetRole()
	if picked, found := h.picked[profile.SpotOf(route)]; found && route.GetPick() != profilev1.Pick_PICK_UNSPECIFIED {
		picked.Rule = route.GetPick()
		d.Assignee, d.Picked = desk.Name+"/persons/"+picked.Person, &picked
		return d, nil
	}
	for _, set := range h.sets {
		if role != "" && set.Has(party, role) && access.WorksIn(set, d.Party, d.Group) {
			d.Assignee = desk.Name + "/persons/" + set.Person
			return d, nil
		}
	}
	if role != "" {
		return d, fault.New(codes.FailedPrecondition, NobodyInRole).Meta("role", role).
			Violation("MEMBERSHIP", "roles/"+role, "give somebody who works there the role, or send it by hand")
	}
	return d, nil
}

// sends are the steps that sending to a destination takes, for who must be allowed each of them.
func sends(s scene, d domain.Destination) []call {
	var steps []call
	switch {
	case s.IsAt(d):
	case s.Stays(d):
		steps = append(steps, call{action: "AssignTicket"})
	default:
		steps = append(steps, call{action: "HandOverTicket", told: func(facts *profilev1.TicketFacts) {
			facts.ReceiverParty = resourcename.ID(d.Party)
		}})
	}
	if s.MovesOwner(d) {
		steps = append(steps, call{action: "TransferResponsibility"})
	}
	return steps
}

// armIfOffered arms the timer of an offer, where there is one. A timer that was armed before has the same generation: the first
// that rings ends the offer, and the other finds nothing to do.
func (c *Tickets) armIfOffered(ctx context.Context, p *pg.Pipeline, t *store.Ticket) error {
	if t.Facts.GetHandOver() == nil {
		return nil
	}
	return c.armOfferExpiry(ctx, p, t)
}

// placeOf takes the name of a group or party apart.
func placeOf(name string) domain.Destination {
	party, _, grouped := strings.Cut(name, "/groups/")
	if !grouped {
		return domain.Destination{Party: name}
	}
	return domain.Destination{Party: party, Group: name}
}
