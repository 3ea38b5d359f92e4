package app_test

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/triage/app"
)

// R68, R130, §18: the holder of a P2 is warned an hour before its four hours are over; what is missed is missed once.
func TestTheHolderIsWarnedOfATargetAndItsBreachComesAboutOnce(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	registered := w.on(time.Monday, 10, 0)
	name := w.incident("P2").GetName()
	ticket := w.start(name)
	if d := deadlineOf(ticket, reaction); d.GetState() != isMet {
		t.Errorf("begun at once, the reaction is %v", d)
	}
	due := deadlineOf(ticket, solution).GetDueTime().AsTime()
	if got := due.Sub(registered); got != 4*time.Hour {
		t.Errorf("a P2 is due after %v, want 4h", got)
	}
	warned := w.rings(due.Add(-time.Hour), name, "ticket.target_at_risk", 1)
	if got := recipients(warned, "target_at_risk"); !slices.Contains(got, "parties/sds") {
		t.Errorf("the holder was not warned: %v", warned.GetNotifications())
	}
	if warned.GetDeadline().GetKind() != solution || warned.GetDeadline().GetRule() != "targets[p2].solution" {
		t.Errorf("warned of %v", warned.GetDeadline())
	}
	missed := w.rings(due, name, "ticket.breached", 1)
	if d := missed.GetDeadline(); d.GetState() != isMissed || !d.GetDueTime().AsTime().Equal(due) {
		t.Errorf("missed %v", d)
	}
	solved := w.solve(name)
	if d := deadlineOf(solved, solution); d.GetState() != isMissed {
		t.Errorf("solved too late, the target is %v", d)
	}
	if n := len(w.happened(name, "ticket.breached")) + len(w.happened(name, "ticket.target_at_risk")); n != 2 {
		t.Errorf("%d warnings and breaches, want one of each", n)
	}
}

// §18: Friday 15:29 is inside working hours and 15:31 outside, for the reaction to a P1 and the four working hours of a P3.
func TestATicketsTargetsDependOnWhetherItCameInWorkingHours(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	for _, tc := range []struct {
		hour, minute int
		p1           time.Duration
		p3           string
	}{{15, 29, 15 * time.Minute, "Mon 11:59"}, {15, 31, 30 * time.Minute, "Mon 12:00"}} {
		came := w.on(time.Friday, tc.hour, tc.minute)
		if got := deadlineOf(w.incident("P1"), reaction).GetDueTime().AsTime().Sub(came); got != tc.p1 {
			t.Errorf("a P1 of Friday %d:%d has %v to react, want %v", tc.hour, tc.minute, got, tc.p1)
		}
		zone, err := time.LoadLocation("Europe/Copenhagen")
		if err != nil {
			t.Fatal(err)
		}
		if got := deadlineOf(w.incident("P3"), reaction).GetDueTime().AsTime().In(zone).Format("Mon 15:04"); got != tc.p3 {
			t.Errorf("a P3 of Friday %d:%d is due %s, want %s", tc.hour, tc.minute, got, tc.p3)
		}
	}
}

// §17.6: awaiting a supplier the clock runs; on hold it stands, and no warning comes meanwhile. A hold that says until when ends
// by itself (R94), and the time that was left is left.
func TestAHoldPausesTheTargetsAndEndsByItself(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.on(time.Monday, 10, 0)
	name := w.incident("P2").GetName()
	w.start(name)
	mette := w.as("mette")
	supplier := must(w.tickets.HoldTicket(mette, &triagev1.HoldTicketRequest{
		Name: name, RequestId: requestID(), Status: triagev1.TicketStatus_TICKET_STATUS_AWAITING_SUPPLIER, Reason: danish("Leverandør"),
	}))(t)
	left := deadlineOf(supplier, solution).GetDueTime().AsTime().Sub(w.clock.Now())
	if d := deadlineOf(supplier, solution); d.GetState() != isRunning {
		t.Errorf("awaiting a supplier, the target is %v", d)
	}
	_, err := w.tickets.HoldTicket(mette, &triagev1.HoldTicketRequest{
		Name: name, RequestId: requestID(), Status: triagev1.TicketStatus_TICKET_STATUS_ON_HOLD, Reason: danish("Vent"),
	})
	if !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("on hold for ever, where the profile wants an end: %v", err)
	}
	until := w.clock.Advance(10 * time.Minute).Add(24 * time.Hour)
	waiting := must(w.tickets.HoldTicket(mette, &triagev1.HoldTicketRequest{
		Name: name, RequestId: requestID(), Status: triagev1.TicketStatus_TICKET_STATUS_ON_HOLD, Reason: danish("Vent"),
		Until: timestamppb.New(until),
	}))(t)
	if d := deadlineOf(waiting, solution); d.GetState() != isPaused || d.GetDueTime() != nil {
		t.Errorf("on hold, the target is %v", d)
	}
	if d := deadlineOf(waiting, held); !d.GetDueTime().AsTime().Equal(until) {
		t.Errorf("the hold ends by %v, want %v", d, until)
	}
	w.rings(until, name, "ticket.resumed", 1)
	resumed := w.get(name)
	if resumed.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS || resumed.GetAssignee() != who("mette") {
		t.Errorf("resumed: %v", resumed)
	}
	if got := deadlineOf(resumed, solution).GetDueTime().AsTime().Sub(until); got != left-10*time.Minute {
		t.Errorf("%v are left after a day on hold, want %v", got, left-10*time.Minute)
	}
	if n := len(w.happened(name, "ticket.breached")) + len(w.happened(name, "ticket.target_at_risk")); n != 0 {
		t.Errorf("%d warnings and breaches because of paused time", n)
	}
}

