package app_test

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// copenhagen reads a local time and holds it against its weekday: "Fri 2027-03-05 15:29".
func copenhagen(t testing.TB, text string) time.Time {
	t.Helper()
	zone := must(time.LoadLocation("Europe/Copenhagen"))(t)
	at := must(time.ParseInLocation("Mon 2006-01-02 15:04", text, zone))(t)
	if at.Format("Mon 2006-01-02 15:04") != text {
		t.Fatalf("there is no %s: it is a %s", text, at.Weekday())
	}
	return at
}

// onDuty are the contacts and persons who are called, in order.
func onDuty(duty *triagev1.WhoIsOnDutyResponse) []string {
	var called []string
	for _, link := range duty.GetLinks() {
		called = append(called, link.GetContact()+link.GetPerson())
	}
	return called
}

// R67 to the minute, over the RPC: NSP's incident manager until 18:00, its system owner in the night and at the weekend; FMK's
// incident manager always.
func TestWhoIsOnDutyAtEveryBoundaryMinute(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	const manager, owner = "nsp_incident_manager", "nsp_system_owner"
	for at, first := range map[string]string{
		"Mon 2027-03-01 07:59": owner, "Mon 2027-03-01 08:00": manager,
		"Mon 2027-03-01 15:59": manager, "Mon 2027-03-01 16:00": manager,
		"Mon 2027-03-01 17:59": manager, "Mon 2027-03-01 18:00": owner,
		"Tue 2027-03-02 07:59": owner, "Tue 2027-03-02 08:00": manager,
		"Fri 2027-03-05 15:29": manager, "Fri 2027-03-05 15:30": manager,
		"Fri 2027-03-05 17:59": manager, "Fri 2027-03-05 18:00": owner, "Fri 2027-03-05 18:05": owner,
		"Sun 2027-03-07 12:00": owner, "Mon 2027-03-08 07:59": owner, "Mon 2027-03-08 08:01": manager,
		"Thu 2027-03-25 12:00": owner, // Maundy Thursday: a public holiday is as a Sunday (derived)
	} {
		time := timestamppb.New(copenhagen(t, at))
		nsp := must(w.onCall.WhoIsOnDuty(w.as("mette"), &triagev1.WhoIsOnDutyRequest{
			Name: desk, Time: time, Category: "nsp-operations",
		}))(t)
		if got := onDuty(nsp); got[0] != first {
			t.Errorf("%s: NSP's incidents go to %v, want %s first", at, got, first)
		}
		if !nsp.GetUntil().AsTime().After(time.AsTime()) || nsp.GetRule() == "" || nsp.GetProfileVersion() == "" {
			t.Errorf("%s: until %v by %q in %q", at, nsp.GetUntil().AsTime(), nsp.GetRule(), nsp.GetProfileVersion())
		}
		fmk := must(w.onCall.WhoIsOnDuty(w.as("mette"), &triagev1.WhoIsOnDutyRequest{Name: desk, Time: time, Category: "fmk"}))(t)
		if got := onDuty(fmk); !slices.Equal(got, []string{"fmk_incident_manager"}) {
			t.Errorf("%s: FMK's incidents go to %v", at, got)
		}
	}
}

// R67: who stands in wins over the plan, for their window and no longer, and can be called off.
func TestWhoStandsInIsCalledForTheirWindowAndNoLonger(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	monday := maundyThursday(t, w.clock.Now()).AddDate(0, 0, -10) // 12:00
	shift := must(w.onCall.OverrideShift(w.as("chr"), &triagev1.OverrideShiftRequest{
		Parent: desk, RequestId: requestID(), Shift: &triagev1.Shift{
			Plan: "nsp", Person: who("jonas"), StartTime: timestamppb.New(monday), EndTime: timestamppb.New(monday.Add(2 * time.Hour)),
		},
	}))(t)
	ask := func(at time.Time) *triagev1.WhoIsOnDutyResponse {
		return must(w.onCall.WhoIsOnDuty(w.as("mette"), &triagev1.WhoIsOnDutyRequest{
			Name: desk, Time: timestamppb.New(at), Category: "nsp",
		}))(t)
	}
	for after, first := range map[time.Duration]string{
		-time.Minute: "nsp_incident_manager", 0: who("jonas"),
		2*time.Hour - time.Minute: who("jonas"), 2 * time.Hour: "nsp_incident_manager",
	} {
		if got := onDuty(ask(monday.Add(after))); got[0] != first || got[1] != "nsp_system_owner" {
			t.Errorf("%v after the shift began: %v, want %s first and the system owner next", after, got, first)
		}
	}
	if until := ask(monday.Add(-time.Minute)).GetUntil().AsTime(); !until.Equal(shift.GetStartTime().AsTime()) {
		t.Errorf("before the shift it holds until %v", until)
	}
	listed := must(w.onCall.ListShifts(w.as("mette"), &triagev1.ListShiftsRequest{Parent: desk}))(t)
	if len(listed.GetShifts()) != 1 || listed.GetShifts()[0].GetCreator() != who("chr") {
		t.Errorf("the shifts are %v", listed.GetShifts())
	}
	must(w.onCall.CancelShift(w.as("chr"), &triagev1.CancelShiftRequest{Name: shift.GetName(), RequestId: requestID()}))(t)
	if got := onDuty(ask(monday.Add(time.Hour))); got[0] != "nsp_incident_manager" {
		t.Errorf("after it was called off %v are called", got)
	}
	_, err := w.onCall.OverrideShift(w.as("jonas"), &triagev1.OverrideShiftRequest{
		Parent: desk, RequestId: requestID(), Shift: &triagev1.Shift{
			Person: who("jonas"), StartTime: timestamppb.New(w.clock.Now()), EndTime: timestamppb.New(w.clock.Now().Add(time.Hour)),
		},
	})
	if !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("an agent puts himself on duty: %v", err)
	}
}

