package acceptance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// The others at Datafordeleren, who are of other parties or without the role. Sofie and sune are even of the party that has it.
var outsiders = []string{"sofie", "sune", "pia", "rita", "ulf", "asta"}

// [1] principle 7: a breach of IT security is a major incident, one of data security runs its own process, neither because of the
// other; few see either, and the law's clocks run (R113-R116, R149).
func TestDatafordelerHandlesABreachByItsOwnProcessAmongFew(t *testing.T) {
	t.Parallel()
	atDatafordeler(t, func(d *datafordeler) {
		d.at("Wed 10:00")
		d.step("principle 7 a breach of IT security always follows the major incident process (annex 5.b)", func() { // R114
			d.word = "pelargonie" + strings.ToLower(d.Name)
			d.reported("rune", incidentIn(commonv1.Channel_CHANNEL_API, "Kontoen "+d.word+" er overtaget", "Adgang fra ukendt adresse",
				&triagev1.Assessment{
					ReporterGroup: "register_authority", Category: "it-security", SecuritySuspected: true, ItSecurityBreach: true,
				}))
			d.hasPriority("P1", "priority.floors[it_security]")
			d.runs("major")
			n := d.happened()
			d.toldOnlyThoseWhoSeeIt(n)
			for _, rule := range []string{"declared_major", "procedures[major]"} {
				if got := n.Notifications[rule].GetRecipients(); !slices.Contains(got, "roles/process_owner") &&
					!slices.Contains(got, "roles/incident_manager") {
					d.t.Errorf("%s tells %v", rule, got)
				}
			}
		})
		d.step("nobody else learns of it: not the supplier that has it, not the authority's practitioners", func() { // R149
			d.eventually("the process manager finds it", func() error {
				if k := d.learns("inge"); k.read != codes.OK || k.journey != codes.OK || !k.inList || !k.inSearch || len(k.watched) == 0 {
					return fmt.Errorf("inge knows %+v", k)
				}
				return nil
			})
			if k := d.learns("rune"); k.read != codes.OK || !k.inList {
				d.t.Errorf("who reported it knows %+v", k)
			}
			for _, who := range outsiders {
				if k := d.learns(who); !k.nothing() {
					d.t.Errorf("%s learns of it: %+v", who, k)
				}
			}
			d.filesAreClosed("rune", outsiders)
		})
		d.step("the process manager lets in who is to work on it, and nobody of their group", func() {
			d.taken(d.assess.GrantSight(d.by("inge"), &triagev1.GrantSightRequest{
				Name: d.name(), RequestId: house.ID(), Who: d.Person("sofie"), Reason: in("da", "Skal lukke kontoen"),
			}))
			d.starts("sofie")
			for _, who := range outsiders[1:] {
				if k := d.learns(who); !k.nothing() {
					d.t.Errorf("%s learns of it: %+v", who, k)
				}
			}
			d.toldOnlyThoseWhoSeeIt(d.happened())
		})
		d.step("annex 5.b the process manager leads, updates those involved, stands down, and reviews", func() { // R113
			due := d.due(triagev1.DeadlineKind_DEADLINE_KIND_PROCEDURE_UPDATE)
			if got := due.GetDueTime().AsTime().Sub(d.ticket.GetProcedures()[0].GetStartTime().AsTime()); got != time.Hour {
				d.t.Errorf("those involved hear of a major incident in %v, want an hour", got)
			}
			d.toldOnlyThoseWhoSeeIt(d.rings(due.GetDueTime().AsTime(), "ticket.update_due"))
			d.taken(d.assess.InformProcedure(d.by("inge"), &triagev1.InformProcedureRequest{
				Name: d.name(), RequestId: house.ID(), Procedure: "major", Lead: d.Person("inge"), Update: in("da", "Kontoen er lukket"),
			}))
			_, err := d.assess.StandDownProcedure(d.by("sofie"), &triagev1.StandDownProcedureRequest{
				Name: d.name(), RequestId: house.ID(), Procedure: "major", Reason: in("da", "Løst"),
			})
			if err == nil {
				d.t.Error("the SPOC ended the major incident")
			}
			d.taken(d.assess.StandDownProcedure(d.by("inge"), &triagev1.StandDownProcedureRequest{
				Name: d.name(), RequestId: house.ID(), Procedure: "major", Reason: in("da", "Kontoen er lukket, intet er hentet"),
			}))
			d.taken(d.assess.ReviewProcedure(d.by("inge"), &triagev1.ReviewProcedureRequest{
				Name: d.name(), RequestId: house.ID(), Procedure: "major", Review: in("da", "To faktorer fra nu af"),
			}))
			if run := d.ticket.GetProcedures()[0]; run.GetEndTime() == nil || run.GetReviewTime() == nil {
				d.t.Errorf("the run is %v", run)
			}
			d.toldOnlyThoseWhoSeeIt(d.happened())
		})
		d.step("only the role takes the restriction away", func() {
			lift := func(who string) (*triagev1.Ticket, error) {
				return d.assess.CategoriseTicket(d.by(who), &triagev1.CategoriseTicketRequest{
					Name: d.name(), RequestId: house.ID(), Assessment: &triagev1.Assessment{},
					UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"security_suspected", "it_security_breach"}},
				})
			}
			if _, err := lift("sofie"); err == nil {
				d.t.Error("who works on it made it public")
			}
			d.taken(lift("inge"))
			if d.ticket.GetRestricted() {
				d.t.Error("it is still restricted")
			}
			if k := d.learns("sune"); k.read != codes.OK {
				d.t.Errorf("what is no breach any more, sune knows %+v", k)
			}
		})
	})
}

