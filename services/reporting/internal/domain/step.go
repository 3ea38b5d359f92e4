package domain

import (
	"fmt"
	"strings"
	"time"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process"
)

// Step is the state of a ticket after one thing happened to it: one row of an import with all that it led to, or one event of
// its life.
type Step struct {
	Desk, Ticket string
	// Key is the same for all events of one step.
	Key string
	// Revision of the step's last event.
	Revision int64
	At       time.Time
	process.Holding
	// SubStatus is the desk's own word for the status.
	SubStatus string
	Impact    triagev1.Impact
	// Reopened is true where the step opened a solved or closed ticket again.
	Reopened bool
	// Returned is true while a live ticket stands solved: its resolution returned it to its owner (R100), by which no team handed
	// work to another. Another tool's log says itself who had it, so an imported step is never returned.
	Returned bool
}

// notSteps are events of a live ticket that change nothing that figures are made of. A row of an import is a step whatever it
// says, because another tool's rows are counted.
var notSteps = map[string]bool{
	"ticket.note_added": true, "ticket.internal_note_added": true, "ticket.work_logged": true, "ticket.import_finished": true,
	"ticket.texts_erased": true, "ticket.known_solution_applied": true, "ticket.known_solution_rated": true,
}

// NewStep returns the step that an event belongs to, and false if it belongs to none: notes, work logs, and the opening of a
// ticket whose history is imported, whose first row is its first step.
func NewStep(record *eventv1.Record, event *triagev1.TicketEvent) (Step, bool) {
	row := record.GetCause().GetImportRow()
	ticket := event.GetTicket()
	if row == "" && (notSteps[record.GetType()] || ticket.GetImporting()) {
		return Step{}, false
	}
	key := row
	if key == "" {
		key = fmt.Sprintf("@%d", record.GetRevision())
	}
	return Step{
		Desk: resourcename.Desk(record.GetDesk()), Ticket: resourcename.ID(record.GetResource()), Key: key,
		Revision: record.GetRevision(), At: record.GetOccurredAt().AsTime(),
		Holding: process.Holding{
			Party: resourcename.ID(ticket.GetHolderParty()), Group: resourcename.ID(ticket.GetHolderGroup()),
			Assignee: resourcename.ID(ticket.GetAssignee()), Status: ticket.GetStatus(),
		},
		SubStatus: ticket.GetSubStatus(), Impact: ticket.GetImpact(), Reopened: record.GetType() == "ticket.reopened",
		Returned: row == "" && (ticket.GetStatus() == process.Resolved || ticket.GetStatus() == process.Closed),
	}, true
}

// Join adds a later event of the same step.
func (s Step) Join(later Step) Step {
	later.Reopened = later.Reopened || s.Reopened
	return later
}

// Label is the status in the desk's own words, or in the contract's where it has none.
func (s Step) Label() string {
	if s.SubStatus != "" {
		return s.SubStatus
	}
	return process.StatusName(s.Status)
}

// ImpactLabel is the impact as people write it: "Low".
func ImpactLabel(i triagev1.Impact) string {
	name := strings.ToLower(strings.TrimPrefix(i.String(), "IMPACT_"))
	return strings.ToUpper(name[:1]) + name[1:]
}
