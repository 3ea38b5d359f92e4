package command

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// GrantMembership gives a person roles in a party or group, in place of those they have there.
func (d *Directory) GrantMembership(
	ctx context.Context, r *triagev1.GrantMembershipRequest,
) (*commonv1.Membership, error) {
	desk, m := r.GetParent(), proto.CloneOf(r.GetMembership())
	if err := sameDesk(desk, field{"membership.person", m.GetPerson()}, field{"membership.party", m.GetParty()},
		field{"membership.group", m.GetGroup()}, field{"membership.name", m.GetName()}); err != nil {
		return nil, err
	}
	if m.GetGroup() != "" && !strings.HasPrefix(m.GetGroup(), m.GetParty()+"/groups/") {
		return nil, invalid("membership.group", "other_party")
	}
	caller, err := d.allowed(ctx, desk, "GrantMembership", "parent")
	if err != nil {
		return nil, err
	}
	m.Name = membershipName(m)
	answer := new(commonv1.Membership)
	call := directoryCall{action: "GrantMembership", requestID: r.GetRequestId(), payload: r, answer: answer}
	err = d.change(ctx, caller, call, func(ctx context.Context, s deskScene) ([]entry, error) {
		if err := d.mustKnowRoles(s.desk, m); err != nil {
			return nil, err
		}
		if err := s.mustHavePlaceOf(ctx, m); err != nil {
			return nil, err
		}
		if !slices.Contains(m.GetRoles(), access.RoleAdministrator) {
			if err := s.mustKeepAnAdministrator(ctx, m); err != nil {
				return nil, err
			}
		}
		head, err := s.membershipHead(ctx, m)
		return []entry{grantEntry(s.desk, m, head)}, err
	})
	return answer, err
}

// mustKnowRoles refuses roles that neither the product nor the desk's process has (R142).
func (d *Directory) mustKnowRoles(desk store.Desk, m *commonv1.Membership) error {
	known := access.Roles()
	follows, err := d.Writer.process(desk.Profile)
	if err != nil {
		return err
	}
	for _, role := range follows.Settings().GetRoles() {
		known = append(known, role.GetId())
	}
	for _, role := range m.GetRoles() {
		if !slices.Contains(known, role) {
			return invalid("membership.roles", "unknown_role")
		}
	}
	return nil
}

// membershipName says who, where: there is one membership of a person per party and group.
func membershipName(m *commonv1.Membership) string {
	parts := []string{resourcename.ID(m.GetPerson()), resourcename.ID(m.GetParty())}
	if m.GetGroup() != "" {
		parts = append(parts, resourcename.ID(m.GetGroup()))
	}
	return deskOf(m.GetPerson()) + "/memberships/" + strings.Join(parts, ".")
}

func (s *deskScene) mustHavePlaceOf(ctx context.Context, m *commonv1.Membership) error {
	desk := domain.Desk{Name: "desks/" + s.desk.Desk}
	if m.GetGroup() == "" {
		return s.mustHaveParty(ctx, desk.Key(m.GetParty()), "membership.party")
	}
	_, err := s.ReadGroup(ctx, store.ReadGroupParams{Desk: s.desk.Desk, Group: desk.Key(m.GetGroup())})
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing("membership.group")
	}
	return err
}

// mustKeepAnAdministrator refuses to let the last one go: nobody could ever name another.
func (s *deskScene) mustKeepAnAdministrator(ctx context.Context, leaving *commonv1.Membership) error {
	present, err := s.ReadMembership(ctx, store.ReadMembershipParams{
		Desk: s.desk.Desk, Membership: resourcename.ID(leaving.GetName()),
	})
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !slices.Contains(present.Roles, access.RoleAdministrator) {
		return nil
	}
	if err != nil {
		return err
	}
	others, err := s.OtherAdministrators(ctx, store.OtherAdministratorsParams{
		Desk: s.desk.Desk, Membership: present.Membership, Role: access.RoleAdministrator,
	})
	if err == nil && others == 0 {
		return fault.New(codes.FailedPrecondition, LastAdministrator).
			Violation("MEMBERSHIP", "desk/administrator", "make somebody else administrator of the desk first")
	}
	return err
}

func (s *deskScene) membershipHead(ctx context.Context, m *commonv1.Membership) (feed.Head, error) {
	chain, err := s.ReadMembershipChain(ctx, store.ReadMembershipChainParams{
		Desk: s.desk.Desk, Membership: resourcename.ID(m.GetName()),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return feed.Head{}, nil
	}
	return feed.Head{Revision: chain.Revision, Hash: chain.ChainHash, Time: chain.LastEventAt}, err
}

func grantEntry(desk store.Desk, m *commonv1.Membership, head feed.Head) entry {
	return membershipEntry(desk, m, head, membership.Granted, membership.Grant)
}

func membershipEntry(
	desk store.Desk, m *commonv1.Membership, head feed.Head, eventType string,
	keep func(ctx context.Context, db membership.DB, desk string, m *commonv1.Membership) error,
) entry {
	inDesk := domain.Desk{Name: "desks/" + desk.Desk}
	return entry{
		resource: m.GetName(), eventType: eventType, head: head, payload: m,
		audience: hearers(desk, inDesk.Key(m.GetParty()), inDesk.Key(m.GetPerson())),
		keep: func(ctx context.Context, db *pg.Pipeline, head feed.Head) error {
			if err := keep(ctx, db, desk.Desk, m); err != nil {
				return err
			}
			return store.New(db).PutMembershipChain(ctx, store.PutMembershipChainParams{
				Desk: desk.Desk, Membership: resourcename.ID(m.GetName()),
				Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
			})
		},
	}
}
