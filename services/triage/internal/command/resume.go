package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// ResumeTicket takes the ticket up again.
func (c *Tickets) ResumeTicket(ctx context.Context, r *triagev1.ResumeTicketRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "ResumeTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.ResumeBy(s.by, text(domain.TextNote, r.GetNote()), s.at)
	})
}
