package command

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// KnownSolutions keeps what was learned (R70-R75, R123). Each has its own chain of events and its own lock.
type KnownSolutions struct {
	*Tickets
}

// knownCall is one change of a known solution.
type knownCall struct {
	action, name, etag, requestID string
	payload                       proto.Message
}

// knownScene is what a decision about a known solution is made from.
type knownScene struct {
	domain.KnownSolution
	// by is the person who acts, by full name.
	by string
	at time.Time
}

// changeKnown runs a command on a known solution: lock and load, decide, write, emit. Whoever may not see it is told that it
// does not exist.
func (c *KnownSolutions) changeKnown(
	ctx context.Context, made knownCall, decide func(s knownScene) (domain.KnownSolutionOutcome, error),
) (*triagev1.KnownSolution, error) {
	caller, desk, err := c.knownDesk(ctx, deskOf(made.name))
	if err != nil {
		return nil, err
	}
	req, err := requestOf(caller, made.action, made.requestID, made.payload)
	if err != nil {
		return nil, err
	}
	var answer *triagev1.KnownSolution
	err = pg.InPipeline(ctx, c.Writer.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, made.name); err != nil {
			return err
		}
		k, err := store.LockedKnownSolution(ctx, p, desk.Bare(), made.name)
		if err != nil {
			return refusal(err)
		}
		if err := c.Access.SeeKnownSolution(ctx, caller, &k.KnownSolution); err != nil {
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
		if err := c.Access.KnownSolution(ctx, caller, made.action, &k.KnownSolution); err != nil {
			return err
		}
		if current := domain.Etag(k.Head.Hash); made.etag != "" && made.etag != current {
			return fault.New(codes.Aborted, fault.StaleETag).Meta("etag", current)
		}
		at := clock.Max(c.Writer.Clock.Now(), k.Head.Time)
		outcome, err := decide(knownScene{KnownSolution: k.KnownSolution, by: caller.PersonName(), at: at})
		if err != nil {
			return refusal(err)
		}
		answer, err = c.writeKnown(ctx, p, knownWrite{caller, req, desk.LanguageCode}, k, outcome)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.Writer.Wake.Committed()
	return answer, nil
}

// knownWrite is who writes, by which request, in a desk with which language.
type knownWrite struct {
	*access.Caller
	request.Request
	language string
}

// writeKnown keeps a known solution with its event, and reads it as callers see it.
func (c *KnownSolutions) writeKnown(
	ctx context.Context, p *pg.Pipeline, by knownWrite, k store.KnownSolution, outcome domain.KnownSolutionOutcome,
) (*triagev1.KnownSolution, error) {
	caller, req := by.Caller, by.Request
	hearers, err := c.knownAudience(ctx, p, req.Desk, outcome.KnownSolution)
	if err != nil {
		return nil, err
	}
	actor := actorOf(caller)
	actor.Party = outcome.Facts.GetAuthorParty()
	if outcome.Facts.GetAuthor() != caller.PersonName() {
		actor.Party = caller.ReviewerFor(outcome.Desk)
	}
	name, isNew := outcome.Facts.GetName(), k.Head.Revision == 0
	events, head, err := feed.Prepare(k.Head, []feed.Draft{{
		Desk: req.Desk, Resource: name, Type: outcome.Type, Payload: outcome.Payload, Actor: actor,
		Cause: &eventv1.Cause{RequestId: req.ID.String()}, Traceparent: feed.Traceparent(ctx), Audience: hearers,
		Texts: feedTexts(outcome.Texts, by.language),
	}}, c.Writer.Clock.Now())
	if err != nil {
		return nil, err
	}
	after := store.KnownSolution{KnownSolution: outcome.KnownSolution, Head: head, Ticket: k.Ticket}
	effect := request.Effect{Resource: name, Revision: head.Revision}
	if err := req.Insert(ctx, p, effect, c.Writer.Clock.Now()); err != nil {
		return nil, err
	}
	keep := after.Update
	if isNew {
		keep = after.Insert
	}
	if err := keep(ctx, p); err != nil {
		return nil, err
	}
	if err := feed.Append(ctx, p, events); err != nil {
		return nil, err
	}
	list, err := store.KnownSolutions(ctx, p, req.Desk, caller.Keys(), store.KnownSolutionNumber(name))
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// knownAudience is who hears of it: its author's party and the reviewers, and from its publication on every party of the desk.
func (c *KnownSolutions) knownAudience(
	ctx context.Context, p *pg.Pipeline, desk string, k domain.KnownSolution,
) ([]string, error) {
	if !k.EverybodySees() {
		return k.Audience(), nil
	}
	return store.New(p).PartiesOfDesk(ctx, desk)
}

// knownDesk finds the caller and the desk of a call.
func (c *KnownSolutions) knownDesk(ctx context.Context, desk string) (*access.Caller, store.Desk, error) {
	caller, err := c.Access.Caller(ctx, desk)
	if err != nil {
		return nil, store.Desk{}, err
	}
	known, err := c.Known.Desk(ctx, resourcename.ID(desk))
	if err != nil {
		return nil, store.Desk{}, refusal(err)
	}
	return caller, known, nil
}
