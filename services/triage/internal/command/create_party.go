package command

import (
	"context"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// CreateParty creates a party of a desk.
func (d *Directory) CreateParty(ctx context.Context, r *triagev1.CreatePartyRequest) (*triagev1.Party, error) {
	if err := sameDesk(r.GetParent(), field{"party.name", r.GetParty().GetName()}); err != nil {
		return nil, err
	}
	caller, err := d.allowed(ctx, r.GetParent(), "CreateParty", "parent")
	if err != nil {
		return nil, err
	}
	answer := new(triagev1.PartyEvent)
	call := directoryCall{
		action: "CreateParty", requestID: r.GetRequestId(), payload: r, answer: answer,
	}
	err = d.change(ctx, caller, call, func(_ context.Context, s deskScene) ([]entry, error) {
		return []entry{partyEntry(s.desk, store.Party{
			Desk: s.desk.Desk, Party: "parties/" + r.GetPartyId(), DisplayName: r.GetParty().GetDisplayName(), CreateTime: s.now,
		})}, nil
	})
	if pg.IsUniqueViolation(err, "parties_pkey") {
		return nil, fault.New(codes.AlreadyExists, PartyExists)
	}
	return answer.GetParty(), err
}

func partyEntry(desk store.Desk, row store.Party) entry {
	party := row.Proto()
	return entry{
		resource: party.GetName(), eventType: "party.created", payload: &triagev1.PartyEvent{Party: party},
		audience: hearers(desk, row.Party),
		keep: func(ctx context.Context, db *pg.Pipeline, head feed.Head) error {
			return store.New(db).InsertParty(ctx, store.InsertPartyParams{
				Desk: row.Desk, Party: row.Party, DisplayName: row.DisplayName, CreateTime: row.CreateTime,
				Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
			})
		},
	}
}
