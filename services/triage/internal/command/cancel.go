package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// CancelTicket ends a ticket that was withdrawn or registered by mistake.
func (c *Tickets) CancelTicket(ctx context.Context, r *triagev1.CancelTicketRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "CancelTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		override: text(domain.TextReason, r.GetOverrideReason()),
	}, func(s scene) (domain.Outcome, error) {
		return s.Cancel(text(domain.TextReason, r.GetReason()), s.at)
	})
}
