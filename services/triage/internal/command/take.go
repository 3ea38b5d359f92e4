package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// TakeTicket makes the caller the assignee (R33).
func (c *Tickets) TakeTicket(ctx context.Context, r *triagev1.TakeTicketRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "TakeTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.Take(s.by, s.at)
	})
}
