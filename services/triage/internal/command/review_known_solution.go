package command

import (
	"context"
	"strings"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// SubmitKnownSolutionForReview asks for a reviewer.
func (c *KnownSolutions) SubmitKnownSolutionForReview(
	ctx context.Context, r *triagev1.SubmitKnownSolutionForReviewRequest,
) (*triagev1.KnownSolution, error) {
	return c.changeKnown(ctx, knownCall{
		action: "SubmitKnownSolutionForReview", name: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s knownScene) (domain.KnownSolutionOutcome, error) {
		return s.SubmitForReview(s.at)
	})
}

// PublishKnownSolution approves it for the whole desk (R75).
func (c *KnownSolutions) PublishKnownSolution(
	ctx context.Context, r *triagev1.PublishKnownSolutionRequest,
) (*triagev1.KnownSolution, error) {
	return c.changeKnown(ctx, knownCall{
		action: "PublishKnownSolution", name: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s knownScene) (domain.KnownSolutionOutcome, error) {
		return s.Publish(s.by, s.at)
	})
}

// ReturnKnownSolution gives it back to its author, with a reason.
func (c *KnownSolutions) ReturnKnownSolution(
	ctx context.Context, r *triagev1.ReturnKnownSolutionRequest,
) (*triagev1.KnownSolution, error) {
	if strings.TrimSpace(r.GetReason()) == "" {
		return nil, invalid("reason", "required")
	}
	return c.changeKnown(ctx, knownCall{
		action: "ReturnKnownSolution", name: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s knownScene) (domain.KnownSolutionOutcome, error) {
		return s.Return(r.GetReason(), s.at)
	})
}

// RetireKnownSolution ends it, with a reason.
func (c *KnownSolutions) RetireKnownSolution(
	ctx context.Context, r *triagev1.RetireKnownSolutionRequest,
) (*triagev1.KnownSolution, error) {
	if strings.TrimSpace(r.GetReason()) == "" {
		return nil, invalid("reason", "required")
	}
	return c.changeKnown(ctx, knownCall{
		action: "RetireKnownSolution", name: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s knownScene) (domain.KnownSolutionOutcome, error) {
		return s.Retire(r.GetReason(), s.at)
	})
}
