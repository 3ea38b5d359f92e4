package command

import (
	"context"
	"errors"
	"slices"

	"google.golang.org/grpc/codes"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// RequestPage calls those who are on duty about a ticket because a person needs them (R50, R52).
func (o *OnCall) RequestPage(ctx context.Context, r *triagev1.RequestPageRequest) (*triagev1.Page, error) {
	desk := r.GetParent()
	if err := sameDesk(desk, field{"ticket", r.GetTicket()}); err != nil {
		return nil, err
	}
	caller, err := o.Access.Caller(ctx, desk)
	if err != nil {
		return nil, err
	}
	made := directoryCall{action: "RequestPage", requestID: r.GetRequestId(), payload: r}
	return o.once(ctx, caller, made, "", func(ctx context.Context, p *pg.Pipeline) (*store.Page, error) {
		t, _, err := store.Read(ctx, p, resourcename.ID(desk), resourcename.ID(r.GetTicket()))
		if errors.Is(err, store.ErrNotFound) {
			return nil, fault.Missing("ticket")
		}
		if err != nil {
			return nil, err
		}
		if err := o.mayCallAbout(ctx, caller, &t); err != nil {
			return nil, err
		}
		if err := o.Writer.bind(&t); err != nil {
			return nil, err
		}
		if err := follows(t.Desk); err != nil {
			return nil, err
		}
		if !needsSomebody(t.Facts.GetStatusClass()) {
			return nil, fault.New(codes.FailedPrecondition, process.WrongStatus).
				Violation("LIFE_CYCLE", "life-cycle/page", "nothing is left to be done about the ticket")
		}
		return o.Writer.beginPage(ctx, p, wantedPage{
			template: "duty", ticket: t.Ticket, at: o.Writer.timeOf(&t), requester: caller.PersonName(),
			cause: &eventv1.Cause{RequestId: r.GetRequestId()}, actor: actorOf(caller),
		}, t.LanguageCode)
	})
}

// mayCallAbout refuses those who may not; who does not see the ticket is told that there is none.
func (o *OnCall) mayCallAbout(ctx context.Context, caller *access.Caller, t *store.Ticket) error {
	if err := o.Access.See(ctx, caller, &t.Ticket, t.Audience); err != nil {
		return fault.Missing("ticket")
	}
	return o.Access.Ticket(ctx, caller, "RequestPage", &t.Ticket, t.Audience, false)
}

// needsSomebody reports whether a ticket of this class still wants somebody who is called.
func needsSomebody(class process.Class) bool {
	return class == process.ClassOpen || class == process.ClassWaiting
}

// once runs a change of a page that has its effect once: the same request again is answered with what it did. What takes turns
// with others names what it locks.
func (o *OnCall) once(
	ctx context.Context, caller *access.Caller, made directoryCall, locks string,
	do func(ctx context.Context, p *pg.Pipeline) (*store.Page, error),
) (*triagev1.Page, error) {
	req, err := requestOf(caller, made.action, made.requestID, made.payload)
	if err != nil {
		return nil, err
	}
	var answer *triagev1.Page
	attempt := func(ctx context.Context, p *pg.Pipeline) error {
		if locks != "" {
			if err := feed.Lock(ctx, p, locks); err != nil {
				return err
			}
		}
		effect, before, err := req.Lookup(ctx, p)
		if err != nil {
			return err
		}
		if before {
			answer, err = o.pageAgain(ctx, p, caller, req.Desk, effect)
			return err
		}
		row, err := do(ctx, p)
		if err != nil {
			return err
		}
		if answer, err = row.Proto(); err != nil {
			return err
		}
		return req.Insert(ctx, p, request.Effect{Resource: answer.GetName(), Revision: row.Revision}, o.Writer.Clock.Now())
	}
	if err = pg.InPipeline(ctx, o.Writer.Pool, attempt); request.Taken(err) {
		err = pg.InPipeline(ctx, o.Writer.Pool, attempt)
	}
	if err != nil {
		return nil, err
	}
	o.Writer.Wake.Committed()
	return answer, nil
}

// pageAgain answers a request that had its effect before, if the caller may still see what it did.
func (o *OnCall) pageAgain(
	ctx context.Context, p *pg.Pipeline, caller *access.Caller, desk string, effect request.Effect,
) (*triagev1.Page, error) {
	_, page, err := o.Writer.lockPage(ctx, p, effect.Resource)
	if err != nil {
		return nil, refusal(err)
	}
	if caller.Person != "" && !slices.ContainsFunc(caller.Keys(), func(key string) bool {
		return slices.Contains(page.Audience,
			key)
	}) {
		return nil, notFound
	}
	then := new(triagev1.PageEvent)
	if err := store.Payload(ctx, p, desk, effect, then); err != nil {
		return nil, err
	}
	return then.GetPage(), nil
}
