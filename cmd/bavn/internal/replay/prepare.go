package replay

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Prepare makes what the log needs and is not there yet: the desk, its parties and groups, and the right to import for the
// person who does it. Who may not make a desk can still import into one that was made for them.
func (m *Mapping) Prepare(
	ctx context.Context, service triagev1.DirectoryServiceClient, desk, person string, d Directory, parallel int,
) (*triagev1.Desk, error) {
	made, err := m.ensureDesk(ctx, service, desk)
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", desk, err)
	}
	// The importer may also read figures and proofs of what was imported.
	_, err = service.GrantMembership(ctx, &triagev1.GrantMembershipRequest{
		Parent: desk, RequestId: m.requestID(desk, "membership", person),
		Membership: &commonv1.Membership{
			Person: desk + "/persons/" + person, Party: made.GetContactParty(), Roles: []string{"importer", "auditor"},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("prepare %s: let %s import: %w", desk, person, err)
	}
	if err := m.ensureParties(ctx, service, desk, d.Parties, parallel); err != nil {
		return nil, fmt.Errorf("prepare %s: %w", desk, err)
	}
	if err := m.ensureGroups(ctx, service, desk, d.Groups, parallel); err != nil {
		return nil, fmt.Errorf("prepare %s: %w", desk, err)
	}
	return made, nil
}

func (m *Mapping) ensureDesk(ctx context.Context, service triagev1.DirectoryServiceClient, desk string) (*triagev1.Desk, error) {
	found, err := service.GetDesk(ctx, &triagev1.GetDeskRequest{Name: desk})
	if status.Code(err) != codes.NotFound {
		return found, err
	}
	rule := m.Desk
	return service.CreateDesk(ctx, &triagev1.CreateDeskRequest{
		DeskId: strings.TrimPrefix(desk, "desks/"), RequestId: m.requestID(desk, "desk"),
		Desk: &triagev1.Desk{
			DisplayName: rule.DisplayName, TimeZone: rule.TimeZone, LanguageCode: rule.LanguageCode,
			NumberScheme:   &triagev1.NumberScheme{Prefix: rule.NumberScheme.Prefix, Digits: rule.NumberScheme.Digits},
			AuthorityParty: desk + "/parties/" + rule.AuthorityParty.ID,
			ContactParty:   desk + "/parties/" + rule.ContactParty.ID,

			AuthorityPartyDisplayName: rule.AuthorityParty.DisplayName, ContactPartyDisplayName: rule.ContactParty.DisplayName,
		},
	})
}

func (m *Mapping) ensureParties(
	ctx context.Context, service triagev1.DirectoryServiceClient, desk string, parties []Named, parallel int,
) error {
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(parallel)
	for _, p := range parties {
		work.Go(func() error {
			_, err := service.CreateParty(ctx, &triagev1.CreatePartyRequest{
				Parent: desk, PartyId: p.ID, RequestId: m.requestID(desk, "party", p.ID),
				Party: &triagev1.Party{DisplayName: p.DisplayName},
			})
			return unlessThere("party", p.ID, err)
		})
	}
	return work.Wait()
}

func (m *Mapping) ensureGroups(
	ctx context.Context, service triagev1.DirectoryServiceClient, desk string, groups []Group, parallel int,
) error {
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(parallel)
	for _, g := range groups {
		work.Go(func() error {
			_, err := service.CreateGroup(ctx, &triagev1.CreateGroupRequest{
				Parent: desk + "/parties/" + g.Party, GroupId: g.ID, RequestId: m.requestID(desk, "group", g.Party, g.ID),
				Group: &triagev1.Group{DisplayName: g.DisplayName, Level: g.Level},
			})
			return unlessThere("group", g.Party+"/"+g.ID, err)
		})
	}
	return work.Wait()
}

func unlessThere(what, id string, err error) error {
	if err == nil || status.Code(err) == codes.AlreadyExists {
		return nil
	}
	return fmt.Errorf("make %s %s: %w", what, id, err)
}
