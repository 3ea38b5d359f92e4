package cli

import (
	"context"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// TicketAcceptSolution says that the fault is gone.
type TicketAcceptSolution struct{ Change }

// Run accepts the solution (R105).
func (c *TicketAcceptSolution) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.AcceptSolution(ctx, &triagev1.AcceptSolutionRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag,
		})
	})
}

// TicketRejectSolution says that the fault is still there.
type TicketRejectSolution struct {
	Change
	Text
}

// Run rejects the solution; the text says what is still wrong (R107).
func (c *TicketRejectSolution) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.RejectSolution(ctx, &triagev1.RejectSolutionRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Reason: c.localized(),
		})
	})
}

// TicketReturn sends a solution back to the last technician.
type TicketReturn struct {
	Change
	Text
}

// Run returns it; the text says what is missing (R102).
func (c *TicketReturn) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.ReturnToTechnician(ctx, &triagev1.ReturnToTechnicianRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Reason: c.localized(),
		})
	})
}

// TicketClose closes a solved ticket.
type TicketClose struct {
	Change
	Override
}

// Override is why a gate of the profile is passed, by somebody who may.
type Override struct {
	Override string `placeholder:"TEXT" help:"Why it is done although a gate says no; for the roles that the refusal names."`
}

func (o Override) reason() *commonv1.LocalizedText {
	if o.Override == "" {
		return nil
	}
	return text(o.Override, "")
}

// Run closes it (R101, R109).
func (c *TicketClose) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.CloseTicket(ctx, &triagev1.CloseTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, OverrideReason: c.reason(),
		})
	})
}

// TicketReopen opens a solved or closed ticket again.
type TicketReopen struct {
	Change
	Text
}

// Run reopens it; the text says why (R107).
func (c *TicketReopen) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.ReopenTicket(ctx, &triagev1.ReopenTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Reason: c.localized(),
		})
	})
}

// TicketCancel cancels a ticket.
type TicketCancel struct {
	Change
	Text
}

// Run cancels it; the text says why.
func (c *TicketCancel) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.CancelTicket(ctx, &triagev1.CancelTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Reason: c.localized(),
		})
	})
}
