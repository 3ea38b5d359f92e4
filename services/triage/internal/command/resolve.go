package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// ResolveTicket says how the ticket was solved, and why it happened where that is known (R76, R99, R100).
func (c *Tickets) ResolveTicket(ctx context.Context, r *triagev1.ResolveTicketRequest) (*triagev1.Ticket, error) {
	solution := domain.Solution{
		Text: text(domain.TextSolution, r.GetSolution()), RootCause: text(domain.TextRootCause, r.GetRootCause()),
		Kind: r.GetSolutionKind(),
	}
	return c.change(ctx, call{
		action: "ResolveTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		override: text(domain.TextReason, r.GetOverrideReason()),
		told:     solution.Tells,
	}, func(s scene) (domain.Outcome, error) {
		return s.Resolve(solution, s.by, s.at)
	})
}