// R80, R81: the holder is reminded before the reporter has waited too long; a note to the reporter begins the count anew.
func TestAReporterWhoHearsNothingIsSaidToBeOwedAnUpdate(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.on(time.Monday, 10, 0)
	name := w.incident("P2").GetName()
	ticket := w.start(name)
	w.rings(deadlineOf(ticket, update).GetWarnTime().AsTime(), name, "ticket.update_due", 1)
	noted := must(w.tickets.AddNote(w.as("mette"), &triagev1.AddNoteRequest{
		Name: name, RequestId: requestID(), Note: danish("Vi leder"),
	}))(t)
	if got := deadlineOf(noted, update).GetDueTime().AsTime().Sub(w.clock.Now()); got != time.Hour {
		t.Errorf("after a note the next update is due in %v, want an hour", got)
	}
	must(w.tickets.AddNote(w.as("karen"), &triagev1.AddNoteRequest{Name: name, RequestId: requestID(), Note: danish("Og?")}))(t)
	internal := must(w.tickets.AddNote(w.as("mette"), &triagev1.AddNoteRequest{
		Name: name, RequestId: requestID(), Note: danish("Disken?"), Internal: true,
	}))(t)
	if !internal.GetInformTime().AsTime().Equal(noted.GetInformTime().AsTime()) {
		t.Error("an internal note, or one of their own, counts as news for the reporter")
	}
	w.rings(deadlineOf(noted, update).GetWarnTime().AsTime(), name, "ticket.update_due", 2)
	over := w.rings(deadlineOf(noted, update).GetDueTime().AsTime(), name, "ticket.update_due", 3)
	if over.GetDeadline().GetState() != isMissed {
		t.Errorf("when it is over: %v", over.GetDeadline())
	}
}

// R106, [4]: five days of silence close a solved ticket; R108: not one whose report is missing, which is said once.
func TestSilenceClosesThroughTheSameGates(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.on(time.Monday, 10, 0)
	minor, major := w.incident("P4").GetName(), w.incident("P1").GetName()
	for _, name := range []string{minor, major} {
		w.start(name)
	}
	w.clock.Advance(time.Minute)
	due := deadlineOf(w.solve(minor), silence).GetDueTime().AsTime()
	w.solve(major)
	w.rings(due, minor, "ticket.closed", 1)
	if got := w.get(minor); got.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_CLOSED || !got.GetSolutionAccepted() {
		t.Errorf("after the silence: %v", got)
	}
	accepted := w.rings(due, major, "ticket.solution_accepted", 1)
	if got := w.get(major); got.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_RESOLVED {
		t.Errorf("a P1 without a report is %v", got.GetStatus())
	}
	i := slices.IndexFunc(accepted.GetDecisions(), func(d *triagev1.Decision) bool { return d.GetSubject() == "closing" })
	if i < 0 || accepted.GetDecisions()[i].GetRule() != "gates[report_approved]" {
		t.Errorf("why it is not closed: %v", accepted.GetDecisions())
	}
	w.clock.Advance(30 * 24 * time.Hour)
	_, err := w.tickets.RejectSolution(w.as("karen"), &triagev1.RejectSolutionRequest{
		Name: minor, RequestId: requestID(), Reason: danish("Nej"),
	})
	if !fault.Is(err, "WRONG_STATUS") {
		t.Errorf("rejected after it was closed: %v", err)
	}
	if n := len(w.happened(major, "ticket.solution_accepted")); n != 1 {
		t.Errorf("it is said %d times that the gate is shut", n)
	}
}

