package api

import (
	"context"
	"strings"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/store"
)

const (
	defaultSuggestions = 5
	// longestQuestion is how many characters of a text are looked for: what comes after them seldom says what is wrong.
	longestQuestion = 4000
)

// SuggestSolutions looks for what may solve a ticket, or what somebody tells (R70, R71).
func (k *KnownSolutions) SuggestSolutions(
	ctx context.Context, r *triagev1.SuggestSolutionsRequest,
) (*triagev1.SuggestSolutionsResponse, error) {
	caller, err := k.Reads.Access.Caller(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	if err := k.Reads.Access.Listing(ctx, caller, "SuggestSolutions"); err != nil {
		return nil, err
	}
	question, except, err := k.question(ctx, r)
	if err != nil {
		return nil, err
	}
	size := int(r.GetPageSize())
	if size == 0 {
		size = defaultSuggestions
	}
	suggestions, err := store.Similar(ctx, k.Reads.Pool, store.SimilarQuery{
		Desk: resourcename.ID(r.GetParent()), Keys: caller.Keys(), Member: caller.Set.Member(), Text: question, Except: except,
		Limit: size,
	})
	if err != nil {
		return nil, err
	}
	if err := k.Reads.mustKnow(ctx, caller, len(suggestions)); err != nil {
		return nil, err
	}
	return &triagev1.SuggestSolutionsResponse{Suggestions: suggestions}, nil
}

// question is the text that is looked for, and the number of the ticket that it is of.
func (k *KnownSolutions) question(ctx context.Context, r *triagev1.SuggestSolutionsRequest) (text, except string, err error) {
	parts := []string{r.GetQuery()}
	if r.GetTicket() != "" {
		if !strings.HasPrefix(r.GetTicket(), r.GetParent()+"/") {
			return "", "", fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("ticket", "other_desk")
		}
		_, texts, _, err := k.Reads.seen(ctx, r.GetTicket())
		if fault.Is(err, fault.NotFound) {
			return "", "", fault.Missing("ticket")
		}
		if err != nil {
			return "", "", err
		}
		parts = append(parts, texts.Title, texts.Description)
		except = resourcename.ID(r.GetTicket())
	} else if strings.TrimSpace(r.GetQuery()) == "" {
		return "", "", fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("query", "nothing_to_look_for")
	}
	whole := []rune(strings.Join(parts, "\n"))
	return string(whole[:min(len(whole), longestQuestion)]), except, nil
}
