package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// pair is a call about a ticket that changes another one too.
type pair struct {
	call
	// other is its full name.
	other string
	// alone names what the step must have for itself beside the two tickets.
	alone []string
	// answersOther is true where the other ticket is the answer.
	answersOther bool
	// keep writes what goes with the two, which have been written.
	keep func(ctx context.Context, p *pg.Pipeline, this, other *store.Ticket) error
}

// pairDecision decides about a ticket and the other one.
type pairDecision func(ctx context.Context, p *pg.Pipeline, s scene, other domain.Ticket) (this, that domain.Outcome, err error)

// changeBoth runs a command on two tickets in one transaction, in which both are locked in the order of their names: two
// commands on the same two never wait for each other for ever, and the later one sees what the earlier one did. The caller must
// see both, and be permitted the step on the first.
func (c *Tickets) changeBoth(ctx context.Context, made pair, decide pairDecision) (*triagev1.Ticket, error) {
	caller, err := c.Access.Caller(ctx, deskOf(made.ticket))
	if err != nil {
		return nil, err
	}
	req, err := requestOf(caller, made.action, made.requestID, made.payload)
	if err != nil {
		return nil, err
	}
	var answer *triagev1.Ticket
	err = pg.InPipeline(ctx, c.Writer.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		this, other, err := store.LockBoth(ctx, p, req.Desk, resourcename.ID(made.ticket), resourcename.ID(made.other), req,
			made.alone...)
		if err != nil {
			return refusal(err)
		}
		if this.Earlier != nil {
			answer, err = c.again(ctx, p, caller, *this.Earlier)
			return err
		}
		answer, err = c.runBoth(ctx, p, caller, req, made, this, other, decide)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.Writer.Wake.Committed()
	return answer, nil
}

// followed is one of the two with what its desk's process makes of the step.
func (c *Tickets) followed(ctx context.Context, t *store.Ticket, outcome domain.Outcome, by origin) (after, error) {
	outcome, err := outcome.Follow(t.Ticket, c.Writer.Clock.Now())
	if err != nil {
		return after{}, err
	}
	return c.Writer.chain(ctx, *t, outcome, by)
}

func (c *Tickets) runBoth(
	ctx context.Context, p *pg.Pipeline, caller *access.Caller, req request.Request, made pair, this, other store.Loaded,
	decide pairDecision,
) (*triagev1.Ticket, error) {
	t, o := &this.Ticket, &other.Ticket
	if err := c.Access.See(ctx, caller, &o.Ticket, o.Audience); err != nil {
		return nil, err
	}
	if err := c.Writer.bind(o); err != nil {
		return nil, err
	}
	s, err := c.sceneOf(ctx, caller, made.call, t, clock.Max(c.Writer.timeOf(t), c.Writer.timeOf(o)))
	if err != nil {
		return nil, err
	}
	thisOutcome, otherOutcome, err := decide(ctx, p, s, o.Ticket)
	if err != nil {
		return nil, refusal(err)
	}
	thisOutcome.Pass(s.overridden, made.override)
	by := originOf(caller, made.call, &t.Ticket)
	changed, err := c.followed(ctx, t, thisOutcome, by)
	if err != nil {
		return nil, err
	}
	changedToo, err := c.followed(ctx, o, otherOutcome, by)
	if err != nil {
		return nil, err
	}
	answered, texts, outcome := &changed, this.Texts, thisOutcome
	if made.answersOther {
		answered, texts, outcome = &changedToo, other.Texts, otherOutcome
	}
	effect := request.Effect{Resource: answered.ticket.Facts.GetName(), Revision: answered.ticket.Head.Revision}
	if err := req.Insert(ctx, p, effect, c.Writer.Clock.Now()); err != nil {
		return nil, err
	}
	for _, a := range []*after{&changed, &changedToo} {
		if err := c.Writer.write(ctx, p, a); err != nil {
			return nil, err
		}
	}
	if made.keep != nil && len(changed.events) > 0 {
		if err := made.keep(ctx, p, &changed.ticket, &changedToo.ticket); err != nil {
			return nil, err
		}
	}
	return domain.Shown(answered.ticket.Facts, answered.ticket.Head.Hash, texts.After(outcome.Events)), nil
}
