package app_test

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/process"
)

func TestTheHistoryOfAnotherToolIsBroughtOverRowByRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	began := time.Date(2012, 3, 31, 15, 59, 42, 0, time.FixedZone("", 3600))
	opening := w.opening()
	opening.Importing, opening.Channel, opening.SubmitTime = true, commonv1.Channel_CHANNEL_IMPORT, timestamppb.New(began)
	opening.ExternalIds = []*triagev1.ExternalId{{System: "vinst", Id: "1-364285768"}}
	name := must(w.intake.OpenTicket(t.Context(), opening))(t).GetName()
	row := func(minutes int, status triagev1.TicketStatus, sub, party, group, assignee string) *triagev1.ImportTicketStepRequest {
		return &triagev1.ImportTicketStepRequest{
			Name: name, RequestId: requestID(), OccurredAt: timestamppb.New(began.Add(time.Duration(minutes) * time.Minute)),
			SourceRow: "vinst#1", Status: status, SubStatus: sub, HolderParty: party, HolderGroup: group, Assignee: assignee,
			Impact: triagev1.Impact_IMPACT_MEDIUM, Labels: map[string]string{"product": "PROD582"},
		}
	}
	rows := []*triagev1.ImportTicketStepRequest{
		row(0, process.InProgress, "In Progress", netic, drift, who("v-1")),
		row(0, process.InProgress, "In Progress", netic, drift, who("v-1")), // the same again: somebody saved it
		row(5, process.Assigned, "Awaiting Assignment", fmk, "", who("v-1")),
		row(60, process.Closed, "Closed", fmk, "", who("v-2")),
		row(90, process.Resolved, "Resolved", netic, nett, ""),
		row(600, process.InProgress, "In Progress", netic, nett, who("v-3")),
		row(601, process.Resolved, "Resolved", netic, nett, who("v-3")),
	}
	for i, r := range rows {
		got := must(w.tickets.ImportTicketStep(w.as("imp"), r))(t)
		again := must(w.tickets.ImportTicketStep(w.as("imp"), r))(t)
		if got.GetEtag() != again.GetEtag() {
			t.Errorf("row %d has another effect the second time", i)
		}
		if got.GetStatus() != r.GetStatus() || got.GetSubStatus() != r.GetSubStatus() || got.GetHolderParty() != r.GetHolderParty() ||
			got.GetHolderGroup() != r.GetHolderGroup() || got.GetAssignee() != r.GetAssignee() ||
			!got.GetUpdateTime().AsTime().Equal(r.GetOccurredAt().AsTime()) {
			t.Errorf("after row %d the ticket is %v", i, got)
		}
	}
	_, err := w.tickets.ImportTicketStep(w.as("imp"), row(600, process.Closed, "", netic, "", ""))
	if !fault.Is(err, "OUT_OF_ORDER") {
		t.Errorf("an older row: %v", err)
	}
	_, err = w.tickets.ImportTicketStep(w.as("imp"), row(700, process.Assigned, "", netic, "", ""))
	if !slices.Equal(fields(err), []string{"status"}) {
		t.Errorf("assigned to nobody: %v", err)
	}
	_, err = w.tickets.TakeNextTicket(w.as("mette"), &triagev1.TakeNextTicketRequest{
		Parent: desk, Party: spoc, RequestId: requestID(),
	})
	if !fault.Is(err, "NOTHING_TO_TAKE") {
		t.Errorf("a ticket in import lies on a pile: %v", err)
	}
	w.checkImported(name)
}

func (w *world) checkImported(name string) {
	w.t.Helper()
	must(w.tickets.FinishImport(w.as("imp"), &triagev1.FinishImportRequest{Name: name, RequestId: requestID()}))(w.t)
	clocks := must(w.tickets.GetTicketClocks(w.as("mette"), &triagev1.GetTicketClocksRequest{Name: name}))(w.t)
	sum := time.Duration(0)
	for _, c := range clocks.GetClocks() {
		sum += c.GetElapsed().AsDuration()
	}
	if sum != clocks.GetTotal().AsDuration() || sum < 601*time.Minute {
		w.t.Errorf("clocks sum to %v of %v", sum, clocks.GetTotal().AsDuration())
	}
	events := w.events(name)
	want := []string{
		"ticket.opened",
		"ticket.handed_over", "ticket.work_started", "ticket.updated",
		"ticket.work_logged",
		"ticket.handed_over", "ticket.assigned",
		"ticket.assigned", "ticket.closed",
		"ticket.handed_over", "ticket.resolved",
		"ticket.assigned", "ticket.reopened",
		"ticket.resolved",
		"ticket.import_finished",
	}
	if got := eventTypes(events); !slices.Equal(got, want) {
		w.t.Errorf("events\n%v, want\n%v", got, want)
	}
	var deviations []string
	for _, e := range events {
		payload := new(triagev1.TicketEvent)
		if err := e.Record.GetPayload().UnmarshalTo(payload); err != nil {
			w.t.Fatal(err)
		}
		deviations = append(deviations, payload.GetDeviations()...)
	}
	if want := []string{"ASSIGNED -> CLOSED", "CLOSED -> RESOLVED"}; !slices.Equal(deviations, want) {
		w.t.Errorf("deviations %v, want %v", deviations, want)
	}
	if _, err := feed.VerifyChain(feed.Head{}, events); err != nil {
		w.t.Errorf("the chain does not verify: %v", err)
	}
	if events[1].Record.GetCause().GetImportRow() != "vinst#1" || events[1].Record.GetActor().GetPerson() != who("imp") {
		w.t.Errorf("cause %v by %v", events[1].Record.GetCause(), events[1].Record.GetActor())
	}
	if armed := w.count("river_job WHERE kind = 'hand_over_expiry'"); armed != 0 {
		w.t.Errorf("an import armed %d jobs", armed)
	}
}
