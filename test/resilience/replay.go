package resilience

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/bavn/bavn/test/house"
)

// replay makes answered calls again, with the same request, by both doors: every answer must be as the first one was.
func replay(ctx context.Context, c *client, answered []acknowledged, chance *rand.Rand, many int) (finding, error) {
	var f finding
	for _, i := range chance.Perm(len(answered))[:min(many, len(answered))] {
		a := answered[i]
		for _, door := range []*house.Door{c.house.GRPC, c.house.REST} {
			f.examined++
			again, err := c.send(ctx, door, a.call)
			switch {
			case ctx.Err() != nil:
				return f, fmt.Errorf("replay: %w", context.Cause(ctx))
			case err != nil:
				f.mind("%v was answered before, and again: %v", a, err)
			case !alike(a.answer, again):
				f.mind("%v was answered %v, and again %v", a, a.answer, again)
			}
		}
	}
	return f, nil
}
