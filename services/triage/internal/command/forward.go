package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// ForwardTicket sends on what came to the wrong department, and has the person told that we answer for it (R20, R22).
func (c *Tickets) ForwardTicket(ctx context.Context, r *triagev1.ForwardTicketRequest) (*triagev1.Ticket, error) {
	if err := sameDesk(deskOf(r.GetName()), field{"to", r.GetTo()}); err != nil {
		return nil, err
	}
	missing, err := c.missingPlace(ctx, field{"to", r.GetTo()})
	if err != nil {
		return nil, err
	}
	to := placeOf(r.GetTo())
	return c.change(ctx, call{
		action: "ForwardTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		arm:  c.Writer.armIfOffered,
		also: func(s scene) ([]call, error) { return sends(s, to), nil },
	}, func(s scene) (domain.Outcome, error) {
		if missing != nil {
			return domain.Outcome{}, missing
		}
		return s.Forward(to, text(domain.TextReason, r.GetReason()), s.by, s.at, c.OfferLapse)
	})
}
