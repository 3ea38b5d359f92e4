package process

import (
	"math/bits"
	"strings"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Status is where a ticket stands.
type Status = triagev1.TicketStatus

// Class is what a status means for queues and clocks.
type Class = triagev1.StatusClass

// The statuses of R94-R97, and Cancelled. Unopened is before the first.
const (
	Unopened         = triagev1.TicketStatus_TICKET_STATUS_UNSPECIFIED
	Registered       = triagev1.TicketStatus_TICKET_STATUS_REGISTERED
	Assigned         = triagev1.TicketStatus_TICKET_STATUS_ASSIGNED
	InProgress       = triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS
	AwaitingSupplier = triagev1.TicketStatus_TICKET_STATUS_AWAITING_SUPPLIER
	AwaitingUser     = triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER
	PendingRelease   = triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE
	OnHold           = triagev1.TicketStatus_TICKET_STATUS_ON_HOLD
	Resolved         = triagev1.TicketStatus_TICKET_STATUS_RESOLVED
	Closed           = triagev1.TicketStatus_TICKET_STATUS_CLOSED
	Cancelled        = triagev1.TicketStatus_TICKET_STATUS_CANCELLED
)

// The classes of R94.
const (
	ClassOpen         = triagev1.StatusClass_STATUS_CLASS_OPEN
	ClassWaiting      = triagev1.StatusClass_STATUS_CLASS_WAITING
	ClassReadyToClose = triagev1.StatusClass_STATUS_CLASS_READY_TO_CLOSE
	ClassClosed       = triagev1.StatusClass_STATUS_CLASS_CLOSED
)

// Clock says whose time passes in a status.
type Clock int

const (
	// NoClock runs for nobody: the ticket is finished.
	NoClock Clock = iota
	// HolderClock runs for the party that has the ticket.
	HolderClock
	// PausedClock stands: somebody outside must act first.
	PausedClock
	// OwnerClock runs for the owner, who checks and closes; the solver's has stopped (R100).
	OwnerClock
)

// StatusMeaning is what one status means.
type StatusMeaning struct {
	Status Status
	Class  Class
	Clock  Clock
	Source string
}

// statuses is R94's table of status codes and system states, in the order of a ticket's life.
var statuses = [...]StatusMeaning{
	{Registered, ClassOpen, HolderClock, "R94"},
	{Assigned, ClassOpen, HolderClock, "R94"},
	{InProgress, ClassOpen, HolderClock, "R94"},
	{AwaitingSupplier, ClassOpen, HolderClock, "R94: open, the clock runs"},
	{AwaitingUser, ClassWaiting, PausedClock, "R94, R96"},
	{PendingRelease, ClassWaiting, PausedClock, "R95, R97"},
	{OnHold, ClassWaiting, PausedClock, "derived"},
	{Resolved, ClassReadyToClose, OwnerClock, "R94, R100"},
	{Closed, ClassClosed, NoClock, "R94"},
	{Cancelled, ClassClosed, NoClock, "derived"},
}

// Statuses returns what each status means, in the order of a ticket's life.
func Statuses() []StatusMeaning {
	table := statuses
	return table[:]
}

// meaningOf finds the row of a status; the zero row for Unopened and for values that the contract does not know.
func meaningOf(s Status) StatusMeaning {
	if s > Unopened && int(s) <= len(statuses) {
		return statuses[s-1] // the table is in the order of the numbers, which a test holds
	}
	return StatusMeaning{}
}

// ClassOf returns the class of a status, unspecified for one that is no status.
func ClassOf(s Status) Class { return meaningOf(s).Class }

// ClockOf returns whose time passes in a status.
func ClockOf(s Status) Clock { return meaningOf(s).Clock }

// StatusName is the status in the words of the contract, without its prefix: "AWAITING_USER".
func StatusName(s Status) string { return strings.TrimPrefix(s.String(), "TICKET_STATUS_") }

// StatusSet is a set of statuses.
type StatusSet uint16

func of(members ...Status) StatusSet {
	var set StatusSet
	for _, s := range members {
		set |= 1 << s
	}
	return set
}

// The sets that the rules are written in.
var (
	unopened      = of(Unopened)
	queued        = of(Registered, Assigned)
	open          = of(Registered, Assigned, InProgress, AwaitingSupplier)
	waiting       = of(AwaitingUser, PendingRelease, OnHold)
	held          = waiting | of(AwaitingSupplier)
	alive         = open | waiting
	ready         = of(Resolved)
	solved        = of(Resolved, Closed)
	anyStatus     = alive | of(Resolved, Closed, Cancelled)
	beingWorkedOn = alive &^ queued
)

// Has reports whether s is in the set.
func (set StatusSet) Has(s Status) bool { return set&(1<<s) != 0 }

// Members returns the statuses of the set, in the order of a ticket's life.
func (set StatusSet) Members() []Status {
	members := make([]Status, 0, bits.OnesCount16(uint16(set)))
	for s := Unopened; int(s) <= len(statuses); s++ {
		if set.Has(s) {
			members = append(members, s)
		}
	}
	return members
}

// String lists the names of the statuses: "RESOLVED, CLOSED".
func (set StatusSet) String() string {
	var names []string
	for _, s := range set.Members() {
		names = append(names, StatusName(s))
	}
	return strings.Join(names, ", ")
}
