package cli

import (
	"bytes"
	"strings"
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"

	"github.com/bavn/bavn/cmd/bavn/internal/terminal"
)

// R132: whoever asks why is shown what can be done and what the process asks for, not sixty steps that are for others.
func TestStepsAreToldByWhatStandsInTheirWay(t *testing.T) {
	t.Parallel()
	status := &triagev1.Obstacle{Reason: "WRONG_STATUS", Rule: "life-cycle/reopen"}
	denied := &triagev1.Obstacle{Reason: "PERMISSION_DENIED", Rule: "access/TakeTicket"}
	gate := &triagev1.Obstacle{Reason: "GATE_NOT_MET", Rule: "gates[log_kept]"}
	var out bytes.Buffer
	s := newSession(Globals{}, terminal.NewScreen(&out, false), nil)
	if err := s.printSteps([]*triagev1.StepExplanation{
		{Step: "hold"},
		{Step: "note"},
		{Step: "reopen", Obstacles: []*triagev1.Obstacle{status}},
		{Step: "take", Obstacles: []*triagev1.Obstacle{status, denied}},
		{Step: "resolve", Obstacles: []*triagev1.Obstacle{denied, gate}},
	}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"You can now: hold, note\n", "Not as it stands: reopen\n", "Not yours to do: take\n"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is missing in\n%s", line, out.String())
		}
	}
	if got := out.String(); !strings.Contains(got, "gates[log_kept]") || strings.Contains(got, "access/") {
		t.Errorf("the gate is not told, or the rights are:\n%s", got)
	}
}
