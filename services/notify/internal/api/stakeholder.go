package api

import (
	"context"

	"google.golang.org/grpc/codes"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Stakeholders serves bavn.notify.v1.StakeholderService.
type Stakeholders struct {
	notifyv1.UnimplementedStakeholderServiceServer
	Gate     *access.Gate
	Commands *command.Commands
	Pages    *Pages
}

// ListStakeholders lists who hears of grave incidents.
func (s *Stakeholders) ListStakeholders(
	ctx context.Context, r *notifyv1.ListStakeholdersRequest,
) (*notifyv1.ListStakeholdersResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	if err := s.Gate.Managing(ctx, "ListStakeholders", desk); err != nil {
		return nil, err
	}
	page, err := s.Pages.open(ctx, notifyv1.StakeholderService_ListStakeholders_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	rows, err := store.New(s.Gate.Pool).ListStakeholders(ctx, store.ListStakeholdersParams{
		Desk: desk, After: string(page.after), Size: page.size + 1,
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	answer := new(notifyv1.ListStakeholdersResponse)
	for i, row := range rows {
		if int32(i) == page.size { //nolint:gosec // no page has more than 501
			answer.NextPageToken = page.next([]byte(rows[i-1].Person))
			break
		}
		answer.Stakeholders = append(answer.Stakeholders, command.StakeholderAnswer(row))
	}
	return answer, nil
}

// AddStakeholder puts a person on the list.
func (s *Stakeholders) AddStakeholder(ctx context.Context, r *notifyv1.AddStakeholderRequest) (*notifyv1.Stakeholder, error) {
	desk := resourcename.Desk(r.GetParent())
	if err := s.Gate.Stakeholder(ctx, "AddStakeholder", desk, resourcename.ID(r.GetPerson())); err != nil {
		return nil, err
	}
	if resourcename.Desk(r.GetPerson()) != desk {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("person", "person.other_desk")
	}
	return s.Commands.AddStakeholder(ctx, r)
}

// RemoveStakeholder takes a person off the list.
func (s *Stakeholders) RemoveStakeholder(
	ctx context.Context, r *notifyv1.RemoveStakeholderRequest,
) (*notifyv1.Stakeholder, error) {
	desk, person := resourcename.Desk(r.GetName()), resourcename.ID(r.GetName())
	if err := s.Gate.Stakeholder(ctx, "RemoveStakeholder", desk, person); err != nil {
		return nil, err
	}
	return s.Commands.RemoveStakeholder(ctx, r)
}

// WriteToStakeholders sends the incident manager's letter. Who may not read the ticket does not write about it: triage says so.
func (s *Stakeholders) WriteToStakeholders(
	ctx context.Context, r *notifyv1.WriteToStakeholdersRequest,
) (*notifyv1.WriteToStakeholdersResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	if err := s.Gate.Managing(ctx, "WriteToStakeholders", desk); err != nil {
		return nil, err
	}
	ticket, err := ticketFor(ctx, s.Commands, desk, r.GetTicket())
	if err != nil {
		return nil, err
	}
	return s.Commands.WriteToStakeholders(ctx, r, ticket)
}
