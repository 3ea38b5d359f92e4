package house

import (
	"context"
	"fmt"
	"slices"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/devissuer"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/profiles"
)

// Organisation is a desk that follows a shipped profile, and the people who play its roles.
type Organisation struct {
	Profile *profile.Profile
	Cast    []Player
}

// Player is a person and what they are in the organisation. Whoever has no party is a user.
type Player struct {
	Person       string
	Party, Group string // ids of the profile: "netic", "drift"
	Roles        []string
}

// Shipped is the organisation of a shipped profile.
func Shipped(id string, cast ...Player) (Organisation, error) {
	p, err := profile.Load(profiles.Shipped, id+".yaml")
	return Organisation{p, cast}, err
}

// Desk is its resource name.
func (o Organisation) Desk() string { return "desks/" + o.Profile.ID() }

// Party is the resource name of one of its parties.
func (o Organisation) Party(id string) string { return o.Desk() + "/parties/" + id }

// Group is the resource name of a group of a party.
func (o Organisation) Group(party, id string) string { return o.Party(party) + "/groups/" + id }

// Person is the resource name of somebody of the cast.
func (o Organisation) Person(id string) string { return o.Desk() + "/persons/" + id }

// People may sign in: the cast, and Root.
func (o Organisation) People() []devissuer.Person {
	ids := []string{Root}
	for _, player := range o.Cast {
		ids = append(ids, player.Person)
	}
	slices.Sort(ids)
	var people []devissuer.Person
	for _, id := range slices.Compact(ids) {
		people = append(people, devissuer.Person{ID: id, Name: id, Role: "in tests"})
	}
	return people
}

// Found makes the desk through a door, with the parties and groups of its profile, gives the cast their roles and addresses, and
// returns when every service knows of them.
func (h *House) Found(ctx context.Context, door *Door, o Organisation) error {
	admin, settings := h.As(ctx, Root), o.Profile.Settings()
	_, err := door.Directory.CreateDesk(admin, &triagev1.CreateDeskRequest{
		DeskId: o.Profile.ID(), RequestId: ID(), Desk: &triagev1.Desk{
			DisplayName: profile.In("en", settings.GetLabel()), Profile: o.Profile.ID(),
			TimeZone: settings.GetDesk().GetTimeZone(), LanguageCode: settings.GetDesk().GetLanguage(),
			AuthorityParty: o.Party(settings.GetDesk().GetAuthority()), ContactParty: o.Party(settings.GetDesk().GetContact()),
			NumberScheme: &triagev1.NumberScheme{
				Prefix: settings.GetNumbers().GetPrefix(), Digits: settings.GetNumbers().GetDigits(),
			},
		},
	})
	if err != nil {
		return fmt.Errorf("found %s: %w", o.Desk(), err)
	}
	agent := ""
	for _, player := range o.Cast {
		if player.Party == "" {
			continue
		}
		m := &commonv1.Membership{Person: o.Person(player.Person), Party: o.Party(player.Party), Roles: player.Roles}
		if player.Group != "" {
			m.Group = o.Group(player.Party, player.Group)
		}
		if _, err := door.Directory.GrantMembership(admin, &triagev1.GrantMembershipRequest{
			Parent: o.Desk(), Membership: m, RequestId: ID(),
		}); err != nil {
			return fmt.Errorf("give %s their role: %w", player.Person, err)
		}
		if player.Party == settings.GetDesk().GetContact() && slices.Contains(player.Roles, "agent") {
			agent = player.Person
		}
	}
	if err := h.address(ctx, door, o, agent); err != nil {
		return err
	}
	return Until(ctx, h.Settled)
}

// address gives everybody of the cast an address, as an agent of the contact party does. Intake hears of the desk a moment after
// triage made it.
func (h *House) address(ctx context.Context, door *Door, o Organisation, agent string) error {
	for _, person := range o.People() {
		request := &intakev1.CreatePersonRequest{
			Parent: o.Desk(), PersonId: person.ID, RequestId: ID(),
			Person: &intakev1.Person{DisplayName: person.Name, Email: Mailbox(person.ID)},
		}
		err := Until(ctx, func(ctx context.Context) error {
			_, err := door.Persons.CreatePerson(h.As(ctx, agent), request)
			return err
		})
		if err != nil {
			return fmt.Errorf("register %s: %w", person.ID, err)
		}
	}
	return nil
}
