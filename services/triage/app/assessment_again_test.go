package app_test

import (
	"slices"
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// R47: the authority hears of a large impact once; of a ticket that is categorised again, only when what it was told has changed.
func TestTheAuthorityHearsOfALargeImpactOnce(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	name := w.opened(func(r *triagev1.OpenTicketRequest) {
		r.Impact, r.Assessment.Urgency = triagev1.Impact_IMPACT_HIGH, "normal" // P2
	}).GetName()
	assessments := triagev1.NewAssessmentServiceClient(w.gateway)
	told := func(a *triagev1.Assessment) bool {
		t.Helper()
		must(assessments.CategoriseTicket(w.as("mette"), &triagev1.CategoriseTicketRequest{
			Name: name, RequestId: requestID(), Assessment: a,
		}))(t)
		_, payload := w.last(name, "ticket.categorised")
		return slices.Contains(recipients(payload, "large_impact_said"), "parties/sundhedsdatastyrelsen")
	}
	for _, c := range []struct {
		what string
		says *triagev1.Assessment
		told bool
	}{
		{"another category", &triagev1.Assessment{Category: "nsp-operations"}, false},
		{"a large impact", &triagev1.Assessment{LargeBusinessImpact: true}, true},
		{"a large impact again", &triagev1.Assessment{LargeBusinessImpact: true}, false},
		{"another category of it", &triagev1.Assessment{Category: "help"}, false},
	} {
		if got := told(c.says); got != c.told {
			t.Errorf("%s: the authority is told: %v, want %v", c.what, got, c.told)
		}
	}
}
