package command

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// RevokeMembership takes a membership away.
func (d *Directory) RevokeMembership(
	ctx context.Context, r *triagev1.RevokeMembershipRequest,
) (*commonv1.Membership, error) {
	desk := deskOf(r.GetName())
	caller, err := d.allowed(ctx, desk, "RevokeMembership", "name")
	if err != nil {
		return nil, err
	}
	answer := new(commonv1.Membership)
	call := directoryCall{action: "RevokeMembership", requestID: r.GetRequestId(), payload: r, answer: answer}
	err = d.change(ctx, caller, call, func(ctx context.Context, s deskScene) ([]entry, error) {
		row, err := s.ReadMembership(ctx, store.ReadMembershipParams{Desk: s.desk.Desk, Membership: resourcename.ID(r.GetName())})
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, fault.Missing("name")
		}
		if err != nil {
			return nil, err
		}
		m := row.Proto()
		if err := s.mustKeepAnAdministrator(ctx, m); err != nil {
			return nil, err
		}
		head, err := s.membershipHead(ctx, m)
		return []entry{membershipEntry(s.desk, m, head, membership.Revoked, membership.Revoke)}, err
	})
	return answer, err
}
