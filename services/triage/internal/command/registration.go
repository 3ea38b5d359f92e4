package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Registrations does what intake asks for somebody whose registration came while triage was away.
type Registrations struct{ *Delegates }

// ResolveTicketFor resolves for whoever registered the ticket as solved (R21, R24). It is their own call, made once: one that
// they made themselves with the same request id is the same.
func (r *Registrations) ResolveTicketFor(
	ctx context.Context, asked *triagev1.ResolveTicketForRequest,
) (*triagev1.Ticket, error) {
	ctx, err := r.delegated(ctx, "ResolveTicketFor", asked.GetName(), asked.GetPerson())
	if err != nil {
		return nil, err
	}
	return r.ResolveTicket(ctx, &triagev1.ResolveTicketRequest{
		Name: asked.GetName(), RequestId: asked.GetRequestId(), Solution: asked.GetSolution(), SolutionKind: asked.GetSolutionKind(),
	})
}
