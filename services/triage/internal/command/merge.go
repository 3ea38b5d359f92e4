package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

const duplicateOf = triagev1.LinkKind_LINK_KIND_DUPLICATE_OF

// MergeTicket ends a ticket that is the same as another. Of two opposite merges at once, the later one sees the earlier one's
// work and is told so.
func (c *Tickets) MergeTicket(ctx context.Context, r *triagev1.MergeTicketRequest) (*triagev1.Ticket, error) {
	if err := otherTicket(r.GetName(), r.GetInto(), "into"); err != nil {
		return nil, err
	}
	return c.changeBoth(ctx, pair{
		call: call{
			action: "MergeTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		},
		other: r.GetInto(), alone: linksOf(r.GetName()),
		keep: func(ctx context.Context, p *pg.Pipeline, this, other *store.Ticket) error {
			return c.follow(ctx, p, this, other, duplicateOf)
		},
	}, func(ctx context.Context, p *pg.Pipeline, s scene, into domain.Ticket) (this, that domain.Outcome, err error) {
		upwards, err := upwards(ctx, p, r.GetInto(), duplicateOf)
		if err != nil {
			return domain.Outcome{}, domain.Outcome{}, err
		}
		return s.MergeInto(into, upwards, text(domain.TextReason, r.GetReason()), s.at)
	})
}
