package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// OrderGoods orders goods of the desk's catalogue (R29, R30).
func (c *Tickets) OrderGoods(ctx context.Context, r *triagev1.OrderGoodsRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "OrderGoods", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.Order(r.GetGoods(), r.GetQuantity(), r.GetSetUpHelp(), s.at)
	})
}

// HandOutGoods says that they were handed out (R30).
func (c *Tickets) HandOutGoods(ctx context.Context, r *triagev1.HandOutGoodsRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "HandOutGoods", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.HandOut(r.SetUpHelp, s.at)
	})
}
