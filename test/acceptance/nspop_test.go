package acceptance_test

import (
	"slices"
	"testing"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// [4]: support cases on NSPOP, as who reports them meets them.
func TestNSPOPFollowsUpWhatWasReported(t *testing.T) {
	t.Parallel()
	nspWalks(t,
		nspWalk{"reported at night", reportedAtNight},        // R10, R14, R33
		nspWalk{"silence", nobodyAnswers},                    // R104, R106, R107
		nspWalk{"objection", somebodyObjects},                // R106, R107
		nspWalk{"silence about a P2", nobodyAnswersAboutAP2}, // R106, R108
		nspWalk{"ageing", casesGrowOld},                      // R91, R92
	)
}

// A form of Friday evening has its number and receipt at once, and lies on the pile on Monday (§17.14).
func reportedAtNight(v *nspVisit) {
	v.inAnOrdinaryWeek("Fri 20:00")
	v.step("reporting cases: number and receipt at once", func() {
		v.registers("lone", "En adgang mangler")
		v.is(registered)
		if v.deadline(triagev1.DeadlineKind_DEADLINE_KIND_QUEUE) == nil {
			v.t.Error("nothing says when it enters the queue")
		}
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_QUEUE, "Mon 08:00")
	})
	next := func() (*triagev1.Ticket, error) {
		return v.Tickets.TakeNextTicket(v.by("mette"), &triagev1.TakeNextTicketRequest{
			Parent: v.Desk(), Party: v.Party("sds"), RequestId: house.ID(),
		})
	}
	v.step("nobody takes it before", func() {
		for taken, err := next(); err == nil; taken, err = next() { // of earlier walks
			if taken.GetName() == v.ticket.GetName() {
				v.t.Fatal("it is taken on Friday evening")
			}
		}
	})
	v.step("on Monday at eight it is on the pile", func() {
		v.at("Mon 08:00")
		v.rings("ticket.queued")
		taken, err := next()
		if err != nil || taken.GetName() != v.ticket.GetName() {
			v.t.Errorf("taken is %s: %v", taken.GetName(), err)
		}
	})
	v.step("whoever reports does not take it back by themselves", func() {
		_, err := v.Tickets.CancelTicket(v.by("lone"), &triagev1.CancelTicketRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Reason: in("da", "Fandt den"),
		})
		v.refusedFor(err, "NOT_PERMITTED_BY_PROFILE")
	})
}

// solved is a case of a priority that the national desk has solved.
func (v *nspVisit) solved(priority string) {
	v.t.Helper()
	v.form(priority)
	v.symptoms()
	v.starts("mette")
	v.passes(15 * time.Minute)
	v.happened()
	v.solves("mette", "Prøv igen")
	solved := v.happened()
	v.tells(solved, map[string]string{"resolved": "audience/linked_reporters persons/lone by mail portal"})
	if got := solved.Notifications["resolved"].GetTemplate(); got != "verify" {
		v.t.Errorf("the reporter is sent %q, want to be asked to verify", got)
	}
}

// Who reported is asked to verify; after five days without an answer the case counts as closed.
func nobodyAnswers(v *nspVisit) {
	v.inAnOrdinaryWeek("Mon 10:00")
	v.step("a case is solved, and the reporter asked to verify", func() {
		v.solved("P4")
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_SILENCE, "Sat 10:15")
	})
	v.step("a moment before five days have passed it is not closed", func() {
		v.at("Sat 10:14")
		v.now("mette")
		v.is(resolved)
	})
	v.step("five days have passed", func() {
		v.at("Sat 10:15")
		v.tells(v.rings("ticket.closed"), map[string]string{"closed": "audience/linked_reporters persons/lone by mail portal"})
		v.is(closed)
		if !v.ticket.GetSolutionAccepted() {
			v.t.Error("silence is not taken for consent")
		}
	})
	v.step("the fault comes back, and the reporter has the case opened again: its clocks go on", func() {
		v.at("Mon 10:00")
		v.taken(v.Tickets.ReopenTicket(v.by("lone"), &triagev1.ReopenTicketRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Reason: in("da", "Fejlen er der igen"),
		}))
		v.now("mette")
		if !slices.Contains([]triagev1.TicketStatus{registered, assigned}, v.ticket.GetStatus()) || v.ticket.GetSolutionAccepted() {
			v.t.Errorf("opened again it is %s", v.ticket.GetStatus())
		}
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, triagev1.DeadlineState_DEADLINE_STATE_RUNNING)
		if v.deadline(triagev1.DeadlineKind_DEADLINE_KIND_SILENCE) != nil {
			v.t.Error("silence still counts")
		}
	})
}

// Within the five days the reporter says that the fault is there; the silence begins anew with the next solution.
func somebodyObjects(v *nspVisit) {
	v.inAnOrdinaryWeek("Mon 10:00")
	v.solved("P4")
	v.step("the reporter says on Friday that the fault is not gone", func() {
		v.at("Fri 10:00")
		v.taken(v.Tickets.RejectSolution(v.by("lone"), &triagev1.RejectSolutionRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Reason: in("da", "Den er der stadig"),
		}))
		v.now("mette")
		v.is(inProgress)
	})
	v.step("solved again, it is closed five days after that", func() {
		v.at("Mon 12:00")
		v.solves("mette", "Og nu?")
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_SILENCE, "Sat 12:00")
		v.at("Sat 12:00")
		v.rings("ticket.closed")
	})
}

