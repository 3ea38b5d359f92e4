package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Paging calls those on duty (R50, R52, R67). Triage says whose turn it is, and how long; here each is called by every medium
// that reaches them.
type Paging struct {
	Pool     *pgxpool.Pool
	Clock    clock.Clock
	Jobs     *jobs.Client
	Intake   intakev1.PersonServiceClient
	Tickets  triagev1.TicketServiceClient
	Triage   triagev1.DelegateServiceClient
	Couriers map[notifyv1.Medium]Courier
	// Ender ends calls that ring; nil where the provider cannot.
	Ender interface {
		End(ctx context.Context, ref string) error
	}
	Links *Links
	// Messages tell who is not called.
	Messages   *Commands
	References *mailref.Signer
	MailDomain string
	// InboundToken is what the provider of text messages shows; empty takes none.
	InboundToken string
	SendTimeout  time.Duration
}

// pageExhausted happens when nobody on the chain has answered.
const pageExhausted = "page.exhausted"

// PageEventTypes are what Paging hears.
func PageEventTypes() []string {
	return []string{"page.requested", "page.next", "page.acknowledged", "page.ended", pageExhausted}
}

// Handle writes down who is to be called, and whom nobody needs to call any more, with the jobs for it.
func (p *Paging) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	for _, event := range batch {
		payload := new(triagev1.PageEvent)
		if err := event.Record.GetPayload().UnmarshalTo(payload); err != nil {
			return fmt.Errorf("read %s: %w", event.Ref(), err)
		}
		var err error
		if event.Record.GetType() == pageExhausted {
			err = p.Messages.tellExhausted(ctx, tx, event, payload)
		} else {
			err = p.hear(ctx, tx, event, payload.GetPage())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *Paging) hear(ctx context.Context, tx pgx.Tx, event *feed.Event, page *triagev1.Page) error {
	q, now := store.New(tx), p.Clock.Now()
	desk := resourcename.Desk(page.GetName())
	id, err := uuidOf(page.GetName())
	if err != nil {
		return err
	}
	fresh, err := q.PutPage(ctx, store.PutPageParams{
		Desk: desk, Page: id, Ticket: resourcename.ID(page.GetTicket()), State: int16(page.GetState()), Turn: page.GetTurn(),
		Revision: event.Record.GetRevision(), Audience: event.Record.GetAudience(),
	})
	if err != nil || fresh == 0 {
		return err
	}
	stop := store.DropPageCallsParams{Reason: domain.ReasonMovedOn, Now: now, Desk: desk, Page: id, BeforeTurn: page.GetTurn()}
	if page.GetState() != triagev1.PageState_PAGE_STATE_CALLING {
		stop.Reason, stop.BeforeTurn = domain.ReasonAnswered, page.GetTurn()+1
	}
	if err := q.DropPageCalls(ctx, stop); err != nil {
		return fmt.Errorf("call nobody any more: %w", err)
	}
	if page.GetState() != triagev1.PageState_PAGE_STATE_CALLING {
		_, err = p.Jobs.InsertTx(ctx, tx, EndCalls{Desk: desk, Page: id}, nil)
		return err
	}
	return p.turn(ctx, tx, event, page, id, now)
}

// turn writes down the calls of a page's present turn.
func (p *Paging) turn(ctx context.Context, tx pgx.Tx, event *feed.Event, page *triagev1.Page, id uuid.UUID, now time.Time) error {
	q, desk := store.New(tx), resourcename.Desk(page.GetName())
	link := domain.TurnOf(page, page.GetTurn())
	persons, err := q.PersonsInRole(ctx, store.PersonsInRoleParams{
		Desk: desk, Party: resourcename.ID(link.GetParty()), Role: link.GetRole(),
	})
	if err != nil {
		return fmt.Errorf("read who has the role: %w", err)
	}
	for i, person := range persons {
		persons[i] = "persons/" + person
	}
	for _, call := range domain.CallsOf(page, persons, page.GetCallTime().AsTime()) {
		if err := q.InsertPageCall(ctx, store.InsertPageCallParams{
			Desk: desk, Page: id, Call: call.ID, Turn: page.GetTurn(), Called: call.Called, Medium: int16(call.Medium),
			Traceparent: event.Traceparent(), Now: now,
		}); err != nil {
			return fmt.Errorf("write down a call: %w", err)
		}
	}
	_, err = p.Jobs.InsertTx(ctx, tx, CallPage{Desk: desk, Page: id, Turn: page.GetTurn()}, nil)
	return err
}

// PageQueue is River's queue of calls to those on duty: nothing else may keep them waiting.
const PageQueue = "pages"

// EndCalls ends the calls that ring, because somebody answered.
type EndCalls struct {
	Desk string    `json:"desk"`
	Page uuid.UUID `json:"page"`
}

// Kind is the job's name in River.
func (EndCalls) Kind() string { return "end_calls" }

// InsertOpts puts it into the queue of calls.
func (EndCalls) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: PageQueue} }

// EndWorker works EndCalls.
type EndWorker struct {
	river.WorkerDefaults[EndCalls]
	Paging *Paging
}

// Work ends every call of the page that the provider took.
func (e *EndWorker) Work(ctx context.Context, job *river.Job[EndCalls]) error {
	if e.Paging.Ender == nil {
		return nil
	}
	q := store.New(e.Paging.Pool)
	ringing, err := q.RingingCalls(ctx, store.RingingCallsParams{Desk: job.Args.Desk, Page: job.Args.Page})
	if err != nil {
		return fmt.Errorf("read the calls that ring: %w", err)
	}
	var errs []error
	for _, call := range ringing {
		if err := e.Paging.Ender.End(ctx, call.ProviderRef); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, q.HungUp(ctx, store.HungUpParams{Desk: call.Desk, Page: call.Page, Call: call.Call}))
	}
	return errors.Join(errs...)
}
