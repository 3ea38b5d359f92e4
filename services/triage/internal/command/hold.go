package command

import (
	"context"
	"strings"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// HoldTicket puts the ticket to wait (R94-R97).
func (c *Tickets) HoldTicket(ctx context.Context, r *triagev1.HoldTicketRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "HoldTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		override: text(domain.TextReason, r.GetOverrideReason()),
		told: func(facts *profilev1.TicketFacts) {
			facts.AskedStatus = strings.ToLower(process.StatusName(r.GetStatus()))
		},
	}, func(s scene) (domain.Outcome, error) {
		wait := domain.Wait{Status: r.GetStatus(), SubStatus: r.GetSubStatus()}
		if r.GetUntil() != nil {
			wait.Until = r.GetUntil().AsTime().Truncate(time.Microsecond)
		}
		return s.Hold(wait, text(domain.TextReason, r.GetReason()), s.at)
	})
}
