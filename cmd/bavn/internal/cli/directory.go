package cli

import (
	"context"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Desk is everything about desks.
type Desk struct {
	Create DeskCreate `cmd:"" help:"Make a desk; you become its first administrator."`
	List   DeskList   `cmd:"" help:"List the desks that you have a part in."`
}

// DeskCreate makes a desk.
type DeskCreate struct {
	ID            string `arg:"" help:"Short id, such as nsp."`
	DisplayName   string `name:"name" required:"" placeholder:"TEXT" help:"What people call it."`
	Authority     string `required:"" placeholder:"PARTY" help:"The party that owns the process."`
	Contact       string `required:"" placeholder:"PARTY" help:"The party that receives new tickets."`
	AuthorityName string `placeholder:"TEXT" help:"What people call the authority; its id if left out."`
	ContactName   string `placeholder:"TEXT" help:"What people call the contact party; its id if left out."`
	Prefix        string `required:"" placeholder:"ASCP" help:"Ticket numbers begin with this."`
	Digits        int32  `default:"8" help:"… and go on with this many digits (${default})."`
	TimeZone      string `default:"Europe/Copenhagen" help:"IANA time zone (${default})."`
	LanguageCode  string `default:"da" enum:"da,sv,en" help:"Default language (${default})."`
	Request
}

// Run makes it.
func (c *DeskCreate) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	desk, err := connected.Directory.CreateDesk(ctx, &triagev1.CreateDeskRequest{
		DeskId: c.ID, RequestId: c.id(),
		Desk: &triagev1.Desk{
			DisplayName: c.DisplayName, TimeZone: c.TimeZone, LanguageCode: c.LanguageCode,
			NumberScheme:   &triagev1.NumberScheme{Prefix: c.Prefix, Digits: c.Digits},
			AuthorityParty: resource.Party(c.ID, c.Authority), ContactParty: resource.Party(c.ID, c.Contact),
			AuthorityPartyDisplayName: c.AuthorityName, ContactPartyDisplayName: c.ContactName,
		},
	})
	return s.made(desk, desk.GetName(), err)
}

// made says the name of what was made.
func (s *session) made(m proto.Message, name string, err error) error {
	switch {
	case err != nil:
		return err
	case s.JSON:
		return s.Message(m)
	default:
		s.Printf("%s\n", name)
		return nil
	}
}

// DeskList lists desks.
type DeskList struct{}

// Run prints a table.
func (*DeskList) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	desks, err := pages(0, func(size int32, token string) ([]*triagev1.Desk, string, error) {
		page, err := connected.Directory.ListDesks(ctx, &triagev1.ListDesksRequest{PageSize: size, PageToken: token})
		return page.GetDesks(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.ListDesksResponse{Desks: desks})
	}
	table := s.Table("DESK", "NAME", "NUMBERS", "LANGUAGE", "TIME ZONE", "AUTHORITY", "CONTACT")
	for _, d := range desks {
		numbers := d.GetNumberScheme().GetPrefix() + strings.Repeat("0", int(d.GetNumberScheme().GetDigits()))
		table.Row(resource.ID(d.GetName()), d.GetDisplayName(), numbers, d.GetLanguageCode(), d.GetTimeZone(),
			resource.ID(d.GetAuthorityParty()), resource.ID(d.GetContactParty()))
	}
	return table.Print(s.Out)
}

// Party is everything about parties.
type Party struct {
	Create PartyCreate `cmd:"" help:"Make a party."`
	List   PartyList   `cmd:"" help:"List the parties of the desk."`
}

// PartyCreate makes a party.
type PartyCreate struct {
	ID          string `arg:"" help:"Short id, such as netic."`
	DisplayName string `name:"name" required:"" placeholder:"TEXT" help:"What people call it."`
	Request
}

// Run makes it.
func (c *PartyCreate) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	party, err := connected.Directory.CreateParty(ctx, &triagev1.CreatePartyRequest{
		Parent: s.desk(), PartyId: c.ID, Party: &triagev1.Party{DisplayName: c.DisplayName}, RequestId: c.id(),
	})
	return s.made(party, party.GetName(), err)
}

// PartyList lists parties.
type PartyList struct{}

