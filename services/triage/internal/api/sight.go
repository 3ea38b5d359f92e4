package api

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// Sights is bavn.triage.v1.SightService.
type Sights struct {
	triagev1.UnsafeSightServiceServer
	Reads Reads
}

var _ triagev1.SightServiceServer = (*Sights)(nil)

// GetTicketSight says what the caller sees of a ticket, by the policies that decide its reads and its internal notes.
func (s *Sights) GetTicketSight(ctx context.Context, r *triagev1.GetTicketSightRequest) (*triagev1.TicketSight, error) {
	ticket, _, caller, err := s.Reads.seen(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	err = s.Reads.Access.Ticket(ctx, caller, "GetTicketSight", &ticket.Ticket, ticket.Audience, false)
	if err != nil && !fault.Is(err, fault.PermissionDenied) {
		return nil, err
	}
	return &triagev1.TicketSight{Ticket: r.GetName(), Internal: err == nil}, nil
}
