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

// takeAttempts bounds how often a pile is looked at for one call.
const takeAttempts = 5

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
	req, err := requestOf(caller, "TakeNextTicket", r.GetRequestId(), r)
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
		made := call{action: "TakeTicket", ticket: loaded.Ticket.Facts.GetName(), requestID: r.GetRequestId()}
		answer, err = c.run(ctx, p, caller, req, made, loaded, func(s scene) (domain.Outcome, error) {
			return s.Take(s.by, s.at)
		})
		return err
	}
	for range takeAttempts {
		err = pg.InPipeline(ctx, c.Writer.Pool, next)
		if !request.Taken(err) && !fault.Is(err, fault.Aborted) {
			break
		}
		// The equal request was faster with another ticket, or the ticket was let go of while it was being found: it is taken
		// without waiting for feed.Lock, which may cost its place in the feed's order.
	}
	if err != nil {
		return nil, err
	}
	c.Writer.Wake.Committed()
	return answer, nil
}
