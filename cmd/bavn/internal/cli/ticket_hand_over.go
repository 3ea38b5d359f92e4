package cli

import (
	"context"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// TicketHandOver offers the work to another group or party.
type TicketHandOver struct {
	Change
	To string `required:"" placeholder:"PARTY[/GROUP]" help:"The party (netic) or group (netic/drift) that shall have it."`
	Text
}

// Run offers it; the text says why. The giver stays holder until the receiver accepts.
func (c *TicketHandOver) Run(ctx context.Context, s *session) error {
	party, group, err := resource.Holder(s.Desk, c.To)
	if err != nil {
		return failure.New(failure.Usage, "", "--to: %w", err)
	}
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.HandOverTicket(ctx, &triagev1.HandOverTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Party: party, Group: group, Reason: c.localized(),
		})
	})
}

// TicketAccept accepts the work that is offered.
type TicketAccept struct {
	Change
	Assignee string `placeholder:"PERSON" help:"Who will work on it; nobody leaves it in the queue."`
}

// Run accepts it: the receiver's clock starts.
func (c *TicketAccept) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.AcceptHandOver(ctx, &triagev1.AcceptHandOverRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Assignee: resource.Person(s.Desk, c.Assignee),
		})
	})
}

// TicketDecline declines the work that is offered.
type TicketDecline struct {
	Change
	Text
}

// Run declines it; the text says why.
func (c *TicketDecline) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.DeclineHandOver(ctx, &triagev1.DeclineHandOverRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Reason: c.localized(),
		})
	})
}

// TicketWithdraw takes an unanswered offer back.
type TicketWithdraw struct{ Change }

// Run withdraws it.
func (c *TicketWithdraw) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.WithdrawHandOver(ctx, &triagev1.WithdrawHandOverRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag,
		})
	})
}

// TicketTransfer offers the responsibility to another party.
type TicketTransfer struct {
	Change
	To string `required:"" placeholder:"PARTY" help:"The party that shall answer for the ticket."`
	Text
}

// Run offers it; the text says why. The work stays where it is.
func (c *TicketTransfer) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.TransferResponsibility(ctx, &triagev1.TransferResponsibilityRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Party: resource.Party(s.Desk, c.To), Reason: c.localized(),
		})
	})
}

// TicketAcceptTransfer accepts the responsibility that is offered.
type TicketAcceptTransfer struct {
	Change
	Owner string `placeholder:"PERSON" help:"Who will follow it; nobody in particular if left out."`
}

// Run accepts it.
func (c *TicketAcceptTransfer) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.AcceptResponsibility(ctx, &triagev1.AcceptResponsibilityRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Owner: resource.Person(s.Desk, c.Owner),
		})
	})
}

// TicketDeclineTransfer declines the responsibility that is offered.
type TicketDeclineTransfer struct {
	Change
	Text
}

// Run declines it; the text says why.
func (c *TicketDeclineTransfer) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.DeclineResponsibility(ctx, &triagev1.DeclineResponsibilityRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Reason: c.localized(),
		})
	})
}
