package domain

import (
	"slices"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Member is a person's part in a party, all ids relative to the desk.
type Member struct {
	Person, Party, Group string
	Roles                []string
}

// People are those whom an event may concern beside the ticket's own: members of parties and roles that are told, stakeholders of
// its priority, and those who follow it.
type People struct {
	Members      []Member
	Stakeholders []string
	Watchers     []Member // once for each part that they have; at least once, without any
}

// receiving are the roles that take in what is told to a party, the first that anybody holds. Where nobody does, all are told but
// those who only look after the desk.
var receiving = []string{"dispatcher", "agent"}

// ofParty are the people who hear for a party, or for one of its groups: few, because what is told to a party is not told to each
// who works there.
func (p People) ofParty(party, group string) []string {
	in := func(m Member) bool { return m.Party == party && (group == "" || m.Group == group) }
	for _, role := range receiving {
		if people := p.who(func(m Member) bool { return in(m) && slices.Contains(m.Roles, role) }); len(people) > 0 {
			return people
		}
	}
	if group != "" {
		return p.ofParty(party, "")
	}
	return p.who(func(m Member) bool {
		return in(m) && slices.ContainsFunc(m.Roles, func(role string) bool { return role != "auditor" && role != "administrator" })
	})
}

// inRole are the people who hold a role in any party.
func (p People) inRole(role string) []string {
	return p.who(func(m Member) bool { return slices.Contains(m.Roles, role) })
}

func (p People) who(is func(Member) bool) []string {
	var people []string
	for _, m := range p.Members {
		if is(m) {
			people = append(people, "persons/"+m.Person)
		}
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// keys are what audiences may name a member by.
func (m Member) keys() []string {
	keys := []string{"persons/" + m.Person}
	if m.Party != "" {
		keys = append(keys, "parties/"+m.Party, "parties/"+m.Party+"/groups/"+m.Group)
	}
	for _, role := range m.Roles {
		keys = append(keys, "roles/"+role)
	}
	return keys
}

// groupOf is the group that has the work of a party, or is offered it; empty for the whole party.
func groupOf(t *triagev1.Ticket, party string) string {
	switch party {
	case Key(t.GetHandOver().GetParty()):
		return lastPart(t.GetHandOver().GetGroup())
	case Key(t.GetHolderParty()):
		return lastPart(t.GetHolderGroup())
	}
	return ""
}
