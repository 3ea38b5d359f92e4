package domain

import (
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// ToolStep is the next thing that a tool does with a ticket, so that it comes to stand where the tool says.
type ToolStep int

// The steps of a tool, each a command of triage's.
const (
	// ToolRests: the ticket stands there already, or no step leads there.
	ToolRests ToolStep = iota
	ToolAccepts
	ToolStarts
	ToolHolds
	ToolResumes
	ToolResolves
	// ToolMayNot: the ticket is not the party's to move, or has gone further than a tool may say.
	ToolMayNot
)

// NextToolStep leads a ticket one step closer to where a party's tool says that it stands. Work that begins there accepts what
// is offered (R62, R65). What is solved is not unsolved by a tool, and closing is the owner's (R101): a tool that closes says
// that it is solved.
func NextToolStep(t *triagev1.Ticket, party string, target triagev1.TicketStatus) ToolStep {
	switch target {
	case triagev1.TicketStatus_TICKET_STATUS_CLOSED:
		target = triagev1.TicketStatus_TICKET_STATUS_RESOLVED
	case triagev1.TicketStatus_TICKET_STATUS_CANCELLED, triagev1.TicketStatus_TICKET_STATUS_UNSPECIFIED:
		return ToolMayNot
	default:
	}
	now := t.GetStatus()
	switch {
	case finished(now):
		if target == triagev1.TicketStatus_TICKET_STATUS_RESOLVED {
			return ToolRests
		}
		return ToolMayNot
	case t.GetHolderParty() != party:
		if t.GetHandOver().GetParty() == party && begun(target) {
			return ToolAccepts
		}
		return ToolMayNot
	case now == target:
		return ToolRests
	case target == triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS && waits(now):
		return ToolResumes
	case target == triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS:
		return ToolStarts
	case waits(target) && (now == triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS || waits(now)):
		return ToolHolds
	case waits(target):
		return ToolStarts
	case target == triagev1.TicketStatus_TICKET_STATUS_RESOLVED && now == triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS:
		return ToolResolves
	case target == triagev1.TicketStatus_TICKET_STATUS_RESOLVED && waits(now):
		return ToolResumes
	case target == triagev1.TicketStatus_TICKET_STATUS_RESOLVED:
		return ToolStarts
	}
	return ToolRests // back to a queue: nothing to do here
}

// begun statuses are those of somebody who does something.
func begun(s triagev1.TicketStatus) bool {
	return s != triagev1.TicketStatus_TICKET_STATUS_REGISTERED && s != triagev1.TicketStatus_TICKET_STATUS_ASSIGNED
}

func waits(s triagev1.TicketStatus) bool {
	switch s {
	case triagev1.TicketStatus_TICKET_STATUS_AWAITING_SUPPLIER, triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER,
		triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE, triagev1.TicketStatus_TICKET_STATUS_ON_HOLD:
		return true
	default:
		return false
	}
}

// finished statuses are those that a tool cannot lead out of.
func finished(s triagev1.TicketStatus) bool {
	switch s {
	case triagev1.TicketStatus_TICKET_STATUS_RESOLVED, triagev1.TicketStatus_TICKET_STATUS_CLOSED,
		triagev1.TicketStatus_TICKET_STATUS_CANCELLED:
		return true
	default:
		return false
	}
}
