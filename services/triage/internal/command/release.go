package command

import (
	"context"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// PlanFix says when and how it will be fixed (R82).
func (c *Tickets) PlanFix(ctx context.Context, r *triagev1.PlanFixRequest) (*triagev1.Ticket, error) {
	plan := text(domain.TextPlan, r.GetPlan())
	if plan.Blank() {
		return nil, invalid("plan.text", "required")
	}
	return c.change(ctx, call{
		action: "PlanFix", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.PlanFix(r.GetReleaseTime().AsTime().Truncate(time.Microsecond), plan, s.at)
	})
}

// TellReporters tells those who wait for a fix of its coming release (R83).
func (c *Tickets) TellReporters(ctx context.Context, r *triagev1.TellReportersRequest) (*triagev1.Ticket, error) {
	message := text(domain.TextMessage, r.GetMessage())
	if message.Blank() {
		return nil, invalid("message.text", "required")
	}
	return c.change(ctx, call{
		action: "TellReporters", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.TellReporters(message, s.at)
	})
}

// MarkReleased says that a fix is released: not before its reporters were told, unless a named person answers for it (R83).
func (c *Tickets) MarkReleased(ctx context.Context, r *triagev1.MarkReleasedRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "MarkReleased", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		override: text(domain.TextReason, r.GetOverrideReason()),
	}, func(s scene) (domain.Outcome, error) {
		var unannounced string
		if len(s.overridden) > 0 {
			unannounced = s.by
		}
		return s.MarkReleased(unannounced, s.at)
	})
}
