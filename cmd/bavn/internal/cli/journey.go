package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	"github.com/bavn/bavn/cmd/bavn/internal/terminal"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
)

// Journey shows a ticket's way through the parties.
type Journey struct {
	Number
	Events bool `short:"e" help:"Show every event, not only who held it in which status."`
}

// Run prints the intervals, or the events.
func (c *Journey) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	journey, err := connected.Reporting.GetJourney(ctx, &reportingv1.GetJourneyRequest{Name: c.name(s)})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(journey)
	}
	if c.Events {
		table := s.Table("REV", "WHEN", "WHAT", "WHO", "FOR", "SAID")
		for _, event := range journey.GetEvents() {
			r := event.GetRecord()
			table.Row(fmt.Sprint(r.GetRevision()), s.Time(r.GetOccurredAt().AsTime()), r.GetType(), actor(r.GetActor()),
				resource.Short(r.GetActor().GetParty()), said(event))
		}
		return table.Print(s.Out)
	}
	table := s.Table("FROM", "FOR", "HELD BY", "ASSIGNEE", "STATUS", "OWN WORD")
	table.Right[1] = true
	for _, interval := range journey.GetIntervals() {
		table.Row(s.Time(interval.GetStartTime().AsTime()), lasted(s, interval), shortHolder(interval.GetParty(), interval.GetGroup()),
			resource.Short(interval.GetAssignee()), statusWord(interval.GetStatus()), interval.GetSubStatus())
	}
	return table.Print(s.Out)
}

func lasted(s *session, i *reportingv1.Interval) string {
	if i.GetEndTime() == nil {
		return terminal.Duration(s.clock.Now().Sub(i.GetStartTime().AsTime()).Truncate(time.Second)) + " so far"
	}
	return terminal.Duration(i.GetEndTime().AsTime().Sub(i.GetStartTime().AsTime()))
}

func actor(a *eventv1.Actor) string {
	if a.GetPerson() != "" {
		return resource.Short(a.GetPerson())
	}
	return a.GetService()
}

// said is what an event says in words: of several texts, the title or the solution.
func said(e *eventv1.Event) string {
	said := ""
	for _, text := range e.GetTexts() {
		words := text.GetText()
		if text.GetErased() {
			words = "(erased)"
		}
		if said == "" || text.GetName() == "title" || text.GetName() == "solution" {
			said = words
		}
	}
	return said
}
