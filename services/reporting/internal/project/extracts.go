package project

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/reporting/internal/store"
)

// Extracts follows the desks, whose profiles may want lists.
type Extracts interface {
	Follow(ctx context.Context, tx pgx.Tx, desk *triagev1.Desk) error
}

// takeOut takes cases that are restricted out of the editions that they stand in (R149): what was written while everybody might
// read it must not be read on. The desks' rows are locked first, so that no edition is taken meanwhile of what was before.
func (b *ticketBatch) takeOut(ctx context.Context, q *store.Queries) error {
	if len(b.restricted) == 0 {
		return nil
	}
	var p store.TakeOutRestrictedParams
	desks := map[string]bool{}
	for ticket, revision := range b.restricted {
		p.Desks, p.Tickets, p.Revisions = append(p.Desks, ticket[0]), append(p.Tickets, ticket[1]), append(p.Revisions, revision)
		desks[ticket[0]] = true
	}
	if err := q.WaitForEditions(ctx, slices.Sorted(maps.Keys(desks))); err != nil {
		return fmt.Errorf("take restricted cases out of extracts: %w", err)
	}
	if err := q.TakeOutRestricted(ctx, p); err != nil {
		return fmt.Errorf("take restricted cases out of extracts: %w", err)
	}
	return nil
}
