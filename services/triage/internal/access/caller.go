// Package access says who may do what: the policies of this service in one file, and what they are told about callers and
// tickets.
package access

import (
	"slices"

	"github.com/cedar-policy/cedar-go"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// The roles that a membership can give here.
const (
	roleAgent       = "agent"
	roleDispatcher  = "dispatcher"
	roleCoordinator = "coordinator"
	roleAuditor     = "auditor"
	roleImporter    = "importer"
	// RoleAdministrator keeps a desk's directory; every desk has one.
	RoleAdministrator = "administrator"
)

// Roles are all that exist.
func Roles() []string {
	return []string{roleAgent, roleDispatcher, roleCoordinator, roleAuditor, roleImporter, RoleAdministrator}
}

// Caller is who makes a call, as one desk knows them.
type Caller struct {
	auth.Principal
	// Desk is the desk's resource name; empty outside desks.
	Desk string
	// Set is what the person is in the desk.
	Set membership.Set
	// Concerned says that the person has no part in the desk, and a ticket of it in sight.
	Concerned bool

	administrator bool // of the installation

	// own is what they are without what is lent to them, and home their own party by the one whose roles they fill (R9); both are
	// nil where nothing is lent.
	own  membership.Set
	home map[string]string
}

// PersonName is the caller's resource name in the desk; empty for a service that acts by itself.
func (c *Caller) PersonName() string {
	if c.Person == "" {
		return ""
	}
	return c.Desk + "/persons/" + c.Person
}

// ID is what requests are remembered under: the person, or the service.
func (c *Caller) ID() string {
	if c.Person != "" {
		return "persons/" + c.Person
	}
	return "services/" + c.Service
}

// Keys are the audience keys that the caller holds.
func (c *Caller) Keys() []string { return c.Set.Keys() }

// IsAuditorOf reports whether the caller audits for a party, named relative to the desk.
func (c *Caller) IsAuditorOf(party string) bool {
	return c.Set.Has(resourcename.ID(party), roleAuditor)
}

// PartyFor is the party that the caller acts for in a step of the life cycle, as a full name: that of the first part in the
// step's rule that the caller has. It is empty where the caller acts for themselves.
func (c *Caller) PartyFor(step process.Step, t *domain.Ticket) string {
	rule, _ := process.RuleFor(step, t.Facts.GetStatus())
	for _, part := range rule.By {
		if party := c.partyOf(part, t); party != "" {
			return party
		}
	}
	return ""
}

// ActsFor is the party that the caller acts for, as PartyFor has it. Where the roles they need for it are lent, they act for
// their own party as the other (R9).
func (c *Caller) ActsFor(step process.Step, t *domain.Ticket) (party, actingAs string) {
	party = c.PartyFor(step, t)
	home, lent := c.home[resourcename.ID(party)]
	if !lent || party == "" {
		return party, ""
	}
	alone := Caller{Principal: c.Principal, Desk: c.Desk, Set: c.own}
	if alone.PartyFor(step, t) == party {
		return party, ""
	}
	return c.Desk + "/parties/" + home, party
}

// Parts are the parts that the caller has in a ticket.
func (c *Caller) Parts(t *domain.Ticket) []process.Part {
	var parts []process.Part
	for _, part := range []process.Part{
		process.HolderAgent, process.OwnerAgent, process.OffereeAgent, process.HeirAgent, process.PastAgent, process.PartyMember,
		process.Finder, process.Importer, process.Manager,
	} {
		if c.partyOf(part, t) != "" {
			parts = append(parts, part)
		}
	}
	if self := c.PersonName(); self != "" {
		if self == t.Facts.GetReporter() {
			parts = append(parts, process.Reporter)
		}
		if self == t.Facts.GetAffectedUser() {
			parts = append(parts, process.AffectedUser)
		}
	}
	return parts
}

// Roles are those that the caller holds anywhere in the desk.
func (c *Caller) Roles() []string {
	var roles []string
	for _, m := range c.Set.Memberships {
		roles = append(roles, m.Roles...)
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

func (c *Caller) partyOf(part process.Part, t *domain.Ticket) string {
	f := t.Facts
	switch part {
	case process.HolderAgent:
		return c.first(roleAgent, f.GetHolderParty()) + c.firstUnlessAgent(roleDispatcher, f.GetHolderParty())
	case process.OwnerAgent:
		if party := c.first(roleAgent, f.GetOwnerParty()); party != "" {
			return party
		}
		return c.first(roleCoordinator, f.GetOwnerParty(), t.Desk.AuthorityParty)
	case process.OffereeAgent:
		return c.first(roleAgent, f.GetHandOver().GetParty()) + c.firstUnlessAgent(roleDispatcher, f.GetHandOver().GetParty())
	case process.HeirAgent:
		return c.first(roleAgent, f.GetTransfer().GetParty()) + c.firstUnlessAgent(roleCoordinator, f.GetTransfer().GetParty())
	case process.PastAgent:
		return c.first(roleAgent, f.GetPastHolders()...)
	case process.Finder:
		return c.first(roleAgent, f.GetAssessment().GetFoundBy())
	case process.PartyMember:
		return c.insider(t)
	case process.Importer:
		for _, m := range c.Set.Memberships {
			if slices.Contains(m.Roles, roleImporter) {
				return c.Desk + "/parties/" + m.Party
			}
		}
	case process.Manager:
		return c.managing(t)
	default: // the others act for themselves
	}
	return ""
}

// managing is the party at which somebody turned to the caller about a ticket (R58), by a role that they hold or by name.
func (c *Caller) managing(t *domain.Ticket) string {
	named, roles := turnedTo(t)
	byName := slices.Contains(named, "persons/"+c.Person)
	for _, m := range c.Set.Memberships {
		if byName || slices.ContainsFunc(m.Roles, func(r string) bool { return slices.Contains(roles, r) }) {
			return c.Desk + "/parties/" + m.Party
		}
	}
	return ""
}

// turnedTo are the persons and roles of whom somebody waits for an answer.
func turnedTo(t *domain.Ticket) (persons, roles []string) {
	for _, open := range domain.OpenEscalations(t.Facts) {
		if open.GetPerson() != "" {
			persons = append(persons, t.Desk.Key(open.GetPerson()))
		}
		roles = append(roles, open.GetRoles()...)
	}
	return persons, roles
}

// insider is the party for which the caller sees the ticket: one that sees it, or of a restricted one that the caller sees for
// another reason, the first that the caller has a part in (R149).
func (c *Caller) insider(t *domain.Ticket) string {
	insiders, parties := domain.Insiders(t.Desk, t.Facts), c.Set.Parties()
	for _, id := range parties {
		if slices.Contains(insiders, "parties/"+id) {
			return c.Desk + "/parties/" + id
		}
	}
	for _, key := range c.Keys() {
		if t.Facts.GetRestricted() && slices.Contains(insiders, key) && len(parties) > 0 {
			return c.Desk + "/parties/" + parties[0]
		}
	}
	return ""
}

// first is the first of the parties in which the caller holds a role.
func (c *Caller) first(role string, parties ...string) string {
	for _, party := range parties {
		if party != "" && c.Set.Has(resourcename.ID(party), role) {
			return party
		}
	}
	return ""
}

func (c *Caller) firstUnlessAgent(role, party string) string {
	if c.first(roleAgent, party) != "" {
		return ""
	}
	return c.first(role, party)
}

// entity is the caller as the policies see them.
func (c *Caller) entity() cedar.Entity {
	uid := c.Entity()
	if c.Person == "" {
		return cedar.Entity{UID: uid}
	}
	sets := map[string][]string{"keys": c.Keys()}
	for _, name := range []string{
		"member_of", "agent_of", "agent_throughout", "agent_in", "dispatcher_of", "coordinator_of", "roles",
	} {
		sets[name] = nil
	}
	for _, m := range c.Set.Memberships {
		party := "parties/" + m.Party
		sets["member_of"] = append(sets["member_of"], party)
		for _, role := range m.Roles {
			sets["roles"] = append(sets["roles"], role)
			switch role {
			case roleAgent:
				sets["agent_of"] = append(sets["agent_of"], party)
				if m.Group == "" {
					sets["agent_throughout"] = append(sets["agent_throughout"], party)
				} else {
					sets["agent_in"] = append(sets["agent_in"], party+"/groups/"+m.Group)
				}
			case roleDispatcher:
				sets["dispatcher_of"] = append(sets["dispatcher_of"], party)
			case roleCoordinator:
				sets["coordinator_of"] = append(sets["coordinator_of"], party)
			}
		}
	}
	attributes := cedar.RecordMap{
		"self":                       cedar.String("persons/" + c.Person),
		"member":                     cedar.Boolean(c.Set.Member()),
		"concerned":                  cedar.Boolean(c.Concerned),
		"installation_administrator": cedar.Boolean(c.administrator),
	}
	for name, values := range sets {
		attributes[cedar.String(name)] = stringSet(values)
	}
	return cedar.Entity{UID: uid, Attributes: cedar.NewRecord(attributes)}
}

func stringSet(values []string) cedar.Set {
	set := make([]cedar.Value, len(values))
	for i, v := range values {
		set[i] = cedar.String(v)
	}
	return cedar.NewSet(set...)
}
