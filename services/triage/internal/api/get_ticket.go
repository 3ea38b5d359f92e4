package api

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// GetTicket reads a ticket that the caller may see.
func (t *Tickets) GetTicket(ctx context.Context, r *triagev1.GetTicketRequest) (*triagev1.Ticket, error) {
	ticket, texts, _, err := t.Reads.seen(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	return domain.Shown(ticket.Facts, ticket.Head.Hash, texts), nil
}

// GetTicketClocks reads the party clocks (R129).
func (t *Tickets) GetTicketClocks(ctx context.Context, r *triagev1.GetTicketClocksRequest) (*triagev1.TicketClocks, error) {
	ticket, _, caller, err := t.Reads.seen(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	if err := t.Reads.Access.Ticket(ctx, caller, "GetTicketClocks", &ticket.Ticket, ticket.Audience, false); err != nil {
		return nil, err
	}
	return ticket.ClocksAt(t.Reads.Clock.Now()), nil
}

// seen reads a ticket for somebody who may see it. A ticket that does not exist and one that the caller may not see are the same
// answer.
func (r *Reads) seen(ctx context.Context, name string) (*store.Ticket, domain.Texts, *access.Caller, error) {
	desk, number := splitTicket(name)
	caller, err := r.Access.Caller(ctx, "desks/"+desk)
	if err != nil {
		return nil, domain.Texts{}, nil, err
	}
	ticket, texts, err := store.Read(ctx, r.Pool, desk, number)
	if errors.Is(err, store.ErrNotFound) {
		return nil, domain.Texts{}, nil, fault.New(codes.NotFound, fault.NotFound).Cause(err)
	}
	if err != nil {
		return nil, domain.Texts{}, nil, err
	}
	return &ticket, texts, caller, r.Access.See(ctx, caller, &ticket.Ticket, ticket.Audience)
}

// splitTicket takes the name of a ticket apart, which the contract's rules have checked.
func splitTicket(name string) (desk, number string) {
	desk, number, _ = strings.Cut(strings.TrimPrefix(name, "desks/"), "/tickets/")
	return desk, number
}
