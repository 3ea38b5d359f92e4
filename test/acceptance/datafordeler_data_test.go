package acceptance_test

import (
	"slices"
	"testing"
	"time"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/test/house"
)

// [1] background, principles 9, 10, 15-17, roles of the registers: the register takes a data incident over with the
// responsibility, plans the fix, and it closes by ten days of silence (R61-R63, R69, R141).
func TestDatafordelerLetsARegisterMendItsOwnData(t *testing.T) {
	t.Parallel()
	atDatafordeler(t, func(d *datafordeler) {
		d.at("Mon 09:00")
		d.step("background: the SPOC triages what a data consumer reports", func() {
			d.reported("anders", incidentIn(commonv1.Channel_CHANNEL_WEB, "Matrikelnummer 12a mangler", "Det var der i går",
				&triagev1.Assessment{ReporterGroup: "data_consumer"}))
			d.starts("sofie")
			d.categorises("sofie", &triagev1.Assessment{Category: "data"})
			_, err := d.Escalation.RouteTicket(d.by("sofie"), &triagev1.RouteTicketRequest{Name: d.name(), RequestId: house.ID()})
			if !fault.Is(err, "FACTS_MISSING") { // R38: what the register needs to know is asked first
				d.t.Errorf("it is sent on without answers: %v", err)
			}
			d.answers("sofie",
				&triagev1.GuideAnswer{Question: "what_symptoms", Words: in("da", "Opslag på 12a giver intet svar")},
				&triagev1.GuideAnswer{Question: "which_register", Words: in("da", "Matriklen")},
				&triagev1.GuideAnswer{Question: "register_takes_over", Value: "yes"},
			)
			d.happened()
		})
		d.step("roles of the registers: the named receiver is offered the work and the responsibility", func() { // R62, R63
			routed, err := d.Escalation.RouteTicket(d.by("sofie"), &triagev1.RouteTicketRequest{Name: d.name(), RequestId: house.ID()})
			d.taken(routed.GetTicket(), err)
			if routed.GetDecision().GetRule() != "routing[data_taken_over]" ||
				d.ticket.GetHandOver().GetAssignee() != d.Person("rune") ||
				d.ticket.GetTransfer().GetParty() != d.Party("registermyndighed") {
				d.t.Errorf("by %v it is offered to %v, responsibility to %v",
					routed.GetDecision(), d.ticket.GetHandOver(), d.ticket.GetTransfer())
			}
			d.tells(d.happened(), map[string]string{"work_offered": datasets + " roles/register_practitioner by mail portal"})
			d.isAt("supportleverandoer", "", "sofie", inProgress)
		})
		d.step("background: the register takes over the whole responsibility", func() {
			d.taken(d.Tickets.AcceptHandOver(d.by("rune"), &triagev1.AcceptHandOverRequest{
				Name: d.name(), RequestId: house.ID(), Assignee: d.Person("rune"),
			}))
			d.taken(d.Tickets.AcceptResponsibility(d.by("rune"), &triagev1.AcceptResponsibilityRequest{
				Name: d.name(), RequestId: house.ID(),
			}))
			d.tells(d.happened(), map[string]string{"responsibility_moved": "persons/anders by mail portal"})
			if d.ticket.GetOwnerParty() != d.Party("registermyndighed") {
				d.t.Errorf("%s answers for it", d.ticket.GetOwnerParty())
			}
			d.isAt("registermyndighed", "procespraktiker", "rune", assigned)
		})
		d.step("roles of the registers: the receiver escalates to the register's second line", func() { // R62
			d.escalates("rune", "register_second_line", "Der skal rettes i basen")
			d.starts("rita")
			d.isAt("registermyndighed", "second-line", "rita", inProgress)
			if words := d.answered("rita", "what_symptoms"); words != "Opslag på 12a giver intet svar" { // R32, R74: a colleague goes on
				d.t.Errorf("rita reads of the symptoms: %q", words)
			}
			if solution := d.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION); solution.GetRule() != "targets[p4].solution" ||
				solution.GetState() != triagev1.DeadlineState_DEADLINE_STATE_RUNNING { // R69: its clock runs at the register too
				d.t.Errorf("the register's target is %v", solution)
			}
			d.happened()
		})
		d.step("principle 10 the register says when and how, and the authority hears of every change", func() { // R82
			_, err := d.waits("rita", triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE, "Rettes i nattens kørsel")
			d.refusedBy(err, "gates[fix_planned]", "fix_plans[data]")
			for _, after := range []time.Duration{12 * time.Hour, 36 * time.Hour} {
				d.plans("rita", after, "Matrikelnummeret genskabes i nattens kørsel")
				n := d.happened()
				if n.Types[0] != "ticket.fix_planned" || !slices.Contains(n.Notifications["fix_planned"].GetRecipients(), mandated) {
					d.t.Errorf("the plan is told %v", n.Notifications)
				}
			}
			d.taken(d.waits("rita", triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE, "Rettes i nattens kørsel"))
			d.tells(d.happened(), map[string]string{"delayed": "audience/linked_reporters persons/anders by mail portal"})
		})
		d.step("principle 15 no release before the reporter is told, unless somebody named answers for it", func() { // R83
			for who, reason := range map[string]string{"rita": "Det haster", "inge": ""} {
				_, err := d.releases(who, reason)
				d.refusedBy(err, "fix_plans[data]")
			}
			d.taken(d.releases("inge", "Valget begynder i morgen"))
			if by := d.ticket.GetFixPlan().GetOverriddenBy(); by != d.Person("inge") {
				d.t.Errorf("it was released by the word of %q", by)
			}
			n := d.happened()
			if passed := n.Payloads[0].GetOverriddenGates(); !slices.Equal(passed, []string{"data"}) {
				d.t.Errorf("passed were %v", passed)
			}
			d.tells(n, map[string]string{"released": "audience/linked_reporters persons/anders by mail portal"})
		})
		d.step("principles 16, 17 unchecked, ten days of silence accept and do not close", func() { // R101, R106
			d.solves("rita", triagev1.SolutionKind_SOLUTION_KIND_PERMANENT, "Matrikelnummeret er genskabt; hent det igen")
			d.happened()
			silence := d.due(triagev1.DeadlineKind_DEADLINE_KIND_SILENCE)
			if got := silence.GetDueTime().AsTime().Sub(d.clock.Now()); got.Round(time.Hour) != 10*24*time.Hour {
				d.t.Errorf("silence lasts %v, want ten days", got)
			}
			warned := d.rings(silence.GetWarnTime().AsTime(), "ticket.silence_ends")
			d.tells(warned, map[string]string{
				"silence_ends": "persons/anders by mail portal", "unchecked": "roles/process_practitioner by mail portal",
			})
			d.rings(silence.GetDueTime().AsTime(), "ticket.solution_accepted")
			if d.now("inge"); d.ticket.GetStatus() != resolved || !d.ticket.GetSolutionAccepted() {
				d.t.Errorf("after ten days it is %s, accepted %v", d.ticket.GetStatus(), d.ticket.GetSolutionAccepted())
			}
			d.taken(d.checks("pia"))
			d.taken(d.closes("rune")) // who took the responsibility over closes
			d.happened()
		})
		d.step("principle 17 the reporter is dissatisfied after all, and it is open again", func() { // R107
			d.taken(d.Tickets.ReopenTicket(d.by("anders"), &triagev1.ReopenTicketRequest{
				Name: d.name(), RequestId: house.ID(), Reason: in("da", "12b mangler også"),
			}))
			if d.ticket.GetSolutionAccepted() || d.ticket.GetQualityChecked() || d.ticket.GetReopenCount() != 1 {
				d.t.Errorf("the solution that failed still counts: %v", d.ticket)
			}
			d.isAt("registermyndighed", "", "", registered)
		})
		d.step("principle 17 checked, ten days of silence close it", func() { // R106
			d.starts("rune")
			d.plans("rune", time.Hour, "12b genskabes")
			d.solves("rune", triagev1.SolutionKind_SOLUTION_KIND_PERMANENT, "12b er genskabt; hent det igen")
			d.taken(d.checks("pia"))
			d.happened()
			end := d.due(triagev1.DeadlineKind_DEADLINE_KIND_SILENCE).GetDueTime().AsTime()
			d.on(end.Add(-time.Minute))
			if d.now("inge"); d.ticket.GetStatus() != resolved {
				d.t.Errorf("before the ten days are over it is %s", d.ticket.GetStatus())
			}
			over := d.rings(end, "ticket.closed")
			if got := over.asks("closed"); !slices.Equal(got, []string{"audience/linked_reporters persons/anders "}) {
				d.t.Errorf("of its closing is told %q", got)
			}
		})
	})
}

// answered is what somebody reads as the answer to a question in words.
func (d *datafordeler) answered(who, question string) string {
	d.t.Helper()
	guide, err := d.assess.GetGuide(d.by(who), &triagev1.GetGuideRequest{Name: d.name()})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, asked := range guide.GetQuestions() {
		if asked.GetQuestion() == question {
			return asked.GetWords().GetText()
		}
	}
	return ""
}