// Silence does not close what has no approved report; it is said once.
func nobodyAnswersAboutAP2(v *nspVisit) {
	v.inAnOrdinaryWeek("Mon 10:00")
	v.solved("P2")
	v.step("five days have passed", func() {
		v.at("Sat 10:15")
		v.rings("ticket.solution_accepted")
		v.is(resolved)
	})
	v.step("the report is approved, and the silence closes it", func() {
		v.at("Mon 10:00")
		v.refusedBy(v.closes("mette"), "gates[report_approved]")
		v.happened()
		v.reports(true, true)
		v.hears(v.happened(), "closed", "audience/linked_reporters persons/lone by mail portal")
		v.now("mette")
		v.is(closed)
	})
}

// Every working day what is older than four working days is followed up, with the supplier and the reporter; not what
// awaits its release, nor what is solved. Inquiries are followed up weekly.
func casesGrowOld(v *nspVisit) {
	v.inAnOrdinaryWeek("Tue 10:00")
	waiting, done, inquiry := v.another(), v.another(), v.another()
	v.step("four cases come", func() {
		for _, beside := range []*nspVisit{v, waiting, done, inquiry} {
			beside.registers("lone", "Noget er galt")
			beside.triages("mette", "nsp")
			beside.happened()
		}
		waiting.taken(v.links.LinkTicket(v.by("mette"), &triagev1.LinkTicketRequest{
			Name: waiting.ticket.GetName(), RequestId: house.ID(),
			Kind: triagev1.LinkKind_LINK_KIND_CHANGE, Tool: "sds_jira", ExternalId: "SDS-78",
		}))
		if err := waiting.holds("mette", triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE, "Version 6"); err != nil {
			v.t.Fatal(err)
		}
		done.solves("mette", "Det var en indstilling")
		inquiry.taken(v.links.LinkTicket(v.by("mette"), &triagev1.LinkTicketRequest{
			Name: inquiry.ticket.GetName(), RequestId: house.ID(),
			Kind: triagev1.LinkKind_LINK_KIND_INQUIRY_ABOUT, Ticket: v.ticket.GetName(),
		}))
		v.routes("mette", "netic", "drift")
		v.receives("lars", "netic", "drift")
		v.happened()
	})
	v.step("follow-up on cases: the weekly extracts have what is open, and what awaits release", func() {
		for beside, extracts := range map[*nspVisit][]string{v: {"open"}, waiting: {"pending_release"}, done: nil} {
			if got := beside.extracts(); !slices.Equal(got, extracts) {
				v.t.Errorf("%s is in the extracts %v, want %v", beside.ticket.GetStatus(), got, extracts)
			}
		}
	})
	v.step("after four working days supplier, reporter and national desk are told", func() {
		v.at("Mon 10:00")
		aged := v.rings("ticket.aged")
		v.hears(aged, "aged", "parties/netic persons/lone by mail portal")
		v.hears(aged, "ageing[incidents]", "roles/national_desk by mail portal")
		inquiry.hears(inquiry.rings("ticket.aged"), "aged", "parties/sds persons/lone by mail portal")
	})
	v.step("two working days later again; the inquiry after a week", func() {
		v.at("Wed 10:00")
		v.rings("ticket.aged")
		if n := inquiry.count("ticket.aged"); n != 1 {
			v.t.Errorf("the inquiry is followed up %d times in two days", n)
		}
		v.at("Mon 10:00")
		inquiry.rings("ticket.aged")
	})
	v.step("what awaits its release and what is solved is not followed up", func() {
		for _, beside := range []*nspVisit{waiting, done} {
			if n := beside.count("ticket.aged"); n != 0 {
				v.t.Errorf("%s, and followed up %d times", beside.ticket.GetStatus(), n)
			}
		}
	})
}

// extracts are those of the profile that have the case.
func (v *nspVisit) extracts() (ids []string) {
	v.t.Helper()
	class := map[triagev1.StatusClass]string{
		triagev1.StatusClass_STATUS_CLASS_OPEN: "open", triagev1.StatusClass_STATUS_CLASS_WAITING: "waiting",
		triagev1.StatusClass_STATUS_CLASS_READY_TO_CLOSE: "ready_to_close", triagev1.StatusClass_STATUS_CLASS_CLOSED: "closed",
	}[v.ticket.GetStatusClass()]
	facts := &profilev1.TicketFacts{StatusClass: class, Restricted: v.ticket.GetRestricted()}
	if v.ticket.GetStatus() == triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE {
		facts.Status = "pending_release"
	}
	held, err := v.Profile.Extracts(facts)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, h := range held {
		ids = append(ids, h.Setting.GetId())
	}
	return ids
}
