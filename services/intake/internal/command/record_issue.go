package command

import (
	"context"

	"google.golang.org/grpc/codes"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// RecordIssue keeps the number that a tool gave a ticket, here and at triage (R34). What is recorded already stays so: the first
// ticket of an issue is its ticket.
func (t *Tools) RecordIssue(ctx context.Context, r *intakev1.RecordIssueRequest) (*intakev1.RecordIssueResponse, error) {
	desk, id := resourcename.Desk(r.GetName()), resourcename.ID(r.GetName())
	if resourcename.Desk(r.GetTicket()) != desk {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("ticket", "ticket.other_desk")
	}
	c, err := store.ReadConnection(ctx, t.Pool, r.GetName())
	if err != nil {
		return nil, err
	}
	ticket := resourcename.ID(r.GetTicket())
	if _, err = t.Links.SetExternalId(asTool(ctx, c), &triagev1.SetExternalIdRequest{
		Name: r.GetTicket(), External: &triagev1.ExternalNumber{System: c.GetSystem(), Id: r.GetExternalId()},
		RequestId: requestOf(issueSpace(c, r.GetExternalId()), ticket),
	}); err != nil {
		return nil, err
	}
	err = store.New(t.Pool).RecordToolIssue(ctx, store.RecordToolIssueParams{
		Desk: desk, Connection: id, ExternalID: r.GetExternalId(), Ticket: ticket,
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	return &intakev1.RecordIssueResponse{}, nil
}
