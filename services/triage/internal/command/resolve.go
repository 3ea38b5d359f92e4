package command

import (
	"context"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// ResolveTicket says how the ticket was solved (R99, R100).
func (c *Tickets) ResolveTicket(ctx context.Context, r *triagev1.ResolveTicketRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "ResolveTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		override: text(domain.TextReason, r.GetOverrideReason()),
		told:     func(facts *profilev1.TicketFacts) { facts.HasSolution = true },
	}, func(s scene) (domain.Outcome, error) {
		return s.Resolve(text(domain.TextSolution, r.GetSolution()), r.GetSolutionKind(), s.by, s.at)
	})
}
