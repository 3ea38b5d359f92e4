package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// wantedPage is a call to those on duty that an event of a ticket asks for.
type wantedPage struct {
	// Rule and template are the notification's.
	rule, template string
	// event is which of the step's events asks for it; ticket is as that event leaves it.
	event  int
	ticket domain.Ticket
	at     time.Time
	// cause is the event, and requester the person; a rule has no requester.
	cause     *eventv1.Cause
	actor     *eventv1.Actor
	requester string
}

// wantedPages are the calls that a step asks for.
func wantedPages(outcome domain.Outcome) []wantedPage {
	var pages []wantedPage
	for i, e := range outcome.Events {
		for _, request := range e.Payload.GetNotifications() {
			if !domain.WantsPage(request) {
				continue
			}
			then := outcome.Ticket
			then.Facts = e.Payload.GetTicket()
			pages = append(pages, wantedPage{
				rule: request.GetRule(), template: request.GetTemplate(), event: i, ticket: then, at: e.At,
				cause: &eventv1.Cause{Rule: "notifications[" + request.GetRule() + "]"}, actor: &eventv1.Actor{Service: "triage"},
			})
		}
	}
	return pages
}

// call begins the calls that a step asks for, in its transaction: a ticket that is urgent and nobody who was called cannot be.
func (w *Writer) call(ctx context.Context, p *pg.Pipeline, a *after) error {
	for _, wanted := range a.pages {
		wanted.cause.Event = fmt.Sprintf("%s@%d", a.ticket.Facts.GetName(), a.events[wanted.event].Record.GetRevision())
		if _, err := w.beginPage(ctx, p, wanted, a.ticket.LanguageCode); err != nil && !errors.Is(err, errNobodyOnDuty) {
			return err
		}
	}
	return nil
}

var errNobodyOnDuty = fault.New(codes.FailedPrecondition, NobodyOnDuty).
	Violation("PROFILE", "on_call.plans", "no plan of the profile holds for this; name one that does")

// beginPage calls the first of those who are on duty, shifts counted in.
func (w *Writer) beginPage(ctx context.Context, p *pg.Pipeline, wanted wantedPage, language string) (*store.Page, error) {
	desk := wanted.ticket.Desk
	shifts, err := store.ShiftsAt(ctx, p, resourcename.ID(desk.Name), wanted.at)
	if err != nil {
		return nil, err
	}
	duty, found, err := desk.OnDuty(wanted.ticket.ProcessFacts(wanted.at), wanted.at, shifts, language)
	if err != nil {
		return nil, err
	}
	if !found || len(duty.Links) == 0 {
		return nil, errNobodyOnDuty
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("name a page: %w", err)
	}
	page, events := domain.Page{
		Desk: desk, Audience: domain.PageAudience(desk, wanted.ticket.Facts, duty.Links),
		Facts: &triagev1.Page{
			Name: fmt.Sprintf("%s/pages/%s", desk.Name, id), Ticket: wanted.ticket.Facts.GetName(), Rule: wanted.rule,
			Template: wanted.template, Chain: duty.Chain, Links: duty.Links, Requester: wanted.requester,
		},
	}.Call(wanted.at)
	row := &store.Page{Desk: resourcename.ID(desk.Name), Page: id, Audience: page.Audience}
	return row, w.writePage(ctx, p, row, page, events, origin{actor: wanted.actor, cause: wanted.cause})
}

// writePage keeps a page with what happened to it, and the timer that calls the next.
func (w *Writer) writePage(
	ctx context.Context, p *pg.Pipeline, row *store.Page, page domain.Page, happened []domain.PageEvent, by origin,
) error {
	drafts := make([]feed.Draft, len(happened))
	for i, e := range happened {
		drafts[i] = feed.Draft{
			Desk: row.Desk, Resource: page.Facts.GetName(), Type: e.Type, Payload: e.Payload, Actor: by.actor, Cause: by.cause,
			ProfileVersion: versionOf(page.Desk), Traceparent: feed.Traceparent(ctx), Audience: row.Audience,
		}
	}
	isNew := row.Revision == 0
	events, head, err := feed.Prepare(
		feed.Head{Revision: row.Revision, Hash: row.ChainHash, Time: row.LastEventAt}, drafts, w.Clock.Now())
	if err != nil {
		return err
	}
	row.Revision, row.ChainHash, row.LastEventAt = head.Revision, head.Hash, head.Time
	if err := row.Keep(ctx, p, page.Facts, isNew); err != nil {
		return err
	}
	if err := feed.Append(ctx, p, events); err != nil {
		return err
	}
	if next := page.Facts.GetNextTime(); next != nil {
		return w.Timers.Keep(ctx, p, NextOnDuty{Page: page.Facts.GetName(), Turn: page.Facts.GetTurn()}, next.AsTime())
	}
	return nil
}

// lockPage locks a page and reads it; whoever answers it and the timer take turns. Returns ErrNotFound.
func (w *Writer) lockPage(ctx context.Context, p *pg.Pipeline, name string) (store.Page, domain.Page, error) {
	if err := feed.Lock(ctx, p, name); err != nil {
		return store.Page{}, domain.Page{}, err
	}
	id, err := uuid.Parse(resourcename.ID(name))
	if err != nil {
		return store.Page{}, domain.Page{}, store.ErrNotFound
	}
	desk := resourcename.Desk(name)
	row, err := store.New(p).LockPage(ctx, store.LockPageParams{Desk: desk, Page: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return store.Page{}, domain.Page{}, store.ErrNotFound
	}
	if err != nil {
		return store.Page{}, domain.Page{}, fmt.Errorf("lock page: %w", err)
	}
	known, err := store.New(p).ReadDesk(ctx, desk)
	if err != nil {
		return store.Page{}, domain.Page{}, fmt.Errorf("read desk of a page: %w", err)
	}
	facts, err := row.Proto()
	if err != nil {
		return store.Page{}, domain.Page{}, err
	}
	of := domain.Desk{Name: "desks/" + desk, AuthorityParty: "desks/" + desk + "/" + known.AuthorityParty}
	of.Process, err = w.process(known.Profile)
	return row, domain.Page{Facts: facts, Desk: of, Audience: row.Audience}, err
}
