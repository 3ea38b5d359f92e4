package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// RouteTicket sends the ticket where the profile says that it belongs (R41, R64).
func (c *Tickets) RouteTicket(ctx context.Context, r *triagev1.RouteTicketRequest) (*triagev1.RouteTicketResponse, error) {
	people, err := c.peopleOf(ctx, deskOf(r.GetName()))
	if err != nil {
		return nil, err
	}
	language := c.languageOf(ctx, deskOf(r.GetName()))
	answer := new(triagev1.RouteTicketResponse)
	routed := func(s scene) (d domain.Destination, routing profile.Routing, err error) {
		if err = s.byProfile(); err != nil {
			return d, routing, err
		}
		if routing, err = s.Desk.Process.Route(s.ProcessFacts(s.at)); err != nil {
			return d, routing, err
		}
		d, err = people.Destination(s.Ticket, routing.Route, s.at)
		return d, routing, err
	}
	answer.Ticket, err = c.change(ctx, call{
		action: "RouteTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		arm: c.Writer.armIfOffered,
		also: func(s scene) ([]call, error) {
			d, _, err := routed(s)
			return sends(s, d), err
		},
	}, func(s scene) (domain.Outcome, error) {
		d, routing, err := routed(s)
		if err != nil {
			return domain.Outcome{}, err
		}
		answer.Decision = domain.RouteDecision(routing, s.at)
		return s.SendBy(routing.Why, d, routeReason(r, routing, language), s.by, s.at, c.OfferLapse)
	})
	if err != nil {
		return nil, err
	}
	if answer.GetDecision() == nil { // it was asked before
		t, _, err := store.Read(ctx, c.Writer.Pool, resourcename.Desk(r.GetName()), resourcename.ID(r.GetName()))
		if err != nil {
			return nil, refusal(err)
		}
		answer.Decision = t.Decided(domain.DecidesRoute)
	}
	return answer, nil
}

// routeReason is what the receiver reads: the caller's words, else those of the profile's rule, else where the rule is written.
func routeReason(r *triagev1.RouteTicketRequest, routing profile.Routing, language string) domain.Text {
	if reason := text(domain.TextReason, r.GetReason()); !reason.Blank() {
		return reason
	}
	return domain.RouteReason(routing, language)
}

// languageOf is the language that a desk's people read; English for one that is not known.
func (c *Tickets) languageOf(ctx context.Context, desk string) string {
	known, err := c.Known.Desk(ctx, resourcename.ID(desk))
	if err != nil {
		return "en"
	}
	return known.LanguageCode
}
