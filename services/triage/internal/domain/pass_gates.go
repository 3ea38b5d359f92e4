package domain

import "slices"

// Pass keeps with a step which gates were passed by somebody who may, and why: the reason is the step's own text, unless the
// step has a reason for itself (R83, R108).
func (o *Outcome) Pass(gates []string, reason Text) {
	if len(gates) == 0 || len(o.Events) == 0 {
		return
	}
	first := &o.Events[0]
	first.Payload.OverriddenGates = gates
	if slices.ContainsFunc(first.Texts, func(t Text) bool { return t.Name == TextReason }) {
		reason.Name = TextOverride
	}
	first.Texts = append(first.Texts, reason)
}
