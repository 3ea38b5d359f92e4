package api

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/command"
)

// ticketFor reads a ticket as the caller, so that triage says whether they see it. One that they do not see is missing.
func ticketFor(ctx context.Context, c *command.Commands, desk, name string) (*triagev1.Ticket, error) {
	if resourcename.Desk(name) != desk {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("ticket", "ticket.other_desk")
	}
	ticket, err := c.Triage.GetTicket(ctx, &triagev1.GetTicketRequest{Name: name})
	if code := status.Code(err); code == codes.NotFound || code == codes.PermissionDenied {
		return nil, fault.Missing("ticket")
	}
	return ticket, err
}
