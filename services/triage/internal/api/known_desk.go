package api

import (
	"context"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// mustKnow refuses a list of nothing to somebody who has no part in the desk and no ticket there, in the same words as for a
// desk that does not exist: an empty page would be an answer about any name at all.
func (r *Reads) mustKnow(ctx context.Context, caller *access.Caller, shown int) error {
	if shown > 0 || caller.Set.Member() {
		return nil
	}
	tickets, err := store.ListTickets(ctx, r.Pool, store.TicketQuery{Desk: caller.Desk, Keys: caller.Keys(), Limit: 1})
	if err == nil && len(tickets) == 0 {
		return fault.Missing("parent")
	}
	return err
}
