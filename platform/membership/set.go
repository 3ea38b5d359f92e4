// Package membership says who may act for whom: a person's roles in the parties and groups of a desk. Triage owns the
// memberships and tells of them in its feed; every service keeps a projection, because a token says who someone is and never
// what they may do.
package membership

import (
	"slices"

	"github.com/cedar-policy/cedar-go"
)

// Membership is one person's part in one party. Party, group and person are ids relative to the desk.
type Membership struct {
	ID, Person, Party, Group string
	Roles                    []string
}

// Set is everything one person is in one desk. The zero Set is a stranger's.
type Set struct {
	Person      string
	Memberships []Membership
}

// Member reports whether the person has any part in the desk.
func (s Set) Member() bool { return len(s.Memberships) > 0 }

// MemberOf reports whether the person has any role in the party.
func (s Set) MemberOf(party string) bool {
	return slices.ContainsFunc(s.Memberships, func(m Membership) bool { return m.Party == party })
}

// Has reports whether the person holds the role in the party, in the whole of it or in one of its groups.
func (s Set) Has(party, role string) bool {
	return slices.ContainsFunc(s.Memberships, func(m Membership) bool {
		return m.Party == party && slices.Contains(m.Roles, role)
	})
}

// HasAnywhere reports whether the person holds the role in some party of the desk.
func (s Set) HasAnywhere(role string) bool {
	return slices.ContainsFunc(s.Memberships, func(m Membership) bool { return slices.Contains(m.Roles, role) })
}

// Keys are the audience keys that the person holds: "persons/mette", "parties/netic", "parties/netic/groups/drift",
// "roles/incident_manager". What is shown to one of them is shown to the person.
func (s Set) Keys() []string {
	keys := make([]string, 0, 1+2*len(s.Memberships))
	if s.Person != "" {
		keys = append(keys, "persons/"+s.Person)
	}
	for _, m := range s.Memberships {
		keys = appendNew(keys, "parties/"+m.Party)
		if m.Group != "" {
			keys = appendNew(keys, "parties/"+m.Party+"/groups/"+m.Group)
		}
		for _, role := range m.Roles {
			keys = appendNew(keys, "roles/"+role)
		}
	}
	return keys
}

// Parties are the parties the person has a part in.
func (s Set) Parties() []string {
	var parties []string
	for _, m := range s.Memberships {
		parties = appendNew(parties, m.Party)
	}
	return parties
}

// Attributes describe the person to Cedar: `keys` as above, `parties`, `roles` held anywhere, and `party_roles` as
// "netic:agent".
func (s Set) Attributes() cedar.Record {
	var roles, partyRoles []string
	for _, m := range s.Memberships {
		for _, role := range m.Roles {
			roles = appendNew(roles, role)
			partyRoles = appendNew(partyRoles, m.Party+":"+role)
		}
	}
	return cedar.NewRecord(cedar.RecordMap{
		"keys":        cedarSet(s.Keys()),
		"parties":     cedarSet(s.Parties()),
		"roles":       cedarSet(roles),
		"party_roles": cedarSet(partyRoles),
	})
}

func cedarSet(values []string) cedar.Set {
	set := make([]cedar.Value, len(values))
	for i, v := range values {
		set[i] = cedar.String(v)
	}
	return cedar.NewSet(set...)
}

func appendNew(list []string, value string) []string {
	if slices.Contains(list, value) {
		return list
	}
	return append(list, value)
}
