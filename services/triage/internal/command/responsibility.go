package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// TransferResponsibility offers the ownership to another party (R60, R63).
func (c *Tickets) TransferResponsibility(
	ctx context.Context, r *triagev1.TransferResponsibilityRequest,
) (*triagev1.Ticket, error) {
	if err := sameDesk(deskOf(r.GetName()), field{"party", r.GetParty()}); err != nil {
		return nil, err
	}
	missing, err := c.missingPlace(ctx, field{"party", r.GetParty()})
	if err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "TransferResponsibility", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if missing != nil {
			return domain.Outcome{}, missing
		}
		return s.OfferResponsibility(r.GetParty(), text(domain.TextReason, r.GetReason()), s.by, s.at)
	})
}

// AcceptResponsibility makes the receiver the owner.
func (c *Tickets) AcceptResponsibility(
	ctx context.Context, r *triagev1.AcceptResponsibilityRequest,
) (*triagev1.Ticket, error) {
	if err := sameDesk(deskOf(r.GetName()), field{"owner", r.GetOwner()}); err != nil {
		return nil, err
	}
	owner, err := c.membershipsOf(ctx, r.GetOwner())
	if err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "AcceptResponsibility", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		offer := s.Facts.GetTransfer()
		if r.GetOwner() != "" && offer != nil && !access.AnswersFor(owner, offer.GetParty()) {
			return domain.Outcome{}, notAMember("owner")
		}
		return s.AcceptResponsibility(r.GetOwner(), s.at)
	})
}

// DeclineResponsibility leaves the ownership where it was.
func (c *Tickets) DeclineResponsibility(
	ctx context.Context, r *triagev1.DeclineResponsibilityRequest,
) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "DeclineResponsibility", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.DeclineResponsibility(text(domain.TextReason, r.GetReason()), s.at)
	})
}
