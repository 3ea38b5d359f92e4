package app_test

import (
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// R76, [3] step 10: of a grave incident the solution is documented with its root cause, and the event log is kept; where the
// cause is not known, the solution is a workaround. The profile says so, and a small incident needs neither.
func TestASolutionIsDocumentedWithItsRootCause(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	const permanent, workaround = triagev1.SolutionKind_SOLUTION_KIND_PERMANENT, triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND
	resolve := func(name string, kind triagev1.SolutionKind, cause string) (*triagev1.Ticket, error) {
		r := &triagev1.ResolveTicketRequest{
			Name: name, RequestId: requestID(), Solution: danish("Genstartet"), SolutionKind: kind,
		}
		if cause != "" {
			r.RootCause = danish(cause)
		}
		return w.tickets.ResolveTicket(w.as("mette"), r)
	}
	grave, unknown, small := w.incident("P2").GetName(), w.incident("P1").GetName(), w.incident("P4").GetName()
	for _, name := range []string{grave, unknown, small} {
		w.start(name)
	}
	if got := must(resolve(small, permanent, ""))(t).GetRootCause(); got != "" {
		t.Errorf("nobody said why, and it says %q", got)
	}
	if _, err := resolve(grave, permanent, "Hukommelsen slap op"); !fault.Is(err, "GATE_NOT_MET") {
		t.Errorf("solved without an event log: %v", err)
	}
	w.logs(grave)
	w.logs(unknown)
	if _, err := resolve(grave, permanent, ""); !fault.Is(err, "GATE_NOT_MET") {
		t.Errorf("solved for good, and nobody said why it happened: %v", err)
	}
	solved := must(resolve(grave, permanent, "Hukommelsen slap op"))(t)
	if solved.GetRootCause() != "Hukommelsen slap op" || solved.GetSolution() != "Genstartet" || solved.GetWorkLogEntries() != 1 {
		t.Errorf("documented is %q with %q and %d entries", solved.GetSolution(), solved.GetRootCause(), solved.GetWorkLogEntries())
	}
	if got := w.get(grave).GetRootCause(); got != "Hukommelsen slap op" {
		t.Errorf("read again the cause is %q", got)
	}
	if _, err := resolve(unknown, workaround, ""); err != nil {
		t.Errorf("the cause is not known, and a way round it is refused: %v", err)
	}
	reopened := must(w.tickets.ReopenTicket(w.as("karen"), &triagev1.ReopenTicketRequest{
		Name: grave, RequestId: requestID(), Reason: danish("Den er nede igen"),
	}))(t)
	w.start(reopened.GetName())
	if again := must(resolve(grave, workaround, ""))(t); again.GetRootCause() != "" || w.get(grave).GetRootCause() != "" {
		t.Errorf("the cause of the earlier solution is shown with the new one: %q", again.GetRootCause())
	}
}
