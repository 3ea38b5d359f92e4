package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// UpdateKnownSolution changes what is not published yet.
func (c *KnownSolutions) UpdateKnownSolution(
	ctx context.Context, r *triagev1.UpdateKnownSolutionRequest,
) (*triagev1.KnownSolution, error) {
	wanted := r.GetKnownSolution()
	if wanted.GetName() == "" {
		return nil, invalid("known_solution.name", "required")
	}
	var revised domain.Revised
	title, solution, kind := "-", "-", triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND // what is not changed is complete
	for _, path := range r.GetUpdateMask().GetPaths() {
		switch path {
		case "title":
			title, revised.Title = wanted.GetTitle(), &wanted.Title
		case "symptoms":
			revised.Symptoms = &wanted.Symptoms
		case "solution":
			solution, revised.Solution = wanted.GetSolution(), &wanted.Solution
		case "solution_kind":
			kind, revised.Kind = wanted.GetSolutionKind(), &wanted.SolutionKind
		case "category":
			revised.Category = &wanted.Category
		case "language_code":
			revised.LanguageCode = &wanted.LanguageCode
		default:
			return nil, invalid("update_mask", "update_mask.known_solution")
		}
	}
	if len(r.GetUpdateMask().GetPaths()) == 0 {
		return nil, invalid("update_mask", "update_mask.known_solution")
	}
	if err := complete(title, solution, kind); err != nil {
		return nil, err
	}
	return c.changeKnown(ctx, knownCall{
		action: "UpdateKnownSolution", name: wanted.GetName(), etag: wanted.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s knownScene) (domain.KnownSolutionOutcome, error) {
		return s.Update(revised, s.at)
	})
}