// Run prints a table.
func (*PartyList) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	parties, err := pages(0, func(size int32, token string) ([]*triagev1.Party, string, error) {
		page, err := connected.Directory.ListParties(ctx, &triagev1.ListPartiesRequest{
			Parent: s.desk(), PageSize: size, PageToken: token,
		})
		return page.GetParties(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.ListPartiesResponse{Parties: parties})
	}
	table := s.Table("PARTY", "NAME")
	for _, p := range parties {
		table.Row(resource.ID(p.GetName()), p.GetDisplayName())
	}
	return table.Print(s.Out)
}

// Group is everything about groups.
type Group struct {
	Create GroupCreate `cmd:"" help:"Make a group."`
	List   GroupList   `cmd:"" help:"List the groups of a party, or of all."`
}

// GroupCreate makes a group.
type GroupCreate struct {
	Group       string `arg:"" help:"Party and short id: netic/drift."`
	DisplayName string `name:"name" required:"" placeholder:"TEXT" help:"What people call it."`
	Level       int32  `required:"" placeholder:"1|2|3" help:"Support line."`
	Request
}

// Run makes it.
func (c *GroupCreate) Run(ctx context.Context, s *session) error {
	party, group, err := resource.Holder(s.Desk, c.Group)
	if err != nil || group == "" {
		return failure.New(failure.Usage, "write it as netic/drift", "%q names no group of a party", c.Group)
	}
	connected, err := s.connect()
	if err != nil {
		return err
	}
	made, err := connected.Directory.CreateGroup(ctx, &triagev1.CreateGroupRequest{
		Parent: party, GroupId: resource.ID(group), RequestId: c.id(),
		Group: &triagev1.Group{DisplayName: c.DisplayName, Level: c.Level},
	})
	return s.made(made, made.GetName(), err)
}

// GroupList lists groups.
type GroupList struct {
	Party string `arg:"" default:"-" help:"Party; all if left out."`
}

// Run prints a table.
func (c *GroupList) Run(ctx context.Context, s *session) error {
	groups, err := s.groups(ctx, c.Party)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.ListGroupsResponse{Groups: groups})
	}
	table := s.Table("GROUP", "LINE", "NAME")
	for _, g := range groups {
		table.Row(resource.Short(g.GetName()), strconv.Itoa(int(g.GetLevel())), g.GetDisplayName())
	}
	return table.Print(s.Out)
}

func (s *session) groups(ctx context.Context, party string) ([]*triagev1.Group, error) {
	connected, err := s.connect()
	if err != nil {
		return nil, err
	}
	return pages(0, func(size int32, token string) ([]*triagev1.Group, string, error) {
		page, err := connected.Directory.ListGroups(ctx, &triagev1.ListGroupsRequest{
			Parent: resource.Party(s.Desk, party), PageSize: size, PageToken: token,
		})
		return page.GetGroups(), page.GetNextPageToken(), err
	})
}

// Person is everything about people.
type Person struct {
	Create PersonCreate `cmd:"" help:"Register a person."`
	List   PersonList   `cmd:"" help:"List the persons of the desk."`
	Import PersonImport `cmd:"" help:"Bring persons in line with a CSV file: staff, students, guests."`
	Erase  PersonErase  `cmd:"" help:"Erase a person for good: contact data, and the texts of their tickets."`
}

// PersonCreate registers a person.
type PersonCreate struct {
	ID           string `arg:"" help:"Id of the sign-in, such as mette."`
	DisplayName  string `name:"name" required:"" placeholder:"TEXT" help:"Name."`
	Email        string `placeholder:"ADDRESS" help:"Where messages go."`
	Phone        string `placeholder:"+45…" help:"Phone number, E.164."`
	LanguageCode string `placeholder:"da|sv|en" help:"The language to write to them in; the desk's if left out."`
	Request
}

// Run registers.
func (c *PersonCreate) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	person, err := connected.Persons.CreatePerson(ctx, &intakev1.CreatePersonRequest{
		Parent: s.desk(), PersonId: c.ID, RequestId: c.id(),
		Person: &intakev1.Person{DisplayName: c.DisplayName, Email: c.Email, Phone: c.Phone, LanguageCode: c.LanguageCode},
	})
	return s.made(person, person.GetName(), err)
}

// PersonList lists persons.
type PersonList struct{}