// R10, §17.14: a form of Friday evening has its number and receipt at once, and lies on no pile before Monday 08:00.
func TestAReportAtNightEntersTheQueueInTheMorning(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	came := w.on(time.Friday, 20, 0)
	opening := w.opening()
	opening.Assessment = &triagev1.Assessment{Kind: "incident", Category: "help", Channel: "web"}
	opened := must(w.intake.OpenTicket(t.Context(), opening))(t)
	queue := opened.GetQueueTime().AsTime()
	if got := queue.Sub(came); got != 60*time.Hour {
		t.Fatalf("it enters the queue after %v, want 60h", got)
	}
	take := &triagev1.TakeNextTicketRequest{Parent: desk, Party: sds, RequestId: requestID()}
	if _, err := w.tickets.TakeNextTicket(w.as("mette"), take); !fault.Is(err, "NOTHING_TO_TAKE") {
		t.Errorf("it is taken at night: %v", err)
	}
	w.rings(queue, opened.GetName(), "ticket.queued", 1)
	take.RequestId = requestID()
	taken := must(w.tickets.TakeNextTicket(w.as("mette"), take))(t)
	if taken.GetName() != opened.GetName() || taken.GetQueueTime() != nil {
		t.Errorf("in the morning %v is taken", taken)
	}
	w.on(time.Friday, 20, 0)
	grave := w.opening()
	grave.Impact = triagev1.Impact_IMPACT_MAJOR
	grave.Assessment = &triagev1.Assessment{Kind: "incident", Category: "fmk", Urgency: "high", Channel: "web"}
	if got := must(w.intake.OpenTicket(t.Context(), grave))(t); got.GetQueueTime() != nil {
		t.Errorf("a P1 whose target passes before the morning waits until %v", got.GetQueueTime().AsTime())
	}
}

// GDPR art. 33: 72 hours from when it became known, a warning a day before; who notified the authority says so once.
func TestAPersonalDataBreachHasItsLegalDeadline(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	known := w.on(time.Monday, 10, 0)
	opening := w.opening()
	opening.Assessment = &triagev1.Assessment{Kind: "incident", Category: "help", PersonalDataBreach: true}
	opened := must(w.intake.OpenTicket(t.Context(), opening))(t)
	if got := deadlineOf(opened, legal).GetDueTime().AsTime().Sub(known); got != 72*time.Hour {
		t.Fatalf("due after %v, want 72h", got)
	}
	near := w.rings(known.Add(48*time.Hour), opened.GetName(), "ticket.legal_deadline_near", 1)
	if got := recipients(near, near.GetDeadline().GetRule()); !slices.Contains(got, "roles/incident_manager") {
		t.Errorf("told: %v", near.GetNotifications())
	}
	service := triagev1.NewLegalServiceClient(w.gateway)
	request := func(clock, stage string) *triagev1.CompleteLegalStageRequest {
		return &triagev1.CompleteLegalStageRequest{
			Name: opened.GetName(), RequestId: requestID(), Clock: clock, Stage: stage, Note: danish("Anmeldt, nr. 7"),
		}
	}
	for _, wrong := range [][2]string{{"nis2_23", "early_warning"}, {"gdpr_33", "final_report"}} {
		if _, err := service.CompleteLegalStage(w.as("mette"), request(wrong[0], wrong[1])); !fault.Is(err, fault.InvalidArgument) {
			t.Errorf("%v is done: %v", wrong, err)
		}
	}
	done := must(service.CompleteLegalStage(w.as("mette"), request("gdpr_33", "authority")))(t)
	if d := deadlineOf(done, legal); d.GetState() != isMet {
		t.Errorf("notified in time: %v", d)
	}
	if _, err := service.CompleteLegalStage(w.as("mette"), request("gdpr_33", "authority")); !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("done twice: %v", err)
	}
}

// R57, R62: NSP's urgent hand-overs wait a quarter of an hour, then the receiver's side is told and the offer stands.
func TestAnUrgentOfferThatNobodyAnswersIsEscalated(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.on(time.Monday, 10, 0)
	name := w.incident("P2").GetName()
	w.start(name)
	offered := must(w.tickets.HandOverTicket(w.as("mette"), &triagev1.HandOverTicketRequest{
		Name: name, RequestId: requestID(), Party: netic, Group: drift, Reason: danish("Drift"),
	}))(t)
	expires := offered.GetHandOver().GetExpireTime().AsTime()
	if got := expires.Sub(w.clock.Now()); got != 15*time.Minute {
		t.Errorf("an urgent offer waits %v, want 15m", got)
	}
	overdue := w.rings(expires, name, "ticket.hand_over_overdue", 1)
	if got := recipients(overdue, "hand_overs[urgent]"); len(got) != 1 {
		t.Errorf("told: %v", overdue.GetNotifications())
	}
	must(w.tickets.AcceptHandOver(w.as("jonas"), &triagev1.AcceptHandOverRequest{Name: name, RequestId: requestID()}))(t)
}

