package command

import (
	"context"
	"strings"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// HandOverTicket offers the work to another group or party, and arms the timer that ends the offer.
func (c *Tickets) HandOverTicket(ctx context.Context, r *triagev1.HandOverTicketRequest) (*triagev1.Ticket, error) {
	if err := sameDesk(deskOf(r.GetName()), field{"party", r.GetParty()}, field{"group", r.GetGroup()}); err != nil {
		return nil, err
	}
	if r.GetGroup() != "" && !strings.HasPrefix(r.GetGroup(), r.GetParty()+"/groups/") {
		return nil, invalid("group", "other_party")
	}
	missing, err := c.missingPlace(ctx, field{"party", r.GetParty()}, field{"group", r.GetGroup()})
	if err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "HandOverTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		told: func(facts *profilev1.TicketFacts) { facts.ReceiverParty = resourcename.ID(r.GetParty()) },
		arm:  c.Writer.armOfferExpiry,
	}, func(s scene) (domain.Outcome, error) {
		if missing != nil {
			return domain.Outcome{}, missing
		}
		to := domain.Destination{Party: r.GetParty(), Group: r.GetGroup()}
		return s.HandOver(to, text(domain.TextReason, r.GetReason()), s.by, s.at, c.OfferLapse)
	})
}

func (w *Writer) armOfferExpiry(ctx context.Context, p *pg.Pipeline, t *store.Ticket) error {
	offer := t.Facts.GetHandOver()
	if offer == nil { // it was accepted by rule
		return nil
	}
	return w.Timers.Keep(ctx, p, HandOverExpiry{Ticket: t.Facts.GetName(), Generation: offer.GetGeneration()},
		offer.GetExpireTime().AsTime())
}

// AcceptHandOver makes the receiver the holder.
func (c *Tickets) AcceptHandOver(ctx context.Context, r *triagev1.AcceptHandOverRequest) (*triagev1.Ticket, error) {
	if err := sameDesk(deskOf(r.GetName()), field{"assignee", r.GetAssignee()}); err != nil {
		return nil, err
	}
	assignee, err := c.membershipsOf(ctx, r.GetAssignee())
	if err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "AcceptHandOver", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		offer := s.Facts.GetHandOver()
		if r.GetAssignee() != "" && offer != nil && !domain.WorksIn(assignee, offer.GetParty(), offer.GetGroup()) {
			return domain.Outcome{}, notAMember("assignee")
		}
		return s.AcceptHandOver(r.GetAssignee(), s.at)
	})
}

// DeclineHandOver ends the offer.
func (c *Tickets) DeclineHandOver(ctx context.Context, r *triagev1.DeclineHandOverRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "DeclineHandOver", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.DeclineHandOver(text(domain.TextReason, r.GetReason()), s.at)
	})
}

// WithdrawHandOver takes an unanswered offer back.
func (c *Tickets) WithdrawHandOver(ctx context.Context, r *triagev1.WithdrawHandOverRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "WithdrawHandOver", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.WithdrawHandOver(s.at)
	})
}
