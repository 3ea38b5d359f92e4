package domain

import (
	"slices"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// toolEvents are what a party's tool is told of, and whether that is more than where the ticket stands.
var toolEvents = map[string]bool{
	"ticket.opened": true, "ticket.hand_over_offered": true, "ticket.handed_over": true, "ticket.assigned": false,
	"ticket.taken":        false,
	"ticket.work_started": false, "ticket.held": false, "ticket.resumed": false, "ticket.released": false, "ticket.resolved": false,
	"ticket.returned": false, "ticket.solution_rejected": false, "ticket.reopened": false, "ticket.closed": false,
	"ticket.cancelled": false, "ticket.merged": false,
	"ticket.note_added": true, "ticket.linked": true, "ticket.updated": true, "ticket.prioritised": true,
	"ticket.texts_erased": true,
}

// ToolEventTypes are the events that a tool may be told of. Internal notes and work logs are not among them.
func ToolEventTypes() []string {
	types := make([]string, 0, len(toolEvents))
	for t := range toolEvents {
		types = append(types, t)
	}
	slices.Sort(types)
	return types
}

// ToolTold is what a party's tool is told of an event.
type ToolTold struct {
	// Theirs: the party has the ticket, or is offered it, so that there must be an issue. Of another ticket the tool hears only if
	// it has one already.
	Theirs bool
	// Status is what the event led to; unspecified where it changed none, or none that concerns the party.
	Status triagev1.TicketStatus
}

// TellTool says whether and what the tool of a party, which acts as a person, is told of an event. It is told nothing that it
// said itself: two tools that tell each other would never rest. Nor is it told what its party may not see (R149), or history
// (R34).
func TellTool(h Happening, previous triagev1.TicketStatus, party, tool string) (ToolTold, bool) {
	more, known := toolEvents[h.Type]
	if !known || h.Actor == tool || h.Ticket.GetImporting() || !slices.Contains(h.Audience, party) {
		return ToolTold{}, false
	}
	told := ToolTold{Theirs: Involved(h.Ticket, party)}
	if now := h.Ticket.GetStatus(); now != previous && (told.Theirs || over(now)) {
		told.Status = now
	}
	return told, more || told.Status != 0
}

// Involved reports whether a party has a ticket or is offered it.
func Involved(t *triagev1.Ticket, party string) bool {
	return Key(t.GetHolderParty()) == party || Key(t.GetHandOver().GetParty()) == party
}

// over are the statuses that concern everybody who had the ticket.
func over(s triagev1.TicketStatus) bool {
	switch s {
	case triagev1.TicketStatus_TICKET_STATUS_RESOLVED, triagev1.TicketStatus_TICKET_STATUS_CLOSED,
		triagev1.TicketStatus_TICKET_STATUS_CANCELLED:
		return true
	default:
		return false
	}
}
