package domain

import (
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// SurveyRule is what triage calls the invitation to say how it was (R112).
const SurveyRule = "closing.survey_invitation"

// SolvedBy reports whether a ticket stands solved or closed, by a solution that was there at a time.
func SolvedBy(t *triagev1.Ticket, at time.Time) bool {
	switch t.GetStatus() {
	case triagev1.TicketStatus_TICKET_STATUS_RESOLVED, triagev1.TicketStatus_TICKET_STATUS_CLOSED:
		return !t.GetResolveTime().AsTime().After(at)
	default:
		return false
	}
}
