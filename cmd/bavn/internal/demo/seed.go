package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// settle is how long the services get to hear of what was just made.
const settle = 20 * time.Second

// requestIDs is the name space of the demo's request ids: fixed, so that a second start makes nothing twice.
var requestIDs = uuid.MustParse("3f0d9c55-52a1-5a0e-9d6e-4b7a86f1c2d3")

func requestID(about string) string { return uuid.NewSHA1(requestIDs, []byte(about)).String() }

// Seed makes the demo desk with the parties and groups of its process, people and memberships, as the administrator whom c acts
// as. What is there already stays as it is.
func Seed(ctx context.Context, c *client.Client) error {
	for _, part := range []struct {
		what string
		make func(context.Context, *client.Client) error
	}{
		{"desk", seedDesk}, {"memberships", seedMemberships}, {"people", seedPeople},
	} {
		if err := part.make(ctx, c); err != nil {
			return fmt.Errorf("set up the demo desk: %s: %w", part.what, err)
		}
	}
	return nil
}

func seedDesk(ctx context.Context, c *client.Client) error {
	desk := resource.Desk(Desk)
	_, err := c.Directory.CreateDesk(ctx, &triagev1.CreateDeskRequest{
		DeskId: Desk, RequestId: requestID("desk"),
		Desk: &triagev1.Desk{
			DisplayName: "NSP demo", TimeZone: "Europe/Copenhagen", LanguageCode: "da",
			NumberScheme:   &triagev1.NumberScheme{Prefix: "ASCP", Digits: 8},
			AuthorityParty: resource.Party(desk, authorityParty), AuthorityPartyDisplayName: "Sundhedsdatastyrelsen",
			ContactParty: resource.Party(desk, contactParty), ContactPartyDisplayName: "National Service Desk",
			Profile: Process,
		},
	})
	return unlessThere(err)
}

func seedMemberships(ctx context.Context, c *client.Client) error {
	desk := resource.Desk(Desk)
	for _, p := range people {
		if len(p.roles) == 0 {
			continue
		}
		membership := &commonv1.Membership{
			Person: resource.Person(desk, p.id), Party: resource.Party(desk, p.party), Roles: p.roles,
		}
		if p.group != "" {
			membership.Group = membership.GetParty() + "/groups/" + p.group
		}
		_, err := c.Directory.GrantMembership(ctx, &triagev1.GrantMembershipRequest{
			Parent: desk, RequestId: requestID("membership " + p.id), Membership: membership,
		})
		if err != nil {
			return fmt.Errorf("%s: %w", p.id, err)
		}
	}
	return nil
}

// seedPeople waits for intake to have heard of the desk and of its administrator.
func seedPeople(ctx context.Context, c *client.Client) error {
	for _, p := range people {
		request := &intakev1.CreatePersonRequest{
			Parent: resource.Desk(Desk), PersonId: p.id, RequestId: requestID("person " + p.id),
			Person: &intakev1.Person{DisplayName: p.name, Email: p.email, LanguageCode: p.language},
		}
		if len(p.roles) == 0 {
			request.Person.ReporterGroup = endUser
		}
		_, err := client.Settle(ctx, settle, func() (*intakev1.Person, error) { return c.Persons.CreatePerson(ctx, request) },
			codes.NotFound, codes.PermissionDenied)
		if err := unlessThere(err); err != nil {
			return fmt.Errorf("%s: %w", p.id, err)
		}
	}
	return nil
}

func unlessThere(err error) error {
	if status.Code(err) == codes.AlreadyExists {
		return nil
	}
	return err
}
