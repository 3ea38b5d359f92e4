package command

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// ProposeKnownSolution keeps a candidate (R123).
func (c *KnownSolutions) ProposeKnownSolution(
	ctx context.Context, r *triagev1.ProposeKnownSolutionRequest,
) (*triagev1.KnownSolution, error) {
	proposed := r.GetKnownSolution()
	if err := sameDesk(r.GetParent(), field{"known_solution.ticket", proposed.GetTicket()}); err != nil {
		return nil, err
	}
	if err := complete(proposed.GetTitle(), proposed.GetSolution(), proposed.GetSolutionKind()); err != nil {
		return nil, err
	}
	caller, err := c.Access.Caller(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	if err := c.Access.Desk(ctx, caller, "ProposeKnownSolution", "parent"); err != nil {
		return nil, err
	}
	known, err := c.Known.Desk(ctx, resourcename.ID(r.GetParent()))
	if err != nil {
		return nil, refusal(err)
	}
	req, err := requestOf(caller, "ProposeKnownSolution", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	desk := known.Bare()
	var answer *triagev1.KnownSolution
	err = pg.InPipeline(ctx, c.Writer.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, desk.Name+"/knownSolutions"); err != nil { // numbers are given one by one
			return err
		}
		effect, before, err := req.Lookup(ctx, p)
		if err != nil {
			return err
		}
		if before {
			answer, err = store.KnownSolutionAt(ctx, p, req.Desk, effect)
			return err
		}
		if err := c.solvedTicket(ctx, p, caller, proposed.GetTicket()); err != nil {
			return err
		}
		number, err := store.New(p).NextKnownSolutionNumber(ctx, req.Desk)
		if err != nil {
			return err
		}
		language := proposed.GetLanguageCode()
		if language == "" {
			language = known.LanguageCode
		}
		outcome := domain.Propose(desk, domain.Proposal{
			Name: store.KnownSolutionName(req.Desk, number), Author: caller.PersonName(), AuthorParty: caller.AuthorParty(),
			Ticket: proposed.GetTicket(), Category: proposed.GetCategory(), LanguageCode: language,
			Kind: proposed.GetSolutionKind(), Title: proposed.GetTitle(), Symptoms: proposed.GetSymptoms(),
			Solution: proposed.GetSolution(),
		}, c.Writer.Clock.Now())
		from := store.KnownSolution{Ticket: resourcename.ID(proposed.GetTicket())}
		answer, err = c.writeKnown(ctx, p, knownWrite{caller, req, known.LanguageCode}, from, outcome)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.Writer.Wake.Committed()
	return answer, nil
}

// complete refuses a known solution that does not say what it is about or what helps.
func complete(title, solution string, kind triagev1.SolutionKind) error {
	switch {
	case strings.TrimSpace(title) == "":
		return invalid("known_solution.title", "required")
	case strings.TrimSpace(solution) == "":
		return invalid("known_solution.solution", "required")
	case kind == triagev1.SolutionKind_SOLUTION_KIND_UNSPECIFIED:
		return invalid("known_solution.solution_kind", "required")
	}
	return nil
}

// solvedTicket refuses to learn from a ticket that the caller does not see, or that is not solved.
func (c *KnownSolutions) solvedTicket(ctx context.Context, p *pg.Pipeline, caller *access.Caller, name string) error {
	if name == "" {
		return nil
	}
	t, _, err := store.Read(ctx, p, resourcename.Desk(name), resourcename.ID(name))
	if errors.Is(err, store.ErrNotFound) {
		return fault.Missing("known_solution.ticket")
	}
	if err != nil {
		return err
	}
	if c.Access.See(ctx, caller, &t.Ticket, t.Audience) != nil {
		return fault.Missing("known_solution.ticket")
	}
	if status := t.Facts.GetStatus(); status != process.Resolved && status != process.Closed {
		return fault.New(codes.FailedPrecondition, TicketNotSolved).
			Violation("KNOWN_SOLUTION", "known-solution/ticket", "name a ticket that is resolved or closed")
	}
	return nil
}