// [1] principle 7, law and standards: a breach of data security, with the law's deadlines (R115; GDPR art. 33, NIS2 art. 23).
func TestDatafordelerReportsADataBreachWithinTheLawsTime(t *testing.T) {
	t.Parallel()
	atDatafordeler(t, func(d *datafordeler) {
		d.at("Thu 10:00")
		known := d.clock.Now()
		d.step("principle 7 a breach of data security follows its own process (annex 5.c), and is no major incident", func() { // R115
			d.word = "kaprifolie" + strings.ToLower(d.Name)
			d.reported("rune", incidentIn(commonv1.Channel_CHANNEL_API, "CPR-numre i udtrækket "+d.word, "Sendt til en forkert modtager",
				&triagev1.Assessment{
					ReporterGroup: "register_authority", Category: "data-security", DataSecurityBreach: true,
					PersonalDataBreach: true, SignificantIncident: true,
				}))
			d.runs("data_security")
			d.hasPriority("P2", "priority.floors[data_security]")
			d.toldOnlyThoseWhoSeeIt(d.happened())
			for _, who := range outsiders {
				if k := d.learns(who); !k.nothing() {
					d.t.Errorf("%s learns of it: %+v", who, k)
				}
			}
		})
		d.step("the law gives 24 hours, 72 hours and a month", func() {
			month := known.In(d.zone).AddDate(0, 1, 0)
			for rule, want := range map[string]time.Time{
				"legal_clocks[gdpr_33].stages[authority]":     known.Add(72 * time.Hour),
				"legal_clocks[nis2_23].stages[early_warning]": known.Add(24 * time.Hour),
				"legal_clocks[nis2_23].stages[notification]":  known.Add(72 * time.Hour),
				"legal_clocks[nis2_23].stages[final_report]":  month,
			} {
				got := d.due(triagev1.DeadlineKind_DEADLINE_KIND_LEGAL, rule).GetDueTime().AsTime()
				if got.Sub(want).Abs() > time.Minute { // it is known since the report came in, a moment after
					d.t.Errorf("%s is due %v, want %v", rule, got, want)
				}
			}
		})
		d.step("the early warning is given in time, as who knows of it writes down", func() {
			warning := d.due(triagev1.DeadlineKind_DEADLINE_KIND_LEGAL, "legal_clocks[nis2_23].stages[early_warning]")
			near := d.rings(warning.GetWarnTime().AsTime(), "ticket.legal_deadline_near")
			d.toldOnlyThoseWhoSeeIt(near)
			if got := near.asks(warning.GetRule()); !slices.Equal(got, []string{"roles/incident_manager roles/process_owner "}) {
				d.t.Errorf("of the early warning is reminded %q", got)
			}
			d.completes("nis2_23", "early_warning")
			if done := d.due(triagev1.DeadlineKind_DEADLINE_KIND_LEGAL, warning.GetRule()); done.GetState() !=
				triagev1.DeadlineState_DEADLINE_STATE_MET {
				d.t.Errorf("warned in time, it is %v", done)
			}
		})
		d.step("the supervisory authority is told too late: it is missed, and stays missed", func() {
			notice := d.due(triagev1.DeadlineKind_DEADLINE_KIND_LEGAL, "legal_clocks[gdpr_33].stages[authority]")
			over := d.misses(notice)
			d.toldOnlyThoseWhoSeeIt(over)
			d.completes("gdpr_33", "authority")
			if done := d.due(triagev1.DeadlineKind_DEADLINE_KIND_LEGAL, notice.GetRule()); done.GetState() !=
				triagev1.DeadlineState_DEADLINE_STATE_MISSED {
				d.t.Errorf("told after 72 hours, it is %v", done)
			}
		})
		d.step("a month later the final report is missed as well, whatever became of the ticket", func() {
			report := d.due(triagev1.DeadlineKind_DEADLINE_KIND_LEGAL, "legal_clocks[nis2_23].stages[final_report]")
			d.toldOnlyThoseWhoSeeIt(d.misses(report))
		})
		d.step("what is a breach of both runs both, each because of itself", func() { // R114, R115
			d.categorises("inge", &triagev1.Assessment{ItSecurityBreach: true})
			d.runs("data_security", "major")
			d.hasPriority("P1", "priority.floors[it_security]")
		})
	})
}

