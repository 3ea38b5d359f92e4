package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// AcceptSolution records that the fault is gone (R105).
func (c *Tickets) AcceptSolution(ctx context.Context, r *triagev1.AcceptSolutionRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "AcceptSolution", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.AcceptSolution(s.by, s.at)
	})
}

// RejectSolution records that the fault is still there (R107).
func (c *Tickets) RejectSolution(ctx context.Context, r *triagev1.RejectSolutionRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "RejectSolution", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.RejectSolution(text(domain.TextReason, r.GetReason()), s.at)
	})
}

// ReturnToTechnician sends a badly documented solution back (R102).
func (c *Tickets) ReturnToTechnician(ctx context.Context, r *triagev1.ReturnToTechnicianRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "ReturnToTechnician", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.ReturnToTechnician(text(domain.TextReason, r.GetReason()), s.at)
	})
}
