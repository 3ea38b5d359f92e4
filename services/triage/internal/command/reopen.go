package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// ReopenTicket opens a solved or closed ticket again (R107).
func (c *Tickets) ReopenTicket(ctx context.Context, r *triagev1.ReopenTicketRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "ReopenTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.Reopen(text(domain.TextReason, r.GetReason()), s.at)
	})
}
