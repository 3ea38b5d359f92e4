package access

import (
	"slices"
	"testing"
)

// What is explained of a step must not hang on chance: where several RPCs take it, the chief one is named.
func TestEveryStepThatSeveralCallsTakeHasAChief(t *testing.T) {
	t.Parallel()
	for action, step := range steps {
		for other, taken := range steps {
			if slices.Contains(notAboutATicket, action) || slices.Contains(notAboutATicket, other) || other == action {
				continue
			}
			if taken == step && chief[step] == "" {
				t.Errorf("%s is taken by %s and by %s, and neither is the chief", step, action, other)
			}
		}
	}
	for step, action := range chief {
		if StepOf(action, true) != step && StepOf(action, false) != step {
			t.Errorf("%s is not %s", action, step)
		}
	}
}
