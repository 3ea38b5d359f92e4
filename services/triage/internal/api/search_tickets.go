package api

import (
	"context"
	"strings"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/store"
)

const (
	defaultSearchSize = 20
	// searchCandidates are the most matches that are ranked.
	searchCandidates = 2000
)

// SearchTickets finds tickets by words, best first, among those the caller may see.
func (t *Tickets) SearchTickets(
	ctx context.Context, r *triagev1.SearchTicketsRequest,
) (*triagev1.SearchTicketsResponse, error) {
	caller, err := t.Reads.Access.Caller(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	if err := t.Reads.Access.Listing(ctx, caller, "SearchTickets"); err != nil {
		return nil, err
	}
	size := r.GetPageSize()
	if size == 0 {
		size = defaultSearchSize
	}
	tickets, err := store.Search(ctx, t.Reads.Pool, store.SearchTicketsParams{
		Desk: strings.TrimPrefix(r.GetParent(), "desks/"), Query: r.GetQuery(), Keys: caller.Keys(),
		Candidates: searchCandidates, Limit: size,
	})
	if err != nil {
		return nil, err
	}
	if err := t.Reads.mustKnow(ctx, caller, len(tickets)); err != nil {
		return nil, err
	}
	return &triagev1.SearchTicketsResponse{Tickets: tickets}, nil
}
