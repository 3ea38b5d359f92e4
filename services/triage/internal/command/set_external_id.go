package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// SetExternalId keeps the number that the case has in another tool (R13, R34).
//
//nolint:revive // the contract's spelling, which the generated interface has
func (c *Tickets) SetExternalId(ctx context.Context, r *triagev1.SetExternalIdRequest) (*triagev1.Ticket, error) {
	external := r.GetExternal()
	return c.change(ctx, call{
		action: "SetExternalId", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if external.GetId() != "" {
			// A tool that the profile does not know may be the reporting desk's, whose numbers it cannot know either.
			if err := numberFits(s.Desk, "", "external.id", external.GetSystem(), external.GetId()); err != nil {
				return domain.Outcome{}, err
			}
		}
		return s.SetExternalID(&triagev1.ExternalId{
			System: external.GetSystem(), Id: external.GetId(), Own: external.GetOwn(),
		}, s.at)
	})
}