// R57, R62: where the profile has it so the receiver is not asked; else an offer waits by the profile's time.
func TestAHandOverFollowsTheProfilesRule(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const rest, own = "  - {id: rest, accept: explicit,", "  - {id: own, to_party: trifork, accept: implicit, derived: true}\n"
	shelve(t, dir, rest, own+rest)
	w := newNSPWith(t, func(cfg *app.Config) { cfg.Profiles.Dir = dir })
	w.on(time.Friday, 14, 0)
	handOver := func(name, party string) *triagev1.Ticket {
		return must(w.tickets.HandOverTicket(w.as("mette"), &triagev1.HandOverTicketRequest{
			Name: name, RequestId: requestID(), Party: desk + "/parties/" + party, Reason: danish("Jeres"),
		}))(t)
	}
	name := w.incident("P4").GetName()
	w.start(name)
	offered := handOver(name, "netic")
	want := w.clock.Now().Add(1*time.Hour + 30*time.Minute + 64*time.Hour + 30*time.Minute + 2*time.Hour + 30*time.Minute)
	if got := offered.GetHandOver().GetExpireTime().AsTime(); !got.Equal(want) {
		t.Errorf("four working hours from Friday 14:00 are over at %v, want Monday 10:30", got)
	}
	w.rings(want, name, "ticket.hand_over_expired", 1)
	given := handOver(name, "trifork")
	if given.GetHandOver() != nil || given.GetHolderParty() != desk+"/parties/trifork" ||
		given.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_REGISTERED {
		t.Errorf("given without asking: %v", given)
	}
}

// R34, architecture §5: a ticket in import arms nothing, and when it is finished what has passed elsewhere warns nobody.
func TestAnImportArmsNoTimerBeforeItIsFinished(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.grant("imp", sds, "", "importer")
	w.on(time.Monday, 10, 0)
	opening := w.opening()
	opening.Importing, opening.SubmitTime = true, timestamppb.New(w.clock.Now().Add(-365*24*time.Hour))
	opening.Assessment = &triagev1.Assessment{Kind: "incident", Category: "help"}
	name := must(w.intake.OpenTicket(t.Context(), opening))(t).GetName()
	if n := w.count("river_job WHERE kind = 'ticket_timer'"); n != 0 {
		t.Errorf("%d timers are armed during an import", n)
	}
	finished := must(w.tickets.FinishImport(w.as("imp"), &triagev1.FinishImportRequest{Name: name, RequestId: requestID()}))(t)
	if d := deadlineOf(finished, solution); d.GetState() != isMissed {
		t.Errorf("a year old: %v", d)
	}
	if n := len(w.happened(name, "ticket.breached")) + len(w.happened(name, "ticket.target_at_risk")); n != 0 {
		t.Errorf("%d warnings of what passed in another tool", n)
	}
	if n := w.count("river_job WHERE kind = 'ticket_timer'"); n != 1 {
		t.Errorf("%d timers are armed after it", n)
	}
}

// R107, closing.reopen_within: too late it is refused with the way to go.
func TestATicketIsReopenedWithinItsTimeOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shelve(t, dir, "\nclosing:\n", "\nclosing:\n  reopen_within: 10d\n")
	w := newNSPWith(t, func(cfg *app.Config) { cfg.Profiles.Dir = dir })
	w.on(time.Monday, 10, 0)
	name := w.incident("P4").GetName()
	w.start(name)
	w.solve(name)
	closed := must(w.tickets.CloseTicket(w.as("mette"), &triagev1.CloseTicketRequest{Name: name, RequestId: requestID()}))(t)
	reopen := &triagev1.ReopenTicketRequest{Name: name, RequestId: requestID(), Reason: danish("Igen")}
	w.clock.Set(closed.GetCloseTime().AsTime().Add(11 * 24 * time.Hour))
	if _, err := w.tickets.ReopenTicket(w.as("karen"), reopen); !fault.Is(err, "REOPEN_TOO_LATE") {
		t.Errorf("eleven days later: %v", err)
	}
}

// A desk without a profile has holds that end by themselves, and nothing else that is due.
func TestAHoldEndsByItselfWithoutAProfileToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.inProgress().GetName()
	until := w.clock.Now().Add(time.Hour)
	waiting := must(w.tickets.HoldTicket(w.as("mette"), &triagev1.HoldTicketRequest{
		Name: name, RequestId: requestID(), Status: triagev1.TicketStatus_TICKET_STATUS_ON_HOLD, Reason: danish("Vent"),
		Until: timestamppb.New(until),
	}))(t)
	if len(waiting.GetDeadlines()) != 1 {
		t.Errorf("due: %v", waiting.GetDeadlines())
	}
	w.rings(until, name, "ticket.resumed", 1)
	if got := w.get(name); got.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS || len(got.GetDeadlines()) != 0 {
		t.Errorf("resumed: %v", got)
	}
}
