package process

// Target is where a step leads. Some depend on who then has the ticket.
type Target struct {
	kind  targetKind
	fixed Status
}

type targetKind int

const (
	stay targetKind = iota
	fixed
	toQueue
	toWork
	toAsked
)

// The targets that depend on the ticket.
var (
	// Stay changes nothing.
	Stay = Target{kind: stay}
	// ToQueue is Assigned where a group or a person then has the ticket, and Registered in a party's common queue.
	ToQueue = Target{kind: toQueue}
	// ToWork is In progress where a person then has the ticket, and as ToQueue where nobody does.
	ToWork = Target{kind: toWork}
	// ToAsked is the waiting status, or Awaiting supplier, that the caller asked for.
	ToAsked = Target{kind: toAsked}
)

// To is always the same status.
func To(s Status) Target { return Target{kind: fixed, fixed: s} }

// Place is who has a ticket after a step.
type Place struct {
	Group, Assignee string
}

// Status works the target out. asked is the status that the caller asked for, where it asks for one.
func (t Target) Status(present Status, after Place, asked Status) Status {
	switch t.kind {
	case fixed:
		return t.fixed
	case toAsked:
		return asked
	case toWork:
		if after.Assignee != "" {
			return InProgress
		}
		return inQueue(after)
	case toQueue:
		return inQueue(after)
	default: // stay
		return present
	}
}

func inQueue(after Place) Status {
	if after.Group != "" || after.Assignee != "" {
		return Assigned
	}
	return Registered
}

// Reaches is every status that the target may lead to, staying put left out.
func (t Target) Reaches() StatusSet {
	switch t.kind {
	case fixed:
		return of(t.fixed)
	case toAsked:
		return held
	case toWork:
		return queued | of(InProgress)
	case toQueue:
		return queued
	default: // stay
		return 0
	}
}

// Holds are the statuses that a ticket can be put to wait in.
func Holds() StatusSet { return held }
