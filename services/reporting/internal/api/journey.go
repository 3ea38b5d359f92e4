package api

import (
	"context"
	"slices"
	"strings"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/reporting/internal/domain"
	"github.com/bavn/bavn/services/reporting/internal/store"
)

// GetJourney reads a ticket's way through the parties, with the events that the caller may see.
func (s *Reporting) GetJourney(ctx context.Context, r *reportingv1.GetJourneyRequest) (*reportingv1.Journey, error) {
	desk, number := resourcename.Desk(r.GetName()), resourcename.ID(r.GetName())
	t, err := s.ticket(ctx, desk, number)
	if err != nil {
		return nil, err
	}
	keys, err := s.Gate.Ticket(ctx, "GetJourney", desk, number, t.Audience)
	if err != nil {
		return nil, err
	}
	steps, err := store.Steps(ctx, s.Pool, desk, number)
	if err != nil {
		return nil, pg.Translate(err)
	}
	events, err := store.Events(ctx, s.Pool, desk, r.GetName())
	if err != nil {
		return nil, pg.Translate(err)
	}
	journey := &reportingv1.Journey{Name: r.GetName(), Intervals: domain.Intervals(steps), TraceId: t.TraceID}
	seesAll := slices.ContainsFunc(keys, func(key string) bool { return strings.HasPrefix(key, "parties/") })
	for _, e := range events {
		if slices.ContainsFunc(e.Record.GetAudience(), func(key string) bool { return slices.Contains(keys, key) }) {
			journey.Events = append(journey.Events, shown(e, seesAll))
		}
	}
	return journey, nil
}

// shown is an event without its proof, and for those who do not see every event without what would count the others.
func shown(e *feed.Event, seesAll bool) *eventv1.Event {
	record := e.Record
	record.Audience = nil
	if !seesAll {
		record.Revision = 0
		if cause := record.GetCause(); cause != nil {
			cause.Event, _, _ = strings.Cut(cause.GetEvent(), "@")
		}
	}
	texts := make([]*eventv1.Text, len(e.Texts))
	for i, t := range e.Texts {
		texts[i] = &eventv1.Text{Name: t.GetName(), LanguageCode: t.GetLanguageCode(), Text: t.GetText(), Erased: t.GetErased()}
	}
	return &eventv1.Event{Record: record, Texts: texts}
}
