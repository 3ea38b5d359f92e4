package api

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// InvalidFilter refuses a filter that is not one, or not one of this list's.
const InvalidFilter = "INVALID_FILTER"

// invalidFilter names the rule of the filter language that is broken, and the word that breaks it.
func invalidFilter(err error) error {
	refused := fault.New(codes.InvalidArgument, InvalidFilter).Cause(err)
	if bad, ok := errors.AsType[*store.BadFilter](err); ok {
		return refused.Fields(fault.FieldViolation{Path: "filter", Rule: bad.Rule, Limit: bad.Word})
	}
	return refused
}

// ListTickets lists the tickets that the caller may see, newest number first.
func (t *Tickets) ListTickets(
	ctx context.Context, r *triagev1.ListTicketsRequest,
) (*triagev1.ListTicketsResponse, error) {
	caller, err := t.Reads.Access.Caller(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	if err := t.Reads.Access.Listing(ctx, caller, "ListTickets"); err != nil {
		return nil, err
	}
	filter, err := store.ParseTicketFilter(r.GetFilter())
	if err != nil {
		return nil, invalidFilter(err)
	}
	page, err := t.Reads.openPage(caller, triagev1.TicketService_ListTickets_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	tickets, err := store.ListTickets(ctx, t.Reads.Pool, store.TicketQuery{
		Desk: r.GetParent(), Keys: caller.Keys(), Filter: filter, Before: page.after, Limit: int(page.limit()),
	})
	if err != nil {
		return nil, err
	}
	if err := t.Reads.mustKnow(ctx, caller, len(tickets)); err != nil {
		return nil, err
	}
	answer := &triagev1.ListTicketsResponse{}
	answer.Tickets, answer.NextPageToken = closePage(&page, tickets, func(t *triagev1.Ticket) string {
		_, number := splitTicket(t.GetName())
		return number
	})
	return answer, nil
}
