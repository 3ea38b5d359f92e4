package domain

import (
	"fmt"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Flaw is what is wrong with a connection: the field, and the rule that it breaks.
type Flaw struct{ Field, Rule, Limit string }

// CheckMapping proves that statuses come back as they went. A status that goes out is one word there, and that word comes back as
// the same status; a word that comes in is a status that could be said there. Then nothing that is said in either direction can
// change anything on its way back: two tools that tell each other are quiet after one round.
func CheckMapping(mapping []*intakev1.StatusMapping) (Flaw, bool) {
	out, in := map[triagev1.TicketStatus]string{}, map[string]triagev1.TicketStatus{}
	for i, m := range mapping {
		field := fmt.Sprintf("connection.statuses[%d]", i)
		if _, twice := in[m.GetToolStatus()]; twice {
			return Flaw{Field: field + ".tool_status", Rule: "connection.two_meanings", Limit: m.GetToolStatus()}, false
		}
		in[m.GetToolStatus()] = m.GetStatus()
		if m.GetIncomingOnly() {
			continue
		}
		if _, twice := out[m.GetStatus()]; twice {
			return Flaw{Field: field + ".status", Rule: "connection.two_words", Limit: m.GetStatus().String()}, false
		}
		out[m.GetStatus()] = m.GetToolStatus()
	}
	for i, m := range mapping {
		if _, sayable := out[m.GetStatus()]; !sayable {
			return Flaw{
				Field: fmt.Sprintf("connection.statuses[%d].incoming_only", i), Rule: "connection.round_trip", Limit: m.GetToolStatus(),
			}, false
		}
	}
	return Flaw{}, true
}

// StatusOf is what a tool's status means here. known is false for one that the mapping does not have.
func StatusOf(mapping []*intakev1.StatusMapping, there string) (status triagev1.TicketStatus, known bool) {
	for _, m := range mapping {
		if m.GetToolStatus() == there {
			return m.GetStatus(), true
		}
	}
	return 0, false
}

// ImpactOf is how much an alarm of a severity hurts, as far as the connection says.
func ImpactOf(c *intakev1.Connection, severity string) triagev1.Impact {
	for _, s := range c.GetMonitoring().GetImpacts() {
		if s.GetSeverity() == severity {
			return s.GetImpact()
		}
	}
	return triagev1.Impact_IMPACT_UNSPECIFIED
}
