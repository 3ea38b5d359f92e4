package domain

import (
	"errors"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"pgregory.net/rapid"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
)

func durationOf(minutes int) *durationpb.Duration {
	return durationpb.New(time.Duration(minutes) * time.Minute)
}

func clockOf(clocks *triagev1.TicketClocks, party string) time.Duration {
	var sum time.Duration
	for _, c := range clocks.GetClocks() {
		if c.GetParty() == party {
			sum += c.GetElapsed().AsDuration()
		}
	}
	return sum
}

func rowAt(n int, status process.Status, subStatus string) Row {
	return Row{At: minute(n), Status: status, SubStatus: subStatus, Party: spoc, Group: spoc + "/groups/g97", Assignee: mette}
}

// importing applies rows, and returns the types of the events of the last one with its deviations.
func importing(t *testing.T, rows ...Row) (Ticket, []string, []string) {
	t.Helper()
	ticket := opened(true)
	var types, deviations []string
	for i, row := range rows {
		outcome, err := ticket.ImportStep(row)
		if err != nil {
			t.Fatalf("row %d: %v", i, err)
		}
		checkInvariants(t, outcome)
		ticket, types, deviations = outcome.Ticket, nil, nil
		for _, e := range outcome.Events {
			types = append(types, e.Type)
			deviations = append(deviations, e.Payload.GetDeviations()...)
		}
	}
	return ticket, types, deviations
}

func TestWhatEachKindOfRowBecomes(t *testing.T) {
	t.Parallel()
	accepted := rowAt(1, process.InProgress, "In Progress")
	moved := accepted
	moved.At, moved.Group, moved.Status, moved.SubStatus, moved.Impact =
		minute(2), spoc+"/groups/s42", process.Assigned, "Awaiting Assignment", triagev1.Impact_IMPACT_HIGH
	unmatched := rowAt(3, process.Unopened, "Unmatched")
	someoneElse := accepted
	someoneElse.At, someoneElse.Assignee = minute(2), jonas
	again := accepted
	again.At = minute(2)
	const opened, put, held = "ticket.handed_over", "ticket.work_started", "ticket.held"
	closed, resolved := rowAt(1, process.Closed, "Closed"), rowAt(1, process.Resolved, "Resolved")
	then := func(status process.Status, subStatus string) Row { return rowAt(2, status, subStatus) }
	for name, tc := range map[string]struct {
		rows      []Row
		types     []string
		deviation string
	}{
		"first row":           {[]Row{accepted}, []string{opened, put}, ""},
		"nothing changed":     {[]Row{accepted, again}, []string{"ticket.work_logged"}, ""},
		"another person":      {[]Row{accepted, someoneElse}, []string{"ticket.assigned"}, ""},
		"everything at once":  {[]Row{accepted, moved}, []string{opened, "ticket.assigned", "ticket.updated"}, ""},
		"finer status only":   {[]Row{accepted, then(process.InProgress, "Assigned")}, []string{"ticket.updated"}, ""},
		"wait":                {[]Row{accepted, then(process.AwaitingUser, "Wait - User")}, []string{held}, ""},
		"after the wait":      {[]Row{rowAt(1, process.OnHold, "Wait"), then(process.InProgress, "")}, []string{"ticket.resumed"}, ""},
		"begins completed":    {[]Row{resolved}, []string{opened, "ticket.resolved"}, ""},
		"begins closed":       {[]Row{closed}, []string{opened, "ticket.closed"}, "REGISTERED -> CLOSED"},
		"closed, then solved": {[]Row{closed, then(process.Resolved, "")}, []string{"ticket.resolved"}, "CLOSED -> RESOLVED"},
		"reopened":            {[]Row{resolved, then(process.InProgress, "")}, []string{"ticket.reopened"}, ""},
		"reopened to wait": {
			[]Row{resolved, then(process.AwaitingUser, "")}, []string{"ticket.reopened"}, "RESOLVED -> AWAITING_USER",
		},
		"solved, put aside": {[]Row{resolved, then(process.OnHold, "Unmatched")}, []string{held}, "RESOLVED -> ON_HOLD"},
		"cancelled":         {[]Row{accepted, then(process.Cancelled, "Cancelled")}, []string{"ticket.cancelled"}, ""},
		"unmatched":         {[]Row{accepted, then(process.Resolved, ""), unmatched}, []string{"ticket.updated"}, ""},
	} {
		var wanted []string
		if tc.deviation != "" {
			wanted = []string{tc.deviation}
		}
		_, types, deviations := importing(t, tc.rows...)
		if !slices.Equal(types, tc.types) || !slices.Equal(deviations, wanted) {
			t.Errorf("%s: events %v with deviations %v, want %v with %v", name, types, deviations, tc.types, wanted)
		}
	}
}

