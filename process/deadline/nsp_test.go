package deadline_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/deadline"
	"github.com/bavn/bavn/process/profile"
)

func nsp(t testing.TB) *profile.Profile {
	t.Helper()
	p, err := profile.Load(os.DirFS("../../profiles"), "nsp.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// at is a time as the clocks in Copenhagen show it: "2026-03-02 08:00".
func at(t testing.TB, written string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := time.ParseInLocation("2006-01-02 15:04", written, zone)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// registered is a ticket of a priority, at the moment that it is opened.
func registered(p *profile.Profile, priority string, when time.Time) deadline.Case {
	return deadline.Case{
		Process: p, At: when, Clock: deadline.Clock{when},
		Ticket: &triagev1.Ticket{
			Status: process.Registered, StatusClass: process.ClassOpen, Priority: priority,
			SubmitTime: timestamppb.New(when), InformTime: timestamppb.New(when),
		},
		Facts: &profilev1.TicketFacts{
			Kind: "incident", Nature: "incident", Priority: priority, Status: "registered", StatusClass: "open",
		},
	}
}

func work(t testing.TB, c deadline.Case) deadline.Worked {
	t.Helper()
	worked, err := deadline.Work(c)
	if err != nil {
		t.Fatal(err)
	}
	return worked
}

// the is the deadline of a kind; nil where there is none.
func the(worked deadline.Worked, kind triagev1.DeadlineKind) *triagev1.Deadline {
	i := slices.IndexFunc(worked.Deadlines, func(d deadline.Due) bool { return d.GetKind() == kind })
	if i < 0 {
		return nil
	}
	return worked.Deadlines[i].Deadline
}

const (
	reaction = triagev1.DeadlineKind_DEADLINE_KIND_REACTION
	solution = triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION
	silence  = triagev1.DeadlineKind_DEADLINE_KIND_SILENCE
	update   = triagev1.DeadlineKind_DEADLINE_KIND_UPDATE
	ageing   = triagev1.DeadlineKind_DEADLINE_KIND_AGEING
	legal    = triagev1.DeadlineKind_DEADLINE_KIND_LEGAL
)

// §18, figure by figure: Mon-Thu 08-16, Fri 08-15:30; P2's reaction and the solutions of P1 and P2 run round the clock.
func TestNSPsTargetsInsideAndOutsideWorkingHours(t *testing.T) { // R130
	t.Parallel()
	p := nsp(t)
	for _, tc := range []struct{ priority, registered, reaction, solution string }{
		{"P1", "2026-03-02 10:00", "2026-03-02 10:15", "2026-03-02 12:00"}, // Monday
		{"P1", "2026-03-06 15:29", "2026-03-06 15:44", "2026-03-06 17:29"}, // Friday, still inside
		{"P1", "2026-03-06 15:31", "2026-03-06 16:01", "2026-03-06 17:31"}, // Friday, outside: half an hour
		{"P1", "2026-03-07 03:00", "2026-03-07 03:30", "2026-03-07 05:00"}, // Saturday night
		{"P1", "2026-04-02 10:00", "2026-04-02 10:30", "2026-04-02 12:00"}, // Maundy Thursday is outside
		{"P1", "2026-03-29 01:30", "2026-03-29 03:00", "2026-03-29 04:30"}, // 02:00 is 03:00 that night
		{"P1", "2026-10-25 01:45", "2026-10-25 02:15", "2026-10-25 02:45"}, // 03:00 is 02:00 that night: an hour more
		{"P2", "2026-03-06 15:31", "2026-03-06 16:31", "2026-03-06 19:31"},
		{"P3", "2026-03-02 10:00", "2026-03-02 14:00", "2026-03-04 10:00"},
		{"P3", "2026-03-06 15:29", "2026-03-09 11:59", "2026-03-10 15:29"}, // one minute on Friday, the rest on Monday
		{"P3", "2026-03-06 15:31", "2026-03-09 12:00", "2026-03-10 15:31"},
		{"P3", "2026-04-01 15:00", "2026-04-07 11:00", "2026-04-08 15:00"}, // over Easter
		{"P4", "2026-04-01 10:00", "2026-04-07 10:00", "2026-04-20 10:00"},
		{"P5", "2026-03-02 10:00", "2026-03-03 10:00", "2026-03-16 10:00"},
	} {
		worked := work(t, registered(p, tc.priority, at(t, tc.registered)))
		want := map[triagev1.DeadlineKind]string{reaction: tc.reaction, solution: tc.solution}
		for kind, due := range want {
			got := the(worked, kind).GetDueTime().AsTime().In(at(t, due).Location()).Format("2006-01-02 15:04")
			if got != due {
				t.Errorf("%s of %s, registered %s: due %s, want %s", kind, tc.priority, tc.registered, got, due)
			}
		}
	}
}

// §17.6: who awaits a supplier is still at work; who awaits the user stands still, and has the same time left afterwards.
func TestAwaitingTheUserPausesAndAwaitingASupplierDoesNot(t *testing.T) {
	t.Parallel()
	p := nsp(t)
	c := registered(p, "P3", at(t, "2026-03-02 10:00"))
	c.At, c.Ticket.Status = at(t, "2026-03-02 11:00"), process.AwaitingSupplier
	if d := the(work(t, c), solution); d.GetState() != triagev1.DeadlineState_DEADLINE_STATE_RUNNING {
		t.Errorf("awaiting a supplier: %v", d)
	}
	c.Ticket.Status, c.Ticket.StatusClass = process.AwaitingUser, process.ClassWaiting
	c.Clock = append(c.Clock, at(t, "2026-03-02 11:00"))
	d := the(work(t, c), solution)
	if d.GetState() != triagev1.DeadlineState_DEADLINE_STATE_PAUSED || d.GetDueTime() != nil || d.GetWarnTime() != nil {
		t.Errorf("awaiting the user: %v", d)
	}
	c.Ticket.Status, c.Ticket.StatusClass = process.InProgress, process.ClassOpen
	c.At = at(t, "2026-03-03 09:00") // five hours of Monday and one of Tuesday were a pause
	c.Clock = append(c.Clock, c.At)
	if got, want := the(work(t, c), solution).GetDueTime().AsTime(), at(t, "2026-03-04 16:00"); !got.Equal(want) {
		t.Errorf("resumed after six hours of working time: due %v, want %v", got, want)
	}
}

// R106, §17.1: five days by the wall, whatever the weekday.
func TestNSPTakesFiveDaysOfSilenceForConsent(t *testing.T) {
	t.Parallel()
	p := nsp(t)
	solved := at(t, "2026-03-26 12:00") // the clocks change in between
	c := registered(p, "P3", at(t, "2026-03-25 12:00"))
	c.At, c.Ticket.ResolveTime, c.Clock = solved, timestamppb.New(solved), append(c.Clock, solved)
	c.Ticket.Status, c.Ticket.StatusClass = process.Resolved, process.ClassReadyToClose
	c.Facts.Status, c.Facts.StatusClass = "resolved", "ready_to_close"
	worked := work(t, c)
	if got, want := the(worked, silence).GetDueTime().AsTime(), at(t, "2026-03-31 12:00"); !got.Equal(want) {
		t.Errorf("silence means consent at %v, want %v", got, want)
	}
	if d := the(worked, solution); d.GetState() != triagev1.DeadlineState_DEADLINE_STATE_MET {
		t.Errorf("solved within two working days: %v", d)
	}
	if the(worked, update) != nil {
		t.Error("the reporter of a solved ticket is owed an update")
	}
}

// R91, R92: older than four working days, looked for on working days, and again every second one.
func TestAnOldTicketIsFollowedUpOnWorkingDaysAgainAndAgain(t *testing.T) {
	t.Parallel()
	p := nsp(t)
	c := registered(p, "P4", at(t, "2026-03-06 20:00")) // Friday evening
	want := []string{"2026-03-13 08:00", "2026-03-17 08:00", "2026-03-19 08:00"}
	for i, due := range want {
		worked := work(t, c)
		if got := the(worked, ageing).GetDueTime().AsTime(); !got.Equal(at(t, due)) {
			t.Fatalf("follow-up %d is due %v, want %s", i+1, got, due)
		}
		c.At = at(t, due)
		rung := work(t, c)
		if n := count(rung, ageing); n != 1 {
			t.Fatalf("follow-up %d rang %d times", i+1, n)
		}
		c.Ticket.Deadlines = deadline.List(rung.Deadlines)
		if n := count(work(t, c), ageing); n != 0 {
			t.Fatalf("follow-up %d rang again at once", i+1)
		}
	}
}

func count(worked deadline.Worked, kind triagev1.DeadlineKind) (n int) {
	for _, ring := range worked.Rings {
		if ring.GetKind() == kind {
			n++
		}
	}
	return n
}

// NIS2 art. 23: early warning within 24 hours, notification within 72, final report within a month, from when it became known.
func TestALawsStagesCountFromWhenItBecameKnown(t *testing.T) {
	t.Parallel()
	p := nsp(t)
	known := at(t, "2026-03-02 10:00")
	c := registered(p, "P1", known)
	c.Facts.SignificantIncident = true
	late := &triagev1.LegalStageDone{Stage: "early_warning", DoneTime: timestamppb.New(known.Add(25 * time.Hour))}
	c.Ticket.LegalDuties = []*triagev1.LegalDuty{
		{Clock: "nis2_23", KnownTime: timestamppb.New(known), Done: []*triagev1.LegalStageDone{late}},
	}
	want := map[string]string{
		"legal_clocks[nis2_23].stages[early_warning]": "2026-03-03 10:00",
		"legal_clocks[nis2_23].stages[notification]":  "2026-03-05 10:00",
		"legal_clocks[nis2_23].stages[final_report]":  "2026-04-02 10:00",
	}
	for _, d := range work(t, c).Deadlines {
		if d.GetKind() != legal {
			continue
		}
		if !d.GetDueTime().AsTime().Equal(at(t, want[d.GetRule()])) {
			t.Errorf("%s is due %v", d.GetRule(), d.GetDueTime().AsTime())
		}
		done := d.GetRule() == "legal_clocks[nis2_23].stages[early_warning]"
		if done != (d.GetState() == triagev1.DeadlineState_DEADLINE_STATE_MISSED) {
			t.Errorf("%s, done an hour late: %v", d.GetRule(), d.GetState())
		}
		delete(want, d.GetRule())
	}
	if len(want) > 0 {
		t.Errorf("no deadline for %v", want)
	}
}

// R68: the holder is warned once, and the breach comes about once, however often it is looked at.
func TestATargetWarnsAndIsMissedOnce(t *testing.T) {
	t.Parallel()
	p := nsp(t)
	c := registered(p, "P2", at(t, "2026-03-02 10:00"))
	c.Ticket.FirstWorkTime = timestamppb.New(at(t, "2026-03-02 10:10"))
	for _, step := range []struct {
		at    string
		rings int
	}{{"2026-03-02 12:59", 0}, {"2026-03-02 13:00", 1}, {"2026-03-02 13:30", 0}, {"2026-03-02 14:00", 1}, {"2026-03-02 15:00", 0}} {
		c.At = at(t, step.at)
		worked := work(t, c)
		if got := count(worked, solution); got != step.rings {
			t.Errorf("at %s it rings %d times, want %d", step.at, got, step.rings)
		}
		c.Ticket.Deadlines = deadline.List(worked.Deadlines)
	}
	// Another priority is another rule: what was missed under the first is not missed under the second.
	c.Ticket.Priority, c.Facts.Priority = "P3", "P3"
	if d := the(work(t, c), solution); d.GetState() != triagev1.DeadlineState_DEADLINE_STATE_RUNNING {
		t.Errorf("as P3: %v", d)
	}
}

// R10, §17.14: what comes on Friday evening enters the queue on Monday at 08:00; what is urgent at once.
func TestAReportAtNightWaitsForTheMorningUnlessItIsUrgent(t *testing.T) {
	t.Parallel()
	p := nsp(t)
	for _, tc := range []struct {
		came, channel string
		urgent        bool
		want          string
	}{
		{"2026-03-06 15:31", "web", false, "2026-03-09 08:00"},
		{"2026-03-06 15:29", "web", false, ""},
		{"2026-03-09 07:59", "web", false, "2026-03-09 08:00"},
		{"2026-04-01 16:00", "web", false, "2026-04-07 08:00"}, // Easter
		{"2026-03-06 20:00", "web", true, ""},
		{"2026-03-06 20:00", "phone", false, ""},
	} {
		facts := &profilev1.TicketFacts{Channel: tc.channel, Urgent: tc.urgent}
		got, later := deadline.QueueTime(p, facts, at(t, tc.came))
		if later != (tc.want != "") || later && !got.Equal(at(t, tc.want)) {
			t.Errorf("%s by %s, urgent %v: enters %v (%v), want %q", tc.came, tc.channel, tc.urgent, got, later, tc.want)
		}
	}
}
