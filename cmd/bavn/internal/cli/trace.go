package cli

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/bavn/bavn/cmd/bavn/internal/collector"
	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/journeytree"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Trace draws a ticket's journey.
type Trace struct{ Number }

// Run asks triage for the journey's trace id, and the collector for the spans.
func (c *Trace) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	ticket, err := connected.Tickets.GetTicket(ctx, &triagev1.GetTicketRequest{Name: c.name(s)})
	if err != nil {
		return err
	}
	journey, err := s.journey(ctx, ticket)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Value(journey)
	}
	return journeytree.Render(s.Out, journey, journeytree.Options{Width: s.Width, Color: s.Color, Zone: s.Zone})
}

func (s *session) journey(ctx context.Context, ticket *triagev1.Ticket) (journeytree.Journey, error) {
	id, err := trace.TraceIDFromHex(ticket.GetJourneyTraceId())
	if err != nil {
		return journeytree.Journey{}, err
	}
	a, err := s.addresses()
	if err != nil {
		return journeytree.Journey{}, err
	}
	spans := collector.Client{BaseURL: a.Traces, HTTP: &http.Client{Timeout: 30 * time.Second}}
	data, err := spans.Trace(ctx, id)
	if errors.Is(err, collector.ErrUnknownTrace) {
		return journeytree.Journey{}, failure.New(failure.NotFound,
			"spans arrive some seconds after what they report, and are kept for two weeks", "%w", err)
	}
	if err != nil {
		const hint = "is `bavn dev` running? --traces says where the collector is"
		return journeytree.Journey{}, failure.New(failure.Unavailable, hint, "%w", err)
	}
	journey := journeytree.Spans(data)
	requests := map[trace.TraceID][]journeytree.Span{}
	for _, request := range journeytree.Requests(journey) {
		data, err := spans.Trace(ctx, request)
		if errors.Is(err, collector.ErrUnknownTrace) {
			continue // not kept any more: the tree says so
		}
		if err != nil {
			return journeytree.Journey{}, err
		}
		requests[request] = journeytree.Spans(data)
	}
	return journeytree.New(resource.ID(ticket.GetName()), journey, requests)
}
