package command

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// CreateGroup creates a group within a party.
func (d *Directory) CreateGroup(ctx context.Context, r *triagev1.CreateGroupRequest) (*triagev1.Group, error) {
	desk := deskOf(r.GetParent())
	if err := sameDesk(desk, field{"group.name", r.GetGroup().GetName()}); err != nil {
		return nil, err
	}
	caller, err := d.allowed(ctx, desk, "CreateGroup", "parent")
	if err != nil {
		return nil, err
	}
	party := domain.Desk{Name: desk}.Key(r.GetParent())
	answer := new(triagev1.GroupEvent)
	call := directoryCall{action: "CreateGroup", requestID: r.GetRequestId(), payload: r, answer: answer}
	err = d.change(ctx, caller, call, func(ctx context.Context, s deskScene) ([]entry, error) {
		if err := s.mustHaveParty(ctx, party, "parent"); err != nil {
			return nil, err
		}
		return []entry{groupEntry(s.desk, store.Group{
			Desk: s.desk.Desk, Group: party + "/groups/" + r.GetGroupId(), Party: party,
			DisplayName: r.GetGroup().GetDisplayName(), Level: int16(r.GetGroup().GetLevel()), CreateTime: s.now,
		})}, nil
	})
	if pg.IsUniqueViolation(err, "groups_pkey") {
		return nil, fault.New(codes.AlreadyExists, GroupExists)
	}
	return answer.GetGroup(), err
}

// mustHaveParty refuses the field of the request that names a party which does not exist.
func (s *deskScene) mustHaveParty(ctx context.Context, party, in string) error {
	_, err := s.ReadParty(ctx, store.ReadPartyParams{Desk: s.desk.Desk, Party: party})
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing(in)
	}
	return err
}

func groupEntry(desk store.Desk, row store.Group) entry {
	group := row.Proto()
	return entry{
		resource: group.GetName(), eventType: "group.created", payload: &triagev1.GroupEvent{Group: group},
		audience: hearers(desk, row.Party),
		keep: func(ctx context.Context, db *pg.Pipeline, head feed.Head) error {
			return store.New(db).InsertGroup(ctx, store.InsertGroupParams{
				Desk: row.Desk, Group: row.Group, Party: row.Party, DisplayName: row.DisplayName, Level: row.Level,
				CreateTime: row.CreateTime, Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
			})
		},
	}
}
