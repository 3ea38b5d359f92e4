package domain

import (
	"slices"
	"strconv"
	"strings"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
)

// roleAgent is the product's role of those who work on tickets.
const roleAgent = "agent"

// People are those of a desk to whom its process may send tickets, as they were read before the step.
type People struct {
	// Holders are everything that those are who have a role which the process names, or stand in for somebody, by name.
	Holders []membership.Set
	// LeastLoaded are who has the fewest open tickets at the end of each route that looks for them (R41).
	LeastLoaded map[profile.Spot]Load
	// Shifts are those of the desk that are not called off, in the order in which they were made.
	Shifts []*triagev1.Shift
}

// Load is how many open tickets somebody has.
type Load struct {
	// Person is their id.
	Person string
	Open   int
}

// NobodyInRole refuses a route that names a role which nobody has at its end.
type NobodyInRole struct{ Role string }

func (e NobodyInRole) Error() string { return "nobody who works there is " + e.Role }

// Manager is the first by name who has one of the roles; empty where nobody has.
func (p People) Manager(desk Desk, roles []string) string {
	for _, role := range roles {
		for _, set := range p.Holders {
			if set.HasAnywhere(role) {
				return desk.Name + "/persons/" + set.Person
			}
		}
	}
	return ""
}

// Destination is where a route leads for a ticket at a time. The receiver is the one whom the route's rule looks for (R41), else
// the first by name who has the route's role and works there (R62). A route that names a role which nobody has leads nowhere;
// where nobody works whom a rule could look for, the ticket lies in the queue.
func (p People) Destination(t Ticket, route *profilev1.Route, at time.Time) (Destination, error) {
	d := Destination{WithResponsibility: route.GetWithResponsibility()}
	party, group, grouped := strings.Cut(route.GetGroup(), "/")
	if !grouped {
		party = route.GetParty()
	}
	d.Party = t.Desk.Name + "/parties/" + party
	if grouped {
		d.Group = d.Party + "/groups/" + group
	}
	found, err := p.pick(t, route, d, at)
	if err != nil {
		return Destination{}, err
	}
	if found != nil {
		d.Assignee, d.Picked = t.Desk.Name+"/persons/"+found.Person, found
		return d, nil
	}
	if role := route.GetRole(); role != "" {
		first, found := p.first(func(set membership.Set) bool { return receives(set, role, d) })
		if !found {
			return d, NobodyInRole{role}
		}
		d.Assignee = t.Desk.Name + "/persons/" + first
	}
	return d, nil
}

// pick is whom the rule of a route looks for; nobody where it has none, or where it finds nobody.
func (p People) pick(t Ticket, route *profilev1.Route, d Destination, at time.Time) (*Picked, error) {
	switch route.GetPick() {
	case profilev1.Pick_PICK_LEAST_LOADED:
		load, found := p.LeastLoaded[profile.SpotOf(route)]
		if !found {
			return nil, nil
		}
		return &Picked{Person: load.Person, For: map[string]string{
			"pick": "least_loaded", "open_tickets": strconv.Itoa(load.Open),
		}}, nil
	case profilev1.Pick_PICK_ON_DUTY:
		return p.onDuty(t, route.GetRole(), d, at)
	default:
		return nil, nil
	}
}

// onDuty is the first of those who are on duty about a ticket who may receive it where it goes: who stands in, or the first by
// name who has the contact's role at its party (R67).
func (p People) onDuty(t Ticket, role string, d Destination, at time.Time) (*Picked, error) {
	duty, found, err := t.Desk.OnDuty(t.ProcessFacts(at), at, p.Shifts, "")
	if err != nil || !found {
		return nil, err
	}
	for _, link := range duty.Links {
		person, found := p.first(func(set membership.Set) bool {
			called := set.Person == resourcename.ID(link.GetPerson())
			if link.GetPerson() == "" {
				called = set.Has(resourcename.ID(link.GetParty()), link.GetRole())
			}
			return called && receives(set, role, d)
		})
		if found {
			return &Picked{Person: person, For: map[string]string{"pick": "on_duty", "chain": duty.Chain, "duty": duty.Why.Rule}}, nil
		}
	}
	return nil, nil
}

// first is the id of the first by name who fits.
func (p People) first(fits func(membership.Set) bool) (person string, found bool) {
	at := slices.IndexFunc(p.Holders, fits)
	if at < 0 {
		return "", false
	}
	return p.Holders[at].Person, true
}

// receives reports whether somebody works where a ticket goes, in the role that its route names, if it names one.
func receives(set membership.Set, role string, d Destination) bool {
	return WorksIn(set, d.Party, d.Group) && (role == "" || set.Has(resourcename.ID(d.Party), role))
}

// WorksIn reports whether somebody is agent where a ticket goes: of the group, or of the whole party; without a group, anywhere
// in the party. Names are full.
func WorksIn(set membership.Set, party, group string) bool {
	return slices.ContainsFunc(set.Memberships, func(m membership.Membership) bool {
		return m.Party == resourcename.ID(party) && slices.Contains(m.Roles, roleAgent) &&
			(group == "" || m.Group == "" || m.Group == resourcename.ID(group))
	})
}
