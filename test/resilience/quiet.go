package resilience

import (
	"context"
	"fmt"
	"time"

	"github.com/bavn/bavn/test/house"
)

// quietWithin is how long everything may take that happens by itself after the last call: a job that ran in a process that died
// is found after half a minute, at most 35 s more, and waits for its next attempt then.
const quietWithin = 4 * time.Minute

// quiet waits until nothing is left that happens by itself: every submission has its outcome, every feed is heard to its end, no
// message waits and no job is due.
func quiet(ctx context.Context, h *house.House) error {
	ctx, cancel := context.WithTimeoutCause(ctx, quietWithin, fmt.Errorf("not quiet after %v", quietWithin))
	defer cancel()
	return house.Until(ctx, func(ctx context.Context) error {
		var waiting int
		err := h.DB("intake").QueryRow(ctx, `SELECT count(*) FROM submissions WHERE settled_at IS NULL`).Scan(&waiting)
		if err != nil {
			return fmt.Errorf("count submissions without outcome: %w", err)
		}
		if waiting > 0 {
			return fmt.Errorf("%d submissions have no outcome", waiting)
		}
		return h.Settled(ctx)
	})
}
