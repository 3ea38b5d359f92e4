package acceptance_test

import (
	"context"
	"testing"

	"github.com/bavn/bavn/cmd/bavn/suite"
	"github.com/bavn/bavn/test/house"
)

// TestAnIncidentGoesFromReportToClosing carries one incident through the companies, over gRPC and again over REST, and then asks
// everybody what they know of it: the mailboxes, the journey, the clocks, the trace, and those whom it does not concern.
// R150: the journey tells all that was done, in its order.
func TestAnIncidentGoesFromReportToClosing(t *testing.T) {
	t.Parallel()
	// Every mail is counted, the one about an offer that was declined too.
	_, h := furnished(t, func(c *suite.Config) { c.Settings = map[string]map[string]string{"notify": {"CALM_PER_HOUR": "0"}} })
	for _, door := range []*house.Door{h.GRPC, h.REST} { //nolint:paralleltest // the second finds a house that is quiet again
		t.Run(door.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), walkLimit)
			defer cancel()
			w := &walk{House: h, door: door}
			w.goes(ctx, t, "Login svarer ikke over "+door.Name)
			if err := house.Until(ctx, h.Settled); err != nil {
				t.Fatal(err)
			}
			for what, check := range map[string]func(context.Context, *testing.T){
				"mails": w.toldTheRightPeople, "journey": w.journeyIsWhatWasDone, "clocks": w.clocksAddUp,
				"trace": w.oneTraceShowsIt, "parties": w.partiesSeeIt, "users": w.usersSeeTheirPart, "others": w.othersSeeNothing,
			} {
				t.Run(what, func(t *testing.T) { check(ctx, t) })
			}
		})
	}
}

// goes walks the whole way.
func (w *walk) goes(ctx context.Context, t *testing.T, title string) {
	t.Helper()
	if err := w.report(ctx, title); err != nil {
		t.Fatal(err)
	}
	if want := at("servicedesk", "", "", registered); placeOf(w.ticket) != want {
		t.Fatalf("it begins at %v, want %v", placeOf(w.ticket), want)
	}
	for _, s := range incident {
		if err := w.takes(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
}