// R67: the contact list is maintained: a contact that nobody has tried for long is listed as stale.
func TestAContactIsStaleUntilSomebodyVerifiesIt(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	stale := func() []string {
		var names []string
		listed := must(w.onCall.ListContacts(w.as("mette"), &triagev1.ListContactsRequest{Parent: desk, Stale: true}))(t)
		for _, contact := range listed.GetContacts() {
			names = append(names, contact.GetName())
		}
		return names
	}
	name := desk + "/contacts/nsp_system_owner"
	if !slices.Contains(stale(), name) {
		t.Errorf("%s was never verified and is not among the stale %v", name, stale())
	}
	verified := must(w.onCall.VerifyContact(w.as("jonas"), &triagev1.VerifyContactRequest{Name: name, RequestId: requestID()}))(t)
	if verified.GetStale() || verified.GetVerifiedBy() != who("jonas") || slices.Contains(stale(), name) {
		t.Errorf("after it was verified: %v, stale are %v", verified, stale())
	}
	w.clock.Advance(91 * 24 * time.Hour)
	if !slices.Contains(stale(), name) {
		t.Errorf("after 91 days %s is not stale", name)
	}
}

// maundyThursday is the first that comes more than two months after a time, at noon in Copenhagen: the month before it has no
// Danish holidays.
func maundyThursday(t testing.TB, after time.Time) time.Time {
	t.Helper()
	zone := must(time.LoadLocation("Europe/Copenhagen"))(t)
	for year := after.Year(); ; year++ {
		// Easter by the anonymous Gregorian algorithm.
		a, b, c := year%19, year/100, year%100
		h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
		l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
		m := h + l - 7*((a+11*h+22*l)/451) + 114
		easter := time.Date(year, time.Month(m/31), m%31+1, 12, 0, 0, 0, zone)
		if thursday := easter.AddDate(0, 0, -3); thursday.Sub(after) > 60*24*time.Hour {
			return thursday
		}
	}
}

// R9: outside working hours the operations supplier's people act as the national desk, to the minute; the holder stays, and the
// event says who they are.
func TestOutsideWorkingHoursOperationsActsAsTheNationalDesk(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.grant("aud", netic, "", "auditor") // looks, and works nowhere
	thursday := maundyThursday(t, w.clock.Now())
	// days counts from the Monday three weeks before; nothing is a holiday there.
	on := func(days, hour, minute int) time.Time {
		return time.Date(thursday.Year(), thursday.Month(), thursday.Day()-24+days, hour, minute, 0, 0, thursday.Location())
	}
	w.clock.Set(on(0, 9, 0))
	opened := w.open()
	for _, tc := range []struct {
		when string
		at   time.Time
		acts bool
	}{
		{"Monday", on(0, 15, 59), false},
		{"Monday", on(0, 16, 1), true},
		{"Friday", on(4, 7, 59), true},
		{"Friday", on(4, 15, 29), false},
		{"Friday", on(4, 15, 31), true},
		{"Monday", on(7, 7, 59), true},
		{"Monday", on(7, 8, 1), false},
		{"Maundy Thursday", thursday, true},
		{"Tuesday after Easter", thursday.AddDate(0, 0, 5), false},
	} {
		when := tc.when + tc.at.Format(" 15:04")
		w.clock.Set(tc.at)
		noted, err := w.tickets.AddNote(w.as("jonas"), &triagev1.AddNoteRequest{
			Name: opened.GetName(), RequestId: requestID(), Internal: true, Note: danish(when),
		})
		if !tc.acts {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: an agent of operations sees the national desk's ticket: %v", when, err)
			}
			continue
		}
		if err != nil || noted.GetHolderParty() != sds {
			t.Errorf("%s: %v; the ticket lies with %s", when, err, noted.GetHolderParty())
		}
		_, err = w.tickets.GetTicket(w.as("aud"), &triagev1.GetTicketRequest{Name: opened.GetName()})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: an auditor of operations acts as the national desk: %v", when, err)
		}
		events := w.events(opened.GetName())
		if actor := events[len(events)-1].Record.GetActor(); actor.GetParty() != netic || actor.GetActingAs() != sds {
			t.Errorf("%s: the event's actor is %v", when, actor)
		}
	}
	evening := thursday.AddDate(0, 0, 5).Add(8 * time.Hour)
	w.clock.Set(evening)
	taken := must(w.tickets.TakeTicket(w.as("jonas"), &triagev1.TakeTicketRequest{
		Name: opened.GetName(), RequestId: requestID(),
	}))(t)
	if taken.GetHolderParty() != sds || taken.GetAssignee() != who("jonas") {
		t.Errorf("the ticket lies with %s, %s works on it", taken.GetHolderParty(), taken.GetAssignee())
	}
	clocks := must(w.tickets.GetTicketClocks(w.as("mette"), &triagev1.GetTicketClocksRequest{Name: opened.GetName()}))(t)
	for _, c := range clocks.GetClocks() {
		if c.GetParty() != sds {
			t.Errorf("a clock of %s runs", c.GetParty())
		}
	}
	w.clock.Set(evening.Add(12*time.Hour + time.Minute)) // 08:01
	_, err := w.tickets.StartWork(w.as("jonas"), &triagev1.StartWorkRequest{Name: opened.GetName(), RequestId: requestID()})
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("in working hours operations goes on as the national desk: %v", err)
	}
}
