package store

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Proto is the desk in the contract's words.
func (d Desk) Proto() *triagev1.Desk {
	name := "desks/" + d.Desk
	return &triagev1.Desk{
		Name: name, DisplayName: d.DisplayName, TimeZone: d.TimeZone, LanguageCode: d.LanguageCode,
		NumberScheme:   &triagev1.NumberScheme{Prefix: d.NumberPrefix, Digits: int32(d.NumberDigits)},
		AuthorityParty: name + "/" + d.AuthorityParty, ContactParty: name + "/" + d.ContactParty,
		CreateTime: timestamppb.New(d.CreateTime), Profile: d.Profile,
	}
}

// Proto is the party in the contract's words.
func (p Party) Proto() *triagev1.Party {
	return &triagev1.Party{
		Name: "desks/" + p.Desk + "/" + p.Party, DisplayName: p.DisplayName, CreateTime: timestamppb.New(p.CreateTime),
	}
}

// Proto is the group in the contract's words.
func (g Group) Proto() *triagev1.Group {
	return &triagev1.Group{
		Name: "desks/" + g.Desk + "/" + g.Group, DisplayName: g.DisplayName, Level: int32(g.Level),
		CreateTime: timestamppb.New(g.CreateTime),
	}
}

// Proto is the membership in the contract's words.
func (m Membership) Proto() *commonv1.Membership {
	desk := "desks/" + m.Desk
	membership := &commonv1.Membership{
		Name: desk + "/memberships/" + m.Membership, Person: desk + "/persons/" + m.Person, Party: desk + "/parties/" + m.Party,
		Roles: m.Roles,
	}
	if m.Grp != "" {
		membership.Group = membership.GetParty() + "/groups/" + m.Grp
	}
	return membership
}
