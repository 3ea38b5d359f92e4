package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// AcknowledgePage answers a call. Who is called and the timer may come at the same moment: one of them is first, and the other is
// told how the page stands.
func (o *OnCall) AcknowledgePage(ctx context.Context, r *triagev1.AcknowledgePageRequest) (*triagev1.Page, error) {
	caller, err := o.Access.Caller(ctx, deskOf(r.GetName()))
	if err != nil {
		return nil, err
	}
	made := directoryCall{action: "AcknowledgePage", requestID: r.GetRequestId(), payload: r}
	return o.once(ctx, caller, made, r.GetName(), func(ctx context.Context, p *pg.Pipeline) (*store.Page, error) {
		row, page, err := o.Writer.lockPage(ctx, p, r.GetName())
		if err != nil {
			return nil, refusal(err)
		}
		if err := o.Access.Page(ctx, caller, "AcknowledgePage", page); err != nil {
			return nil, err
		}
		page, events, err := page.Acknowledge(caller.PersonName(), r.GetTurn(), o.Writer.Clock.Now())
		if refused, ok := errors.AsType[*domain.PageRefused](err); ok {
			return nil, pageRefused(refused.Page)
		}
		return &row, o.Writer.writePage(ctx, p, &row, page, events,
			origin{actor: actorOf(caller), cause: &eventv1.Cause{RequestId: r.GetRequestId()}})
	})
}

// pageRefused says how the page stands instead.
func pageRefused(page *triagev1.Page) error {
	switch page.GetState() {
	case triagev1.PageState_PAGE_STATE_ACKNOWLEDGED:
		return fault.New(codes.FailedPrecondition, PageAnswered).Meta("acknowledged_by", cmp.Or(page.GetAcknowledgedBy(),
			page.GetAcknowledgedContact())).
			Meta("acknowledge_time", page.GetAcknowledgeTime().AsTime().Format(time.RFC3339)).
			Violation("ON_CALL", "page/answered", "nothing: somebody has answered")
	case triagev1.PageState_PAGE_STATE_ENDED:
		return fault.New(codes.FailedPrecondition, PageEnded).
			Violation("ON_CALL", "page/ended", "nothing: nobody is needed any more")
	default:
		link := page.GetLinks()[(int(page.GetTurn())-1)%len(page.GetLinks())]
		return fault.New(codes.FailedPrecondition, PageMovedOn).Meta("turn", fmt.Sprint(page.GetTurn())).
			Meta("called", link.GetContact()+resourcename.ID(link.GetPerson())).
			Violation("ON_CALL", "page/turn", "answer the turn that it is now, or none in particular")
	}
}
