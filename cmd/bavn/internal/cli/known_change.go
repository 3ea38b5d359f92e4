package cli

import (
	"context"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// KnownSubmit asks for a review.
type KnownSubmit struct{ KnownChange }

// Run submits it.
func (c *KnownSubmit) Run(ctx context.Context, s *session) error {
	return s.known(ctx, func(ctx context.Context, known triagev1.KnownSolutionServiceClient) (*triagev1.KnownSolution, error) {
		return known.SubmitKnownSolutionForReview(ctx, &triagev1.SubmitKnownSolutionForReviewRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag,
		})
	})
}

// KnownReview is the reviewer's pile.
type KnownReview struct {
	Known  string `arg:"" optional:"" help:"The known solution to return, such as ks7."`
	Return string `placeholder:"REASON" help:"Give it back to its author."`
	ETag   string `name:"etag" placeholder:"ETAG" help:"Refuse if somebody changed it since it had this etag."`
	Request
}

// Run lists what waits, shows one of it, or returns it.
func (c *KnownReview) Run(ctx context.Context, s *session) error {
	id := KnownID{c.Known}
	switch {
	case c.Known == "":
		return s.listKnown(ctx, triagev1.KnownSolutionState_KNOWN_SOLUTION_STATE_IN_REVIEW, "", 0)
	case c.Return == "":
		return (&KnownShow{id}).Run(ctx, s)
	}
	return s.known(ctx, func(ctx context.Context, known triagev1.KnownSolutionServiceClient) (*triagev1.KnownSolution, error) {
		return known.ReturnKnownSolution(ctx, &triagev1.ReturnKnownSolutionRequest{
			Name: id.name(s), RequestId: c.id(), Etag: c.ETag, Reason: c.Return,
		})
	})
}

// KnownPublish publishes what was reviewed.
type KnownPublish struct{ KnownChange }

// Run publishes it (R75).
func (c *KnownPublish) Run(ctx context.Context, s *session) error {
	return s.known(ctx, func(ctx context.Context, known triagev1.KnownSolutionServiceClient) (*triagev1.KnownSolution, error) {
		return known.PublishKnownSolution(ctx, &triagev1.PublishKnownSolutionRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag,
		})
	})
}

// KnownRetire ends a known solution.
type KnownRetire struct {
	KnownChange
	Reason string `arg:"" help:"Why."`
}

// Run retires it.
func (c *KnownRetire) Run(ctx context.Context, s *session) error {
	return s.known(ctx, func(ctx context.Context, known triagev1.KnownSolutionServiceClient) (*triagev1.KnownSolution, error) {
		return known.RetireKnownSolution(ctx, &triagev1.RetireKnownSolutionRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Reason: c.Reason,
		})
	})
}

// KnownApply uses a known solution on a ticket.
type KnownApply struct {
	KnownID
	Number
	Resolve bool   `help:"Solve the ticket with it, too."`
	ETag    string `name:"etag" placeholder:"ETAG" help:"Refuse if somebody changed the ticket since it had this etag."`
	Request
}

// Run applies it (R72).
func (c *KnownApply) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	return s.change(ctx, func(ctx context.Context, _ triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return connected.Known.ApplyKnownSolution(ctx, &triagev1.ApplyKnownSolutionRequest{
			Name: c.KnownID.name(s), Ticket: resource.Ticket(s.Desk, c.Number.Number), RequestId: c.id(), Etag: c.ETag,
			Resolve: c.Resolve,
		})
	})
}

// KnownRate says whether it helped.
type KnownRate struct {
	KnownID
	Number
	Helped bool   `negatable:"" default:"true" help:"It helped; --no-helped says that it did not."`
	ETag   string `name:"etag" placeholder:"ETAG" help:"Refuse if somebody changed the ticket since it had this etag."`
	Request
}

// Run says so.
func (c *KnownRate) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	return s.change(ctx, func(ctx context.Context, _ triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return connected.Known.RateKnownSolution(ctx, &triagev1.RateKnownSolutionRequest{
			Name: c.KnownID.name(s), Ticket: resource.Ticket(s.Desk, c.Number.Number), RequestId: c.id(), Etag: c.ETag,
			Helped: c.Helped,
		})
	})
}
