package api

import (
	"context"
	"strings"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/reception"
)

// QuickTickets serves bavn.intake.v1.QuickTicketService.
type QuickTickets struct {
	intakev1.UnimplementedQuickTicketServiceServer
	Gate      *access.Gate
	Reception *reception.Desks
	Commands  *command.Commands
	Pages     *Pages
}

// ListQuickTickets lists the quick tickets of a desk.
func (q *QuickTickets) ListQuickTickets(
	ctx context.Context, r *intakev1.ListQuickTicketsRequest,
) (*intakev1.ListQuickTicketsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	settings, page, err := q.list(ctx, "ListQuickTickets", desk, r.GetPageSize(), r.GetPageToken())
	if err != nil {
		return nil, err
	}
	quick, next := pageOf(page, settings.GetQuickTickets())
	response, language := &intakev1.ListQuickTicketsResponse{NextPageToken: next}, fault.Language(ctx)
	for _, t := range quick {
		response.QuickTickets = append(response.QuickTickets, &intakev1.QuickTicket{
			Name: "desks/" + desk + "/quickTickets/" + t.GetId(), DisplayName: profile.In(language, t.GetLabel()),
			Category: t.GetCategory(), Anonymous: t.GetAnonymous(), Automatic: t.GetAutomatic(),
			Solution: profile.In(language, t.GetSolution()),
		})
	}
	return response, nil
}

// RegisterQuickTicket registers help that was given in person.
func (q *QuickTickets) RegisterQuickTicket(
	ctx context.Context, r *intakev1.RegisterQuickTicketRequest,
) (*intakev1.Submission, error) {
	if err := q.Gate.Desk(ctx, "RegisterQuickTicket", resourcename.Desk(r.GetName()), nil); fault.Is(err, fault.NotFound) {
		return nil, fault.Missing("name")
	} else if err != nil {
		return nil, err
	}
	submission, err := q.Commands.RegisterQuickTicket(ctx, r)
	return submission, command.RefuseErased(err)
}

// ListTicketTemplates lists the templates of a desk.
func (q *QuickTickets) ListTicketTemplates(
	ctx context.Context, r *intakev1.ListTicketTemplatesRequest,
) (*intakev1.ListTicketTemplatesResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	settings, page, err := q.list(ctx, "ListTicketTemplates", desk, r.GetPageSize(), r.GetPageToken())
	if err != nil {
		return nil, err
	}
	templates, next := pageOf(page, settings.GetTemplates())
	response, language := &intakev1.ListTicketTemplatesResponse{NextPageToken: next}, fault.Language(ctx)
	for _, t := range templates {
		response.TicketTemplates = append(response.TicketTemplates, &intakev1.TicketTemplate{
			Name: "desks/" + desk + "/ticketTemplates/" + t.GetId(), DisplayName: profile.In(language, t.GetLabel()),
			Category: t.GetCategory(), Kind: t.GetKind(), Urgency: t.GetUrgency(), Form: t.GetForm(),
			Impact: triagev1.Impact(triagev1.Impact_value["IMPACT_"+strings.ToUpper(t.GetImpact())]),
			Title:  profile.In(language, t.GetTitle()), Description: profile.In(language, t.GetDescription()),
		})
	}
	return response, nil
}

// list is what a desk's process has made ready, for an agent; nothing where it follows none.
func (q *QuickTickets) list(
	ctx context.Context, action, desk string, size int32, token string,
) (*profilev1.Profile, page, error) {
	if err := q.Gate.Desk(ctx, action, desk, nil); err != nil {
		return nil, page{}, err
	}
	door, err := q.Reception.Named(ctx, desk)
	if err != nil {
		return nil, page{}, err
	}
	opened, err := q.Pages.open(ctx, desk, action, size, token)
	if err != nil || door == nil {
		return nil, opened, err
	}
	return door.Settings(), opened, nil
}
