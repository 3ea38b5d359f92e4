package domain

import (
	"maps"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// Row is the state of a case after one row of another tool's history (R34).
type Row struct {
	At time.Time
	// Status after the row; Unopened keeps the present one.
	Status    process.Status
	SubStatus string
	// Party, Group and Assignee have it after the row.
	Party, Group, Assignee string
	Impact                 triagev1.Impact
	Labels                 map[string]string
}

// NotImporting refuses an import step to a ticket whose import is over, or never was.
type NotImporting struct{}

func (NotImporting) Error() string { return "the ticket's history is not being imported" }

// OutOfOrder refuses a row that is older than the ticket's last event.
type OutOfOrder struct{ Last time.Time }

func (e OutOfOrder) Error() string {
	return "the row is older than the ticket's last event at " + e.Last.Format(time.RFC3339Nano)
}

// ImportStep applies one row by the ordinary steps that lead to its state: the hand-over or assignment first, then the status,
// then the ticket's own facts. Each is one event, all at the row's time; a row that changes nothing becomes a work-log entry.
// Every edge between statuses is taken; one that no rule of the life cycle has is recorded as a deviation. The state after
// it is the row's, exactly.
func (t Ticket) ImportStep(row Row) (Outcome, error) {
	if !t.Facts.GetImporting() {
		return Outcome{}, NotImporting{}
	}
	if last := t.Facts.GetUpdateTime().AsTime(); row.At.Before(last) {
		return Outcome{}, OutOfOrder{Last: last}
	}
	if row.Status == process.Unopened {
		row.Status = t.Facts.GetStatus()
	}
	outcome := Outcome{Ticket: t}
	for _, step := range []func(Ticket, Row) (Outcome, bool){Ticket.importPlace, Ticket.importStatus, Ticket.importFacts} {
		if next, happened := step(outcome.Ticket, row); happened {
			outcome.Ticket = next.Ticket
			outcome.Events = append(outcome.Events, next.Events...)
		}
	}
	if len(outcome.Events) == 0 {
		return t.importUnchanged(row), nil
	}
	return outcome, nil
}

func (t Ticket) imported(row Row) *change {
	c := t.change(row.At)
	c.imported = true
	return c
}

// importPlace moves the ticket between parties, groups and people. In another tool nobody is asked, so it is handed over at once.
func (t Ticket) importPlace(row Row) (Outcome, bool) {
	f := t.Facts
	eventType := ticketevent.Assigned
	switch {
	case f.GetHolderParty() != row.Party || f.GetHolderGroup() != row.Group:
		eventType = ticketevent.HandedOver
	case f.GetAssignee() == row.Assignee:
		return Outcome{}, false
	}
	c := t.imported(row)
	c.give(row.Party, row.Group, row.Assignee)
	return c.done(eventType), true
}

// importedEvents is what a step into a status is called. One out of Resolved, Closed or Cancelled into work or waiting is a
// reopening instead; but a finished ticket that another tool merely put aside has not been taken up again by anybody.
var importedEvents = map[process.Status]string{
	process.Registered:       ticketevent.Assigned,
	process.Assigned:         ticketevent.Assigned,
	process.InProgress:       ticketevent.WorkStarted,
	process.AwaitingSupplier: ticketevent.Held,
	process.AwaitingUser:     ticketevent.Held,
	process.PendingRelease:   ticketevent.Held,
	process.OnHold:           ticketevent.Held,
	process.Resolved:         ticketevent.Resolved,
	process.Closed:           ticketevent.Closed,
	process.Cancelled:        ticketevent.Cancelled,
}

// importStatus takes the edge of the row.
func (t Ticket) importStatus(row Row) (Outcome, bool) {
	from := t.Facts.GetStatus()
	if from == row.Status {
		return Outcome{}, false
	}
	c := t.imported(row)
	c.stand(row.Status)
	f := c.facts()
	f.SubStatus = row.SubStatus
	eventType := importedEvents[row.Status]
	switch process.ClassOf(row.Status) {
	case process.ClassReadyToClose:
		f.ResolveTime, f.CloseTime = timestamppb.New(row.At), nil
		f.LastTechnician, f.LastTechnicianParty, f.LastTechnicianGroup = row.Assignee, row.Party, row.Group
	case process.ClassClosed:
		f.CloseTime = timestamppb.New(row.At)
		if row.Status == process.Closed && f.GetResolveTime() == nil {
			f.ResolveTime = f.GetCloseTime()
		}
	default:
		c.unresolve()
		switch {
		case finished(from) && row.Status != process.OnHold:
			eventType = ticketevent.Reopened
			f.ReopenCount++
		case row.Status == process.InProgress && process.Holds().Has(from):
			eventType = ticketevent.Resumed
		}
	}
	if !process.Allows(from, row.Status) {
		c.event.Deviations = []string{process.Edge(from, row.Status)}
	}
	return c.done(eventType), true
}

func finished(s process.Status) bool {
	class := process.ClassOf(s)
	return class == process.ClassReadyToClose || class == process.ClassClosed
}

// importFacts changes what is left: impact, labels, and the source's word for a status that stayed.
func (t Ticket) importFacts(row Row) (Outcome, bool) {
	f := t.Facts
	if f.GetImpact() == row.Impact && f.GetSubStatus() == row.SubStatus && maps.Equal(f.GetLabels(), row.Labels) {
		return Outcome{}, false
	}
	c := t.imported(row)
	c.facts().Impact, c.facts().SubStatus, c.facts().Labels = row.Impact, row.SubStatus, maps.Clone(row.Labels)
	return c.done(ticketevent.Updated), true
}

// importUnchanged keeps a row that says only that somebody saved the case.
func (t Ticket) importUnchanged(row Row) Outcome {
	c := t.imported(row)
	c.number(0)
	outcome := c.done(ticketevent.WorkLogged)
	outcome.Events[0].Audience = insidersOnly(outcome.Events[0].Audience, outcome.Ticket)
	return outcome
}

// FinishImport ends the import. The event belongs to the source's history, so it happens at the ticket's last time: the
// years between an old case and its import are nobody's clock.
func (t Ticket) FinishImport() (Outcome, error) {
	if !t.Facts.GetImporting() {
		return Outcome{}, NotImporting{}
	}
	c := t.change(t.Facts.GetUpdateTime().AsTime())
	c.imported = true
	c.facts().Importing = false
	return c.done(ticketevent.ImportFinished), nil
}