// runs fails unless the ticket is in exactly these procedures.
func (d *datafordeler) runs(want ...string) {
	d.t.Helper()
	var got []string
	for _, run := range d.ticket.GetProcedures() {
		got = append(got, run.GetProcedure())
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		d.t.Errorf("it runs %v, want %v", got, want)
	}
	if !d.ticket.GetRestricted() {
		d.t.Error("it is seen by everybody")
	}
}

// completes says that a stage of a law was done.
func (d *datafordeler) completes(clock, stage string) {
	d.t.Helper()
	d.taken(d.legal.CompleteLegalStage(d.by("inge"), &triagev1.CompleteLegalStageRequest{
		Name: d.name(), RequestId: house.ID(), Clock: clock, Stage: stage, Note: in("da", "Anmeldt i Virk"),
	}))
}

// misses lets a deadline of a law pass; it returns what happened by then.
func (d *datafordeler) misses(deadline *triagev1.Deadline) news {
	d.t.Helper()
	d.on(deadline.GetDueTime().AsTime())
	from := d.seen
	var n news
	d.eventually("the end of "+deadline.GetRule(), func() error {
		d.seen = from
		n = d.happened()
		for _, payload := range n.Payloads {
			if missed := payload.GetDeadline(); missed.GetRule() == deadline.GetRule() &&
				missed.GetState() == triagev1.DeadlineState_DEADLINE_STATE_MISSED {
				return nil
			}
		}
		return fmt.Errorf("only %v has happened", n.Types)
	})
	d.now("inge")
	return n
}

// toldOnlyThoseWhoSeeIt fails where somebody is to be told of a restricted ticket who may not read it (R149).
func (d *datafordeler) toldOnlyThoseWhoSeeIt(n news) {
	d.t.Helper()
	for i, payload := range n.Payloads {
		insiders := []string{"roles/incident_manager", "roles/process_owner", "persons/rune", "persons/sofie", "persons/inge"}
		for _, request := range payload.GetNotifications() {
			for _, who := range request.GetRecipients() {
				if !slices.Contains(insiders, who) {
					d.t.Errorf("%s: rule %s tells %s of what they may not read", n.Types[i], request.GetRule(), who)
				}
			}
		}
	}
}

// learns asks every way there is about the ticket of the walk.
func (d *datafordeler) learns(who string) known {
	d.t.Helper()
	return inquiry{d.House, d.Door, d.Desk(), d.name(), d.word}.knows(d.ctx, d.t, who)
}