// Run prints a table.
func (*PersonList) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	persons, err := pages(0, func(size int32, token string) ([]*intakev1.Person, string, error) {
		page, err := connected.Persons.ListPersons(ctx, &intakev1.ListPersonsRequest{
			Parent: s.desk(), PageSize: size, PageToken: token,
		})
		return page.GetPersons(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&intakev1.ListPersonsResponse{Persons: persons})
	}
	table := s.Table("PERSON", "NAME", "E-MAIL", "LANGUAGE")
	for _, p := range persons {
		name := p.GetDisplayName()
		if p.GetEraseTime() != nil {
			name = "erased " + s.Time(p.GetEraseTime().AsTime())
		}
		table.Row(resource.ID(p.GetName()), name, p.GetEmail(), p.GetLanguageCode())
	}
	return table.Print(s.Out)
}

// PersonErase erases a person (R147).
type PersonErase struct {
	ID string `arg:"" help:"Who."`
	Request
}

// Run erases.
func (c *PersonErase) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	person, err := connected.Persons.ErasePerson(ctx, &intakev1.ErasePersonRequest{
		Name: resource.Person(s.Desk, c.ID), RequestId: c.id(),
	})
	return s.made(person, person.GetName(), err)
}

// Membership is everything about memberships.
type Membership struct {
	Create MembershipCreate `cmd:"" aliases:"grant" help:"Give a person roles in a party or group."`
	Revoke MembershipRevoke `cmd:"" help:"Take a membership away."`
	List   MembershipList   `cmd:"" help:"List memberships."`
}

// MembershipCreate gives roles.
type MembershipCreate struct {
	Person string   `arg:"" help:"Who."`
	Where  string   `arg:"" help:"Party (netic) or group (netic/drift)."`
	Roles  []string `arg:"" help:"agent, dispatcher, coordinator, auditor, importer, administrator."`
	Request
}

// Run gives them; roles that the person had there are replaced.
func (c *MembershipCreate) Run(ctx context.Context, s *session) error {
	party, group, err := resource.Holder(s.Desk, c.Where)
	if err != nil {
		return failure.New(failure.Usage, "", "%w", err)
	}
	connected, err := s.connect()
	if err != nil {
		return err
	}
	made, err := connected.Directory.GrantMembership(ctx, &triagev1.GrantMembershipRequest{
		Parent: s.desk(), RequestId: c.id(),
		Membership: &commonv1.Membership{
			Person: resource.Person(s.Desk, c.Person), Party: party, Group: group, Roles: c.Roles,
		},
	})
	return s.made(made, made.GetName(), err)
}

// MembershipRevoke takes a membership away.
type MembershipRevoke struct {
	Name string `arg:"" help:"Name of the membership, as listed."`
	Request
}

// Run revokes.
func (c *MembershipRevoke) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	name := c.Name
	if !strings.HasPrefix(name, "desks/") {
		name = s.desk() + "/memberships/" + name
	}
	gone, err := connected.Directory.RevokeMembership(ctx, &triagev1.RevokeMembershipRequest{Name: name, RequestId: c.id()})
	return s.made(gone, gone.GetName(), err)
}

// MembershipList lists memberships.
type MembershipList struct {
	Person string `placeholder:"PERSON" help:"Only those of this person."`
	Party  string `placeholder:"PARTY" help:"Only those of this party."`
}

// Run prints a table.
func (c *MembershipList) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	memberships, err := pages(0, func(size int32, token string) ([]*commonv1.Membership, string, error) {
		page, err := connected.Directory.ListMemberships(ctx, &triagev1.ListMembershipsRequest{
			Parent: s.desk(), PageSize: size, PageToken: token,
			Person: resource.Person(s.Desk, c.Person), Party: resource.Party(s.Desk, c.Party),
		})
		return page.GetMemberships(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.ListMembershipsResponse{Memberships: memberships})
	}
	table := s.Table("PERSON", "WHERE", "ROLES", "MEMBERSHIP")
	for _, m := range memberships {
		table.Row(resource.ID(m.GetPerson()), shortHolder(m.GetParty(), m.GetGroup()), strings.Join(m.GetRoles(), ", "),
			resource.ID(m.GetName()))
	}
	return table.Print(s.Out)
}
