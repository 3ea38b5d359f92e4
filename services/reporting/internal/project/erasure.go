package project

import (
	"context"
	"fmt"
	"strings"

	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/reporting/internal/store"
)

// obeyErasures takes the texts away that a source has erased (R147). The event that says so is of the same resource as the texts
// and comes after them, so none can arrive later; a rebuild reads them erased already and comes to the same.
func obeyErasures(ctx context.Context, q *store.Queries, batch []*feed.Event) error {
	for _, e := range batch {
		if !strings.HasSuffix(e.Record.GetType(), "erased") {
			continue
		}
		err := q.EraseTexts(ctx, store.EraseTextsParams{
			Desk: resourcename.Desk(e.Record.GetDesk()), Resource: e.Record.GetResource(), Before: e.Record.GetRevision(),
		})
		if err != nil {
			return fmt.Errorf("erase texts before %s: %w", e.Ref(), err)
		}
	}
	return nil
}
