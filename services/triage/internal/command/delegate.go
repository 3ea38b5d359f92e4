package command

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// Delegates does what notify asks for somebody who answered a message that it had signed.
type Delegates struct {
	*Tickets
	OnCall *OnCall
}

// delegated makes the call the person's own, by the word of the service that makes it: their rights decide, and the event names
// both.
func (d *Delegates) delegated(ctx context.Context, action, name, person string) (context.Context, error) {
	caller, err := d.service(ctx, action, name)
	if err != nil {
		return nil, err
	}
	if deskOf(person) != deskOf(name) {
		return nil, invalid("person", "other_desk")
	}
	return auth.NewContext(ctx, auth.Principal{Person: resourcename.ID(person), Service: caller.Service}), nil
}

// service is the service that makes the call, if it may.
func (d *Delegates) service(ctx context.Context, action, name string) (*access.Caller, error) {
	caller, err := d.Access.Caller(ctx, deskOf(name))
	if err != nil {
		return nil, err
	}
	return caller, d.Access.Listing(ctx, caller, action)
}

// AcceptSolutionFor accepts a solution for the person who was told of it (R98).
func (d *Delegates) AcceptSolutionFor(ctx context.Context, r *triagev1.AcceptSolutionForRequest) (*triagev1.Ticket, error) {
	ctx, err := d.delegated(ctx, "AcceptSolutionFor", r.GetName(), r.GetPerson())
	if err != nil {
		return nil, err
	}
	return d.change(ctx, call{
		action: "AcceptSolution", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := sameSolution(s, r.GetResolveTime()); err != nil {
			return domain.Outcome{}, err
		}
		return s.AcceptSolution(s.by, s.at)
	})
}

// RejectSolutionFor records that the fault is still there, for the person who was told of the solution (R107).
func (d *Delegates) RejectSolutionFor(ctx context.Context, r *triagev1.RejectSolutionForRequest) (*triagev1.Ticket, error) {
	ctx, err := d.delegated(ctx, "RejectSolutionFor", r.GetName(), r.GetPerson())
	if err != nil {
		return nil, err
	}
	return d.change(ctx, call{
		action: "RejectSolution", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := sameSolution(s, r.GetResolveTime()); err != nil {
			return domain.Outcome{}, err
		}
		return s.RejectSolution(text(domain.TextReason, r.GetReason()), s.at)
	})
}

// sameSolution refuses an answer to a solution that the ticket does not have any more: nobody accepts what they have not read.
func sameSolution(s scene, told *timestamppb.Timestamp) error {
	if resolved := s.Facts.GetResolveTime(); resolved != nil && resolved.AsTime().Equal(told.AsTime()) {
		return nil
	}
	return fault.New(codes.FailedPrecondition, SolutionOutdated).
		Violation("LIFE_CYCLE", "life-cycle/solution", "answer the solution that the ticket has now")
}

// GetPage reads a page for the service that calls those on duty.
func (d *Delegates) GetPage(ctx context.Context, r *triagev1.GetPageRequest) (*triagev1.Page, error) {
	if _, err := d.service(ctx, "GetPage", r.GetName()); err != nil {
		return nil, err
	}
	var answer *triagev1.Page
	err := pg.InPipeline(ctx, d.Writer.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		_, page, err := d.Writer.lockPage(ctx, p, r.GetName())
		answer = page.Facts
		return refusal(err)
	})
	return answer, err
}

// AcknowledgePageFor answers a page for whoever was called, without their signing in (R50). It is the page that is answered and
// not a turn of it: who was called may answer late.
func (d *Delegates) AcknowledgePageFor(ctx context.Context, r *triagev1.AcknowledgePageForRequest) (*triagev1.Page, error) {
	if r.GetPerson() != "" {
		ctx, err := d.delegated(ctx, "AcknowledgePageFor", r.GetName(), r.GetPerson())
		if err != nil {
			return nil, err
		}
		return d.OnCall.AcknowledgePage(ctx, &triagev1.AcknowledgePageRequest{Name: r.GetName(), RequestId: r.GetRequestId()})
	}
	caller, err := d.service(ctx, "AcknowledgePageFor", r.GetName())
	if err != nil {
		return nil, err
	}
	made := directoryCall{action: "AcknowledgePageFor", requestID: r.GetRequestId(), payload: r}
	return d.OnCall.once(ctx, caller, made, r.GetName(), func(ctx context.Context, p *pg.Pipeline) (*store.Page, error) {
		row, page, err := d.Writer.lockPage(ctx, p, r.GetName())
		if err != nil {
			return nil, refusal(err)
		}
		if !slices.ContainsFunc(page.Called(), func(link *triagev1.DutyLink) bool { return link.GetContact() == r.GetContact() }) {
			return nil, notFound
		}
		page, events, err := page.AcknowledgeAt(r.GetContact(), d.Writer.Clock.Now())
		if refused, ok := errors.AsType[*domain.PageRefused](err); ok {
			return nil, pageRefused(refused.Page)
		}
		return &row, d.Writer.writePage(ctx, p, &row, page, events,
			origin{actor: actorOf(caller), cause: &eventv1.Cause{RequestId: r.GetRequestId()}})
	})
}

// PassPage calls the next at once, because nobody knows whether the present one can be reached. In the second round the timers
// decide again: a provider that takes nothing must not drive the chain round and round.
func (d *Delegates) PassPage(ctx context.Context, r *triagev1.PassPageRequest) (*triagev1.Page, error) {
	if _, err := d.service(ctx, "PassPage", r.GetName()); err != nil {
		return nil, err
	}
	var answer *triagev1.Page
	err := pg.InPipeline(ctx, d.Writer.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		row, page, err := d.Writer.lockPage(ctx, p, r.GetName())
		if err != nil {
			return refusal(err)
		}
		answer = page.Facts
		calling := page.Facts.GetState() == triagev1.PageState_PAGE_STATE_CALLING && page.Facts.GetTurn() == r.GetTurn()
		if !calling || int(r.GetTurn()) > len(page.Facts.GetLinks()) {
			return nil
		}
		page, events := page.Next(d.Writer.Clock.Now())
		answer = page.Facts
		return d.Writer.writePage(ctx, p, &row, page, events, origin{
			actor: actorOfService(ctx), cause: &eventv1.Cause{RequestId: r.GetRequestId(), Rule: fmt.Sprintf("page.passed@%d",
				r.GetTurn())},
		})
	})
	if err != nil {
		return nil, err
	}
	d.Writer.Wake.Committed()
	return answer, nil
}

// actorOfService is a service that acts by itself.
func actorOfService(ctx context.Context) *eventv1.Actor {
	principal, _ := auth.FromContext(ctx)
	return &eventv1.Actor{Service: principal.Service}
}
