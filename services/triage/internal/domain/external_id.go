package domain

import (
	"slices"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// SetExternalID keeps the number that the case has in another tool, one for each tool, or forgets it where the number is empty
// (R34). One of them at most is the reporting desk's own (R13).
func (t Ticket) SetExternalID(id *triagev1.ExternalId, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.SetExternalID, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	f := c.facts()
	f.ExternalIds = slices.DeleteFunc(f.ExternalIds, func(e *triagev1.ExternalId) bool { return e.GetSystem() == id.GetSystem() })
	if id.GetId() != "" {
		if len(f.ExternalIds) >= MaxExternalIDs {
			return Outcome{}, BadLink{TooManyExternalIDs}
		}
		for _, other := range f.ExternalIds {
			other.Own = other.GetOwn() && !id.GetOwn()
		}
		f.ExternalIds = append(f.ExternalIds, id)
	}
	return c.done(ticketevent.ExternalIDSet), nil
}

// ownNumber is the number that the case has at the desk that reported it (R13): the one that is said to be, else the one that
// came with the report from a tool which is none of the desk's own. Empty where there is none.
func (t Ticket) ownNumber() string {
	own := t.own()
	return own.GetId()
}

// OwnNumbers is the same by the tool that it is of; nil where there is none.
func (t Ticket) OwnNumbers() map[string]string {
	own := t.own()
	if own == nil {
		return nil
	}
	return map[string]string{own.GetSystem(): own.GetId()}
}

func (t Ticket) own() *triagev1.ExternalId {
	tools := t.Desk.Process.Settings().GetTools()
	var foreign *triagev1.ExternalId
	for _, id := range t.Facts.GetExternalIds() {
		if id.GetOwn() {
			return id
		}
		if foreign == nil && !has(tools, id.GetSystem()) {
			foreign = id
		}
	}
	return foreign
}