func TestAnEventOfAnImportSaysWhatWasBefore(t *testing.T) {
	t.Parallel()
	ticket, _, _ := importing(t, rowAt(1, process.Resolved, "Resolved"), rowAt(2, process.Unopened, "Unmatched"))
	if ticket.Facts.GetStatus() != process.Resolved || ticket.Facts.GetSubStatus() != "Unmatched" {
		t.Fatalf("after an unmatched row: %v", ticket.Facts)
	}
	moved := rowAt(3, process.InProgress, "In Progress")
	moved.Group = spoc + "/groups/s42"
	outcome, err := ticket.ImportStep(moved)
	if err != nil || len(outcome.Events) != 2 {
		t.Fatalf("%v, %v", outcome.Events, err)
	}
	reopened := outcome.Events[1].Payload
	if reopened.GetPreviousStatus() != process.Resolved || reopened.GetPreviousSubStatus() != "Unmatched" {
		t.Errorf("reopened from %v %q: the hand-over of the same row must not hide it", reopened.GetPreviousStatus(),
			reopened.GetPreviousSubStatus())
	}
	if reopened.GetTicket().GetReopenCount() != 1 {
		t.Errorf("reopened %d times", reopened.GetTicket().GetReopenCount())
	}
}

// TestTheStateAfterAStepIsTheRowAndTheClocksSumToTheThroughput is the promise of the import: any row after any other, none
// refused, and nothing derived beside it.
func TestTheStateAfterAStepIsTheRowAndTheClocksSumToTheThroughput(t *testing.T) {
	t.Parallel()
	statuses := process.Statuses()
	rapid.Check(t, func(t *rapid.T) {
		ticket := opened(true)
		at := began
		for range rapid.IntRange(1, 30).Draw(t, "rows") {
			at = at.Add(rapid.SampledFrom([]time.Duration{0, time.Second, 40 * time.Hour}).Draw(t, "later"))
			row := Row{
				At:        at,
				Status:    statuses[rapid.IntRange(0, len(statuses)-1).Draw(t, "status")].Status,
				SubStatus: rapid.SampledFrom([]string{"Wait", "In Progress", "Resolved"}).Draw(t, "sub-status"),
				Party:     rapid.SampledFrom([]string{spoc, netic, authority}).Draw(t, "party"),
				Assignee:  rapid.SampledFrom([]string{"", mette, jonas}).Draw(t, "assignee"),
				Impact:    triagev1.Impact(rapid.IntRange(0, 4).Draw(t, "impact")),
			}
			row.Group = row.Party + "/groups/" + rapid.SampledFrom([]string{"g96", "g97"}).Draw(t, "group")
			outcome, err := ticket.ImportStep(row)
			if err != nil {
				t.Fatal(err)
			}
			checkInvariants(t, outcome)
			f := outcome.Ticket.Facts
			got := Row{
				At: f.GetUpdateTime().AsTime(), Status: f.GetStatus(), SubStatus: f.GetSubStatus(), Party: f.GetHolderParty(),
				Group: f.GetHolderGroup(), Assignee: f.GetAssignee(), Impact: f.GetImpact(),
			}
			if got.At != row.At || got.Status != row.Status || got.SubStatus != row.SubStatus || got.Party != row.Party ||
				got.Group != row.Group || got.Assignee != row.Assignee || got.Impact != row.Impact || f.GetOwner() != "" {
				t.Fatalf("after the row\n%+v\nthe ticket is\n%+v", row, got)
			}
			for i, e := range outcome.Events {
				if !e.At.Equal(row.At) || e.Payload.GetTicket().GetUpdateTime().AsTime() != row.At {
					t.Fatalf("event %d of the row is at %v, the row at %v", i, e.At, row.At)
				}
			}
			ticket = outcome.Ticket
		}
		finished, err := ticket.FinishImport()
		if err != nil || finished.Ticket.Facts.GetImporting() {
			t.Fatal(err)
		}
		clocks := finished.Ticket.ClocksAt(at)
		var sum time.Duration
		for _, c := range clocks.GetClocks() {
			sum += c.GetElapsed().AsDuration()
		}
		if sum != at.Sub(began) || clocks.GetTotal().AsDuration() != sum {
			t.Fatalf("clocks sum to %v, total %v, throughput %v", sum, clocks.GetTotal().AsDuration(), at.Sub(began))
		}
	})
}

func TestAnImportRefusesOnlyWhatIsOutOfOrderOrOver(t *testing.T) {
	t.Parallel()
	ticket, _, _ := importing(t, rowAt(5, process.InProgress, ""))
	if _, err := ticket.ImportStep(rowAt(4, process.InProgress, "")); !errors.As(err, &OutOfOrder{}) {
		t.Errorf("an older row: %v", err)
	}
	if _, err := ticket.ImportStep(rowAt(5, process.Resolved, "")); err != nil {
		t.Errorf("a row of the same time: %v", err)
	}
	over, err := ticket.FinishImport()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := over.Ticket.ImportStep(rowAt(6, process.Closed, "")); !errors.As(err, &NotImporting{}) {
		t.Errorf("a row after the end: %v", err)
	}
	if _, err := over.Ticket.FinishImport(); !errors.As(err, &NotImporting{}) {
		t.Errorf("finished twice: %v", err)
	}
}

