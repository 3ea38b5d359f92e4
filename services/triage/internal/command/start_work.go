package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// StartWork begins the work (R94).
func (c *Tickets) StartWork(ctx context.Context, r *triagev1.StartWorkRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "StartWork", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.StartWork(s.by, s.at)
	})
}
