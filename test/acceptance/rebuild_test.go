package acceptance_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/test/house"
)

// TestReportingRebuiltWhileLiveTellsTheSame drops what reporting has derived while an incident goes on, and again when all is
// quiet: the figures, the proofs and the journey must be the same.
func TestReportingRebuiltWhileLiveTellsTheSame(t *testing.T) {
	t.Parallel()
	_, h := furnished(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*walkLimit)
	defer cancel()
	first, second := &walk{House: h, door: h.GRPC}, &walk{House: h, door: h.GRPC}
	first.goes(ctx, t, "Login before the rebuild")
	rebuild(ctx, t, h)
	second.goes(ctx, t, "Login during the rebuild")
	before := told(ctx, t, h, first)
	rebuild(ctx, t, h)
	after := told(ctx, t, h, first)
	if diff := cmp.Diff(before, after, protocmp.Transform(), cmp.AllowUnexported(account{})); diff != "" {
		t.Errorf("reporting tells something else after a rebuild (-before +after):\n%s", diff)
	}
	second.journeyIsWhatWasDone(ctx, t)
	second.clocksAddUp(ctx, t)
	if f := after.figures.GetPartyHandOvers(); f.GetHandOvers() != 2 || f.GetPingPongTickets() != 0 {
		t.Errorf("two incidents that were handed over once, and came back by their resolution, have the hand-overs %v", f)
	}
	if f := after.figures; f.GetTickets() != 2 || f.GetTicketsWithExactClocks() != 2 || f.GetSteps() != 2*steps {
		t.Errorf("of two incidents the figures tell %v", f)
	}
}

// steps of the incident as the figures count them: the opening and what was done, without notes and logged work.
var steps = func() int64 {
	count := int64(1)
	for _, s := range incident {
		if !notes[s.event] {
			count++
		}
	}
	return count
}()

// account is what reporting tells.
type account struct {
	figures *reportingv1.Figures
	proofs  *reportingv1.VerifyTicketsResponse
	journey *reportingv1.Journey
}

func told(ctx context.Context, t *testing.T, h *house.House, w *walk) account {
	t.Helper()
	if err := house.Until(ctx, h.Settled); err != nil {
		t.Fatal(err)
	}
	saul := h.As(ctx, house.Saul)
	figures, err := h.GRPC.Reporting.GetFigures(saul, &reportingv1.GetFiguresRequest{Name: house.Desk})
	if err != nil {
		t.Fatal(err)
	}
	proofs, err := h.GRPC.Reporting.VerifyTickets(saul, &reportingv1.VerifyTicketsRequest{Parent: house.Desk})
	if err != nil {
		t.Fatal(err)
	}
	if proofs.GetVerified() != 2 || len(proofs.GetFaults()) > 0 {
		t.Errorf("of two tickets the proofs tell %v", proofs)
	}
	return account{figures: figures, proofs: proofs, journey: w.journey(ctx, t, house.Mette)}
}

func rebuild(ctx context.Context, t *testing.T, h *house.House) {
	t.Helper()
	_, err := h.GRPC.Reporting.RebuildReadModel(h.As(ctx, house.Root), &reportingv1.RebuildReadModelRequest{RequestId: house.ID()})
	if err != nil {
		t.Fatal(err)
	}
}
