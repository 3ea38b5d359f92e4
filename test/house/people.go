package house

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/devissuer"
)

// The desk that the tests work in, and one beside it of which nothing may be seen.
const (
	Desk      = "desks/nsp"
	Elsewhere = "desks/au"
)

// The persons, by id.
const (
	Root   = "root"   // administrator of the installation and of both desks
	Mette  = "mette"  // agent of the service desk, where tickets come in
	Lars   = "lars"   // agent of Netic's operations group
	Nina   = "nina"   // agent of Netic, all groups
	Kim    = "kim"    // agent of Trifork
	Saul   = "saul"   // auditor of the authority
	Imke   = "imke"   // importer of the service desk
	Ole    = "ole"    // a user, Danish
	Ida    = "ida"    // a user, Swedish
	Eva    = "eva"    // agent of the desk elsewhere
	Nobody = "nobody" // can sign in, and has no part in any desk
)

// Party is the full name of a party of the desk.
func Party(id string) string { return Desk + "/parties/" + id }

// Group is the full name of a group of the desk.
func Group(party, id string) string { return Party(party) + "/groups/" + id }

// Person is the full name of a person of the desk.
func Person(id string) string { return Desk + "/persons/" + id }

// Mailbox is where a person is written to.
func Mailbox(id string) string { return id + "@example.org" }

// ID is a new request id.
func ID() string { return uuid.NewString() }

// Text is a text in English.
func Text(text string) *commonv1.LocalizedText {
	return &commonv1.LocalizedText{Text: text, LanguageCode: "en"}
}

// People may sign in.
func People() []devissuer.Person {
	var people []devissuer.Person
	for _, id := range []string{Root, Mette, Lars, Nina, Kim, Saul, Imke, Ole, Ida, Eva, Nobody} {
		people = append(people, devissuer.Person{ID: id, Name: id, Role: "in tests"})
	}
	return people
}

// languages that people want to be written to in; the desk's own where nothing is said.
var languages = map[string]string{Mette: "da", Lars: "en", Nina: "sv", Kim: "da", Ole: "da", Ida: "sv", Eva: "en"}

// memberships of the desk: who has which role for which party, or group of it.
var memberships = []struct{ person, party, group, role string }{
	{Mette, "servicedesk", "", "agent"},
	{Lars, "netic", "drift", "agent"},
	{Nina, "netic", "", "agent"},
	{Kim, "trifork", "", "agent"},
	{Saul, "sds", "", "auditor"},
	{Imke, "servicedesk", "", "importer"},
}

// Furnish makes the two desks, through a door like any administrator, and returns when every service knows of them.
func (h *House) Furnish(ctx context.Context, door *Door) error {
	admin := h.As(ctx, Root)
	for _, desk := range []struct{ name, prefix, authority, contact, language string }{
		{Desk, "ASCP", "sds", "servicedesk", "da"},
		{Elsewhere, "AU", "au", "au", "sv"},
	} {
		_, err := door.Directory.CreateDesk(admin, &triagev1.CreateDeskRequest{
			DeskId: desk.name[len("desks/"):], RequestId: ID(),
			Desk: &triagev1.Desk{
				DisplayName: desk.name, TimeZone: "Europe/Copenhagen", LanguageCode: desk.language,
				NumberScheme:   &triagev1.NumberScheme{Prefix: desk.prefix, Digits: 8},
				AuthorityParty: desk.name + "/parties/" + desk.authority, ContactParty: desk.name + "/parties/" + desk.contact,
			},
		})
		if err != nil {
			return fmt.Errorf("create %s: %w", desk.name, err)
		}
	}
	if err := h.fillDirectory(admin, door); err != nil {
		return err
	}
	if err := h.registerPersons(ctx, door); err != nil {
		return err
	}
	return Until(ctx, h.Settled)
}

func (h *House) fillDirectory(admin context.Context, door *Door) error {
	for _, party := range []string{"netic", "trifork"} {
		_, err := door.Directory.CreateParty(admin, &triagev1.CreatePartyRequest{
			Parent: Desk, PartyId: party, Party: &triagev1.Party{DisplayName: party}, RequestId: ID(),
		})
		if err != nil {
			return fmt.Errorf("create party %s: %w", party, err)
		}
	}
	for _, group := range []struct{ party, id string }{{"netic", "drift"}, {"netic", "database"}, {"trifork", "udvikling"}} {
		_, err := door.Directory.CreateGroup(admin, &triagev1.CreateGroupRequest{
			Parent: Party(group.party), GroupId: group.id, Group: &triagev1.Group{DisplayName: group.id, Level: 2}, RequestId: ID(),
		})
		if err != nil {
			return fmt.Errorf("create group %s: %w", group.id, err)
		}
	}
	grant := func(parent string, m *commonv1.Membership) error {
		_, err := door.Directory.GrantMembership(admin, &triagev1.GrantMembershipRequest{
			Parent: parent, Membership: m, RequestId: ID(),
		})
		if err != nil {
			return fmt.Errorf("make %s a member: %w", m.GetPerson(), err)
		}
		return nil
	}
	for _, m := range memberships {
		membership := &commonv1.Membership{Person: Person(m.person), Party: Party(m.party), Roles: []string{m.role}}
		if m.group != "" {
			membership.Group = Group(m.party, m.group)
		}
		if err := grant(Desk, membership); err != nil {
			return err
		}
	}
	return grant(Elsewhere, &commonv1.Membership{
		Person: Elsewhere + "/persons/" + Eva, Party: Elsewhere + "/parties/au", Roles: []string{"agent"},
	})
}

// registerPersons gives everybody an address. Intake hears of the desk a moment after triage made it.
func (h *House) registerPersons(ctx context.Context, door *Door) error {
	for _, id := range []string{Mette, Lars, Nina, Kim, Saul, Ole, Ida, Eva} {
		desk, by := Desk, Mette
		if id == Eva {
			desk, by = Elsewhere, Eva
		}
		request := &intakev1.CreatePersonRequest{
			Parent: desk, PersonId: id, RequestId: ID(),
			Person: &intakev1.Person{DisplayName: id, Email: Mailbox(id), LanguageCode: languages[id]},
		}
		err := Until(ctx, func(ctx context.Context) error {
			_, err := door.Persons.CreatePerson(h.As(ctx, by), request)
			return err
		})
		if err != nil {
			return fmt.Errorf("register %s: %w", id, err)
		}
	}
	return nil
}

// Reported is a ticket that has been reported and opened.
func (h *House) Reported(
	ctx context.Context, door *Door, by string, request *intakev1.SubmitTicketRequest,
) (*triagev1.Ticket, error) {
	submission, err := door.Submissions.SubmitTicket(h.As(ctx, by), request)
	if err != nil {
		return nil, fmt.Errorf("submit: %w", err)
	}
	var ticket *triagev1.Ticket
	err = Until(ctx, func(ctx context.Context) error {
		ticket, err = door.Tickets.GetTicket(h.As(ctx, by), &triagev1.GetTicketRequest{Name: submission.GetTicket()})
		if status.Code(err) != codes.NotFound && err != nil {
			return fmt.Errorf("read what was opened: %w", err)
		}
		return err
	})
	return ticket, err
}

// Report is a report by web.
func Report(desk, title string) *intakev1.SubmitTicketRequest {
	return &intakev1.SubmitTicketRequest{
		Parent: desk, RequestId: ID(), Title: Text(title), Description: Text("What, where, who, when."),
		Channel: commonv1.Channel_CHANNEL_WEB,
	}
}
