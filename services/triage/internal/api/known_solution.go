package api

import (
	"context"
	"math"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/command"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// KnownSolutions is bavn.triage.v1.KnownSolutionService.
type KnownSolutions struct {
	triagev1.UnsafeKnownSolutionServiceServer
	*command.KnownSolutions
	Reads Reads
}

var _ triagev1.KnownSolutionServiceServer = (*KnownSolutions)(nil)

// GetKnownSolution reads a known solution that the caller may see.
func (k *KnownSolutions) GetKnownSolution(
	ctx context.Context, r *triagev1.GetKnownSolutionRequest,
) (*triagev1.KnownSolution, error) {
	id, _, _ := strings.Cut(strings.TrimPrefix(r.GetName(), "desks/"), "/")
	caller, err := k.Reads.Access.Caller(ctx, "desks/"+id)
	if err != nil {
		return nil, err
	}
	none := fault.New(codes.NotFound, fault.NotFound)
	list, err := store.KnownSolutions(ctx, k.Reads.Pool, id, caller.Keys(), store.KnownSolutionNumber(r.GetName()))
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, none
	}
	desk, err := k.Reads.Known.Desk(ctx, id)
	if err != nil {
		return nil, err
	}
	about := domain.KnownSolution{Facts: list[0], Desk: desk.Bare()}
	return list[0], k.Reads.Access.SeeKnownSolution(ctx, caller, &about)
}

// ListKnownSolutions lists those that the caller may see, newest first.
func (k *KnownSolutions) ListKnownSolutions(
	ctx context.Context, r *triagev1.ListKnownSolutionsRequest,
) (*triagev1.ListKnownSolutionsResponse, error) {
	caller, err := k.Reads.reader(ctx, r.GetParent(), "ListKnownSolutions", "parent")
	if err != nil {
		return nil, err
	}
	page, err := k.Reads.openPage(caller, triagev1.KnownSolutionService_ListKnownSolutions_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	before := int64(math.MaxInt32)
	if page.after != "" {
		if before, err = strconv.ParseInt(page.after, 10, 32); err != nil {
			return nil, err // nobody but this method seals them
		}
	}
	desk := resourcename.ID(r.GetParent())
	categories, err := k.below(ctx, desk, r.GetCategory())
	if err != nil {
		return nil, err
	}
	numbers, err := store.New(k.Reads.Pool).ListKnownSolutionNumbers(ctx, store.ListKnownSolutionNumbersParams{
		Desk: desk, Keys: caller.Keys(), State: int16(r.GetState()), Category: r.GetCategory(), Categories: categories,
		Before: int32(before), Limit: page.limit(),
	})
	if err != nil {
		return nil, err
	}
	answer := &triagev1.ListKnownSolutionsResponse{}
	numbers, answer.NextPageToken = closePage(&page, numbers, func(n int32) string { return strconv.Itoa(int(n)) })
	answer.KnownSolutions, err = store.KnownSolutions(ctx, k.Reads.Pool, desk, caller.Keys(), numbers...)
	return answer, err
}

// below are a category and those below it in the tree of the desk's process (R40). Without one a category's own name says what it
// is below: "login/certificate".
func (k *KnownSolutions) below(ctx context.Context, desk, category string) ([]string, error) {
	known, err := k.Reads.Known.Desk(ctx, desk)
	if err != nil {
		return nil, err
	}
	follows, _ := k.Reads.Profiles.Of(known.Profile)
	return append(follows.Below(category), category), nil
}