func TestAnImportedSolvedTicketCanBeReturnedAndClosedLive(t *testing.T) {
	t.Parallel()
	ticket, _, _ := importing(t, rowAt(1, process.Resolved, "Resolved"))
	over, err := ticket.FinishImport()
	if err != nil {
		t.Fatal(err)
	}
	back, err := over.Ticket.ReturnToTechnician(why, minute(2))
	if err != nil || back.Ticket.Facts.GetAssignee() != mette || back.Ticket.Facts.GetStatus() != process.InProgress {
		t.Errorf("returned: %v, %v", back.Ticket.Facts, err)
	}
	if back.Ticket.Facts.GetSubStatus() != "" {
		t.Error("the source's word stayed on a status that it does not describe")
	}
	if _, err := over.Ticket.Close(minute(2)); err != nil {
		t.Errorf("closed: %v", err)
	}
}

// TestNoLiveHistoryBreaksAnInvariant takes any steps in any order, refused ones too.
func TestNoLiveHistoryBreaksAnInvariant(t *testing.T) {
	t.Parallel()
	people, parties := []string{"", mette, jonas}, []string{spoc, netic, authority}
	steps := []func(*rapid.T, Ticket, time.Time) (Outcome, error){
		func(_ *rapid.T, x Ticket, at time.Time) (Outcome, error) { return x.Take(mette, at) },
		func(r *rapid.T, x Ticket, at time.Time) (Outcome, error) {
			return x.Assign("", rapid.SampledFrom(people).Draw(r, "to"), at)
		},
		func(_ *rapid.T, x Ticket, at time.Time) (Outcome, error) { return x.StartWork(jonas, at) },
		func(r *rapid.T, x Ticket, at time.Time) (Outcome, error) {
			return x.OfferHandOver(rapid.SampledFrom(parties).Draw(r, "party"), "", why, mette, at, time.Hour)
		},
		func(r *rapid.T, x Ticket, at time.Time) (Outcome, error) {
			return x.AcceptHandOver(rapid.SampledFrom(people).Draw(r, "to"), at)
		},
		func(_ *rapid.T, x Ticket, at time.Time) (Outcome, error) { return x.DeclineHandOver(why, at) },
		func(r *rapid.T, x Ticket, at time.Time) (Outcome, error) {
			return x.OfferResponsibility(rapid.SampledFrom(parties).Draw(r, "party"), why, mette, at)
		},
		func(r *rapid.T, x Ticket, at time.Time) (Outcome, error) {
			return x.AcceptResponsibility(rapid.SampledFrom(people).Draw(r, "owner"), at)
		},
		func(r *rapid.T, x Ticket, at time.Time) (Outcome, error) {
			return x.Hold(Wait{Status: rapid.SampledFrom(process.Holds().Members()).Draw(r, "status")}, why, at)
		},
		func(_ *rapid.T, x Ticket, at time.Time) (Outcome, error) { return x.Resume(Text{}, at) },
		func(_ *rapid.T, x Ticket, at time.Time) (Outcome, error) { return resolve(x, at) },
		func(_ *rapid.T, x Ticket, at time.Time) (Outcome, error) {
			return x.AcceptSolution(x.Facts.GetReporter(), at)
		},
		func(_ *rapid.T, x Ticket, at time.Time) (Outcome, error) { return x.RejectSolution(why, at) },
		func(_ *rapid.T, x Ticket, at time.Time) (Outcome, error) { return x.ReturnToTechnician(why, at) },
		func(_ *rapid.T, x Ticket, at time.Time) (Outcome, error) { return x.Close(at) },
		func(_ *rapid.T, x Ticket, at time.Time) (Outcome, error) { return x.Reopen(why, at) },
		func(_ *rapid.T, x Ticket, at time.Time) (Outcome, error) { return x.Cancel(why, at) },
		func(_ *rapid.T, x Ticket, at time.Time) (Outcome, error) { return x.AddNote(why, true, mette, at) },
	}
	rapid.Check(t, func(r *rapid.T) {
		ticket, at := opened(false), began
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			at = at.Add(time.Second)
			before := proto.CloneOf(ticket.Facts)
			outcome, err := rapid.SampledFrom(steps).Draw(r, "step")(r, ticket, at)
			if !proto.Equal(before, ticket.Facts) {
				r.Fatal("a decision changed the ticket it was about")
			}
			if err != nil {
				if _, ok := errors.AsType[*process.Rejection](err); !ok {
					r.Fatal(err)
				}
				continue
			}
			checkInvariants(r, outcome)
			if outcome.Ticket.Revision != ticket.Revision+1 || len(outcome.Events) != 1 {
				r.Fatalf("a live step has one event: %v", outcome.Events)
			}
			ticket = outcome.Ticket
		}
		if total := ticket.ClocksAt(at).GetTotal().AsDuration(); ticket.Facts.GetStatusClass() != process.ClassClosed &&
			total != at.Sub(began) {
			r.Fatalf("clocks sum to %v, the ticket is %v old", total, at.Sub(began))
		}
	})
}
