package command

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// peopleOf reads to whom a desk's process may send tickets, before the transaction begins: that may need a connection of its own.
// A desk that follows no profile here, or does not exist, has nobody: what is wrong with it is said to those alone who see the
// ticket.
func (c *Tickets) peopleOf(ctx context.Context, desk string) (domain.People, error) {
	known, err := c.Known.Desk(ctx, resourcename.ID(desk))
	if errors.Is(err, store.ErrNotFound) {
		return domain.People{}, nil
	}
	if err != nil {
		return domain.People{}, err
	}
	follows, found := c.Writer.Profiles.Of(known.Profile)
	if !found {
		return domain.People{}, nil
	}
	return store.PeopleOf(ctx, c.Writer.Pool, known.Desk, wanted(follows, c.Writer.Clock.Now()))
}

// wanted are the people whom a process may look for: who has a role that the profile defines, the product's own left out, for of
// agents there are thousands; at the ends of its routes the least loaded (R41); and those on duty, where it sends tickets to
// them (R67).
func wanted(follows *profile.Profile, at time.Time) store.PeopleWanted {
	w := store.PeopleWanted{At: at}
	for _, role := range follows.Settings().GetRoles() {
		if !slices.Contains(access.Roles(), role.GetId()) {
			w.Roles = append(w.Roles, role.GetId())
		}
	}
	for _, p := range append([]*profile.Profile{follows}, follows.Overlays()...) {
		w.Shifts = w.Shifts || p.SendsToDuty()
		for _, route := range p.LeastLoaded() {
			if spot := profile.SpotOf(route); !slices.Contains(w.Spots, spot) {
				w.Spots = append(w.Spots, spot)
			}
		}
	}
	if !w.Shifts {
		return w
	}
	for _, contact := range follows.Settings().GetContacts() {
		if role := contact.GetRole(); role != "" && !slices.Contains(w.Roles, role) {
			w.Roles = append(w.Roles, role)
		}
	}
	return w
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
func (w *Writer) armIfOffered(ctx context.Context, p *pg.Pipeline, t *store.Ticket) error {
	if t.Facts.GetHandOver() == nil {
		return nil
	}
	return w.armOfferExpiry(ctx, p, t)
}

// placeOf takes the name of a group or party apart.
func placeOf(name string) domain.Destination {
	party, _, grouped := strings.Cut(name, "/groups/")
	if !grouped {
		return domain.Destination{Party: name}
	}
	return domain.Destination{Party: party, Group: name}
}
