package acceptance_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

func (w *walk) journey(ctx context.Context, t *testing.T, as string) *reportingv1.Journey {
	t.Helper()
	journey, err := w.door.Reporting.GetJourney(w.As(ctx, as), &reportingv1.GetJourneyRequest{Name: w.ticket.GetName()})
	if err != nil {
		t.Fatalf("the journey for %s: %v", as, err)
	}
	return journey
}

// journeyIsWhatWasDone compares the journey with the steps of the walk: the events in their order, the places without gap or
// overlap.
func (w *walk) journeyIsWhatWasDone(ctx context.Context, t *testing.T) {
	t.Helper()
	journey := w.journey(ctx, t, house.Mette)
	events := []string{"ticket.opened"}
	places := []place{at("servicedesk", "", "", registered)}
	for _, s := range incident {
		events = append(events, s.event)
		if places[len(places)-1] != s.at {
			places = append(places, s.at)
		}
	}
	var gotEvents []string
	for _, e := range journey.GetEvents() {
		gotEvents = append(gotEvents, e.GetRecord().GetType())
	}
	if diff := cmp.Diff(events, gotEvents); diff != "" {
		t.Errorf("the events (-done +told):\n%s", diff)
	}
	var gotPlaces []place
	intervals := journey.GetIntervals()
	for i, interval := range intervals {
		gotPlaces = append(gotPlaces, place{
			Party: interval.GetParty(), Group: interval.GetGroup(), Assignee: interval.GetAssignee(), Status: interval.GetStatus(),
		})
		if i > 0 && !intervals[i-1].GetEndTime().AsTime().Equal(interval.GetStartTime().AsTime()) {
			t.Errorf("interval %d begins at %v, the one before ended at %v", i, interval.GetStartTime(), intervals[i-1].GetEndTime())
		}
	}
	if diff := cmp.Diff(places, gotPlaces); diff != "" {
		t.Errorf("the places (-done +told):\n%s", diff)
	}
	if journey.GetTraceId() != w.ticket.GetJourneyTraceId() {
		t.Errorf("the journey's trace is %s, the ticket's %s", journey.GetTraceId(), w.ticket.GetJourneyTraceId())
	}
}

// clockKey is whose time passes, where.
type clockKey struct {
	Party  string
	Status triagev1.TicketStatus
}

// clocksAddUp proves that the party clocks partition the ticket's wall time, and that the journey tells the same times.
func (w *walk) clocksAddUp(ctx context.Context, t *testing.T) {
	t.Helper()
	clocks, err := w.door.Tickets.GetTicketClocks(w.As(ctx, house.Mette), &triagev1.GetTicketClocksRequest{Name: w.ticket.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	var sum time.Duration
	ran := map[clockKey]time.Duration{}
	for _, c := range clocks.GetClocks() {
		sum += c.GetElapsed().AsDuration()
		ran[clockKey{c.GetParty(), c.GetStatus()}] += c.GetElapsed().AsDuration()
	}
	wall := w.ticket.GetCloseTime().AsTime().Sub(w.ticket.GetCreateTime().AsTime())
	if sum != clocks.GetTotal().AsDuration() || sum != wall {
		t.Errorf("the clocks sum to %v of %v; from opening to closing passed %v", sum, clocks.GetTotal().AsDuration(), wall)
	}
	told := map[clockKey]time.Duration{}
	for _, i := range w.journey(ctx, t, house.Mette).GetIntervals() {
		if i.GetEndTime() != nil {
			told[clockKey{i.GetParty(), i.GetStatus()}] += i.GetEndTime().AsTime().Sub(i.GetStartTime().AsTime())
		}
	}
	if diff := cmp.Diff(ran, told); diff != "" {
		t.Errorf("triage's clocks and reporting's journey differ (-triage +reporting):\n%s", diff)
	}
}
