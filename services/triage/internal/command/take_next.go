package command

import (
	"context"
	"strings"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// TakeNextTicket makes the caller the assignee of the next ticket of a pile (R33). Two callers never get the same one and never
// wait for each other; that also holds for two equal requests, of which the later one finds the earlier one's effect.
func (c *Tickets) TakeNextTicket(ctx context.Context, r *triagev1.TakeNextTicketRequest) (*triagev1.Ticket, error) {
	desk := r.GetParent()
	if err := sameDesk(desk, field{"party", r.GetParty()}, field{"group", r.GetGroup()}); err != nil {
		return nil, err
	}
	pile := domain.Desk{Name: desk}.Key(r.GetParty())
	if r.GetGroup() != "" {
		if !strings.HasPrefix(r.GetGroup(), r.GetParty()+"/groups/") {
			return nil, invalid("group", "other_party")
		}
		pile = domain.Desk{Name: desk}.Key(r.GetGroup())
	}
	caller, err := c.Access.Caller(ctx, desk)
	if err != nil {
		return nil, err
	}
	if err := c.Access.Pile(ctx, caller, r.GetParty(), r.GetGroup()); err != nil {
		return nil, err
	}
	call := call{action: "TakeNextTicket", requestID: r.GetRequestId(), payload: r}
	req, err := requestOf(caller, call)
	if err != nil {
		return nil, err
	}
	var answer *triagev1.Ticket
	next := func(ctx context.Context, p *pg.Pipeline) error {
		loaded, err := store.LockNext(ctx, p, req.Desk, pile, req)
		switch {
		case err != nil:
			return err
		case loaded.Earlier != nil:
			answer, err = c.again(ctx, p, caller, *loaded.Earlier)
			return err
		case loaded.Ticket.Facts == nil:
			return fault.New(codes.NotFound, NothingToTake)
		}
		call.ticket = loaded.Ticket.Facts.GetName()
		answer, err = c.take(ctx, p, caller, req, call, loaded, func(s scene) (domain.Outcome, error) {
			return s.Take(s.by, s.at)
		})
		return err
	}
	err = pg.InPipeline(ctx, c.Writer.Pool, next)
	if request.Taken(err) { // the equal request was faster with another ticket
		err = pg.InPipeline(ctx, c.Writer.Pool, next)
	}
	if err != nil {
		return nil, err
	}
	c.Writer.Wake.Committed()
	return answer, nil
}
