package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// CloseTicket closes a solved ticket (R101, R109); the reporter may, where the process lets them (R110).
func (c *Tickets) CloseTicket(ctx context.Context, r *triagev1.CloseTicketRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "CloseTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		override: text(domain.TextReason, r.GetOverrideReason()),
	}, func(s scene) (domain.Outcome, error) {
		return s.CloseBy(s.by, s.at)
	})
}
