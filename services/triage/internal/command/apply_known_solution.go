package command

import (
	"context"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// ApplyKnownSolution effectuates a known solution on a ticket (R72), counts the use, and solves the ticket if it is asked to.
func (c *KnownSolutions) ApplyKnownSolution(
	ctx context.Context, r *triagev1.ApplyKnownSolutionRequest,
) (*triagev1.Ticket, error) {
	known, refused, err := c.applicable(ctx, r.GetName(), r.GetTicket())
	if err != nil {
		return nil, err
	}
	made := call{
		action: "ApplyKnownSolution", ticket: r.GetTicket(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		arm: func(ctx context.Context, p *pg.Pipeline, changed *store.Ticket) error {
			return store.CountUse(ctx, p, resourcename.Desk(r.GetName()), r.GetName(), changed.Number(), c.Writer.Clock.Now())
		},
	}
	if r.GetResolve() {
		made.told = domain.Solution{Kind: known.GetSolutionKind()}.Tells
		made.also = func(scene) ([]call, error) { return []call{{action: "ResolveTicket", told: made.told}}, nil }
	}
	return c.change(ctx, made, func(s scene) (domain.Outcome, error) {
		if refused != nil {
			return domain.Outcome{}, refused
		}
		solution := domain.Text{LanguageCode: known.GetLanguageCode(), Text: known.GetSolution()}
		if r.GetResolve() {
			return s.ResolveByKnownSolution(r.GetName(), solution, known.GetSolutionKind(), s.by, s.at)
		}
		return s.ApplyKnownSolution(r.GetName(), solution, s.at)
	})
}

// RateKnownSolution says whether it helped.
func (c *KnownSolutions) RateKnownSolution(
	ctx context.Context, r *triagev1.RateKnownSolutionRequest,
) (*triagev1.Ticket, error) {
	if err := sameDesk(deskOf(r.GetName()), field{"ticket", r.GetTicket()}); err != nil {
		return nil, err
	}
	desk, helped := resourcename.Desk(r.GetName()), r.GetHelped()
	use := store.KnownSolutionUsedParams{
		Desk: desk, Number: store.KnownSolutionNumber(r.GetName()), Ticket: resourcename.ID(r.GetTicket()),
	}
	used, err := store.New(c.Writer.Pool).KnownSolutionUsed(ctx, use)
	if err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "RateKnownSolution", ticket: r.GetTicket(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		arm: func(ctx context.Context, p *pg.Pipeline, _ *store.Ticket) error {
			return store.New(p).RateKnownSolutionUse(ctx, store.RateKnownSolutionUseParams{
				Desk: use.Desk, Number: use.Number, Ticket: use.Ticket, Helped: &helped,
			})
		},
	}, func(s scene) (domain.Outcome, error) {
		if !used {
			return domain.Outcome{}, fault.New(codes.FailedPrecondition, KnownSolutionNotApplied).
				Violation("KNOWN_SOLUTION", "known-solution/rate", "apply it to the ticket first")
		}
		return s.RateKnownSolution(r.GetName(), helped, s.at)
	})
}

// applicable reads a known solution before the transaction begins. That it cannot be applied is said by the decision alone,
// after the caller was found to see the ticket.
func (c *KnownSolutions) applicable(ctx context.Context, name, ticket string) (_ *triagev1.KnownSolution, refused, err error) {
	if err := sameDesk(deskOf(name), field{"ticket", ticket}); err != nil {
		return nil, nil, err
	}
	caller, err := c.Access.Caller(ctx, deskOf(name))
	if err != nil {
		return nil, nil, err
	}
	list, err := store.KnownSolutions(ctx, c.Writer.Pool, resourcename.Desk(name), caller.Keys(), store.KnownSolutionNumber(name))
	if err != nil {
		return nil, nil, err
	}
	if len(list) == 0 {
		return nil, fault.Missing("name"), nil
	}
	desk, err := c.Known.Desk(ctx, resourcename.Desk(name))
	if err != nil {
		return nil, nil, refusal(err)
	}
	k := domain.KnownSolution{Facts: list[0], Desk: desk.Bare()}
	if c.Access.SeeKnownSolution(ctx, caller, &k) != nil {
		return nil, fault.Missing("name"), nil
	}
	return list[0], refusal(k.Permits(domain.ApplyKnown)), nil
}
