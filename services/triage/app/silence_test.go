package app_test

import (
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// reports says how far a ticket's incident report is, as reporting does.
func (w *world) reports(name string, approved bool) {
	w.t.Helper()
	reporting := triagev1.NewClosingServiceClient(w.dial(w.address, "reporting"))
	must(reporting.RecordReport(w.t.Context(), &triagev1.RecordReportRequest{
		Name: name, RequestId: requestID(), Written: true, Approved: approved,
	}))(w.t)
}

// silent are solved P1s of whose solution nobody says anything; due is when that means consent.
func (w *world) silent(n int) (names []string, due time.Time) {
	w.t.Helper()
	for range n {
		name := w.incident("P1").GetName()
		w.start(name)
		names, due = append(names, name), deadlineOf(w.solve(name), silence).GetDueTime().AsTime()
	}
	return names, due
}

// R106, R108: silence whose gate was shut closes with the step that opens the gate, and one whose gate opens in time when it is
// due; not of a ticket whose reporter has answered meanwhile.
func TestSilenceClosesWhenTheGateOpens(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.on(time.Monday, 10, 0)
	names, due := w.silent(3)
	late, early, answered := names[0], names[1], names[2]
	w.reports(early, true)
	if got := w.get(early).GetStatus(); got != triagev1.TicketStatus_TICKET_STATUS_RESOLVED {
		t.Fatalf("it is closed before the silence has passed: %v", got)
	}
	w.rings(due, early, "ticket.closed", 1)
	for _, name := range []string{late, answered} {
		w.rings(due, name, "ticket.solution_accepted", 1)
	}
	must(w.tickets.AddNote(w.as("karen"), &triagev1.AddNoteRequest{
		Name: answered, RequestId: requestID(), Note: danish("Det driller igen"),
	}))(t)

	w.clock.Advance(24 * time.Hour)
	w.reports(late, false)
	if got := w.get(late).GetStatus(); got != triagev1.TicketStatus_TICKET_STATUS_RESOLVED {
		t.Fatalf("a report that is only written opened the gate: %v", got)
	}
	w.clock.Advance(24 * time.Hour)
	w.reports(late, true)
	closed := w.get(late)
	if closed.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_CLOSED || deadlineOf(closed, silence) != nil {
		t.Errorf("the gate is open and it is %v, with %v", closed.GetStatus(), deadlineOf(closed, silence))
	}
	if at := closed.GetCloseTime().AsTime(); !at.Equal(w.clock.Now().Truncate(time.Microsecond)) {
		t.Errorf("it was closed at %v, and the gate opened at %v", at, w.clock.Now())
	}
	if rule := w.decided(late, "closing"); rule != "silence[five_days]" {
		t.Errorf("why it was closed after all: %s", rule)
	}
	w.reports(answered, true)
	if got := w.get(answered).GetStatus(); got != triagev1.TicketStatus_TICKET_STATUS_RESOLVED {
		t.Errorf("who wrote was not silent, and it is %v", got)
	}
}
