package acceptance_test

import (
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// §18: the service targets that NSP publishes, with the working hours of Monday to Thursday 08-16 and Friday 08-15:30.
func TestNSPKeepsItsPublishedTargets(t *testing.T) {
	t.Parallel()
	nspWalks(t,
		nspWalk{"figures", theFigures},                // R45, R130
		nspWalk{"warned and missed", aTargetIsMissed}, // R68, R130
		nspWalk{"pauses", aCaseThatWaits},             // R94, R96
		nspWalk{"other priority", anotherPriority},    // R49, R130
	)
}

// Reaction and solution of each priority, by when its form came.
func theFigures(v *nspVisit) {
	v.inAnOrdinaryWeek("Mon 08:00")
	for _, figure := range []struct{ priority, came, reaction, solution string }{
		{"P1", "Tue 10:00", "Tue 10:15", "Tue 12:00"},
		{"P2", "Tue 10:30", "Tue 11:30", "Tue 14:30"},
		{"P3", "Tue 11:00", "Tue 15:00", "Thu 11:00"},
		{"P4", "Tue 12:00", "Wed 12:00", "Tue 12:00"},
		{"P5", "Tue 12:30", "Wed 12:30", "Tue 12:30"},
		{"P1", "Tue 16:01", "Tue 16:31", "Tue 18:01"},
		{"P2", "Tue 23:00", "Wed 00:00", "Wed 03:00"},
		{"P1", "Fri 15:29", "Fri 15:44", "Fri 17:29"},
		{"P1", "Fri 15:31", "Fri 16:01", "Fri 17:31"},
		{"P3", "Fri 15:32", "Mon 12:00", "Tue 15:32"},
		{"P2", "Fri 18:01", "Fri 19:01", "Fri 22:01"},
	} {
		v.at(figure.came)
		v.step(figure.priority, func() {
			v.form(figure.priority)
			v.due(triagev1.DeadlineKind_DEADLINE_KIND_REACTION, figure.reaction)
			v.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, figure.solution)
		})
	}
}

// Who has a P2 is warned of its targets, then told that they are missed, once; the incident manager hears of the risk.
func aTargetIsMissed(v *nspVisit) {
	v.inAnOrdinaryWeek("Tue 10:00")
	v.step("3 a P2 comes", func() {
		v.form("P2")
		v.symptoms()
		v.happened()
	})
	v.step("a quarter before an hour has passed nobody has begun", func() {
		v.at("Tue 10:45")
		warned := v.rings("ticket.target_at_risk")
		v.hears(warned, "target_at_risk", "parties/sds by portal")
		v.hears(warned, "at_risk", "roles/nsp_incident_manager by mail portal")
	})
	v.step("an hour has passed", func() {
		v.at("Tue 11:00")
		v.hears(v.rings("ticket.breached"), "breached", "parties/sds by portal")
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_REACTION, triagev1.DeadlineState_DEADLINE_STATE_MISSED)
	})
	v.step("somebody begins, and is warned an hour before the solution is due", func() {
		v.starts("mette")
		v.happened()
		v.at("Tue 13:00")
		v.hears(v.rings("ticket.target_at_risk"), "target_at_risk", "parties/sds persons/mette by portal")
		v.at("Tue 14:00")
		v.hears(v.rings("ticket.breached"), "breached", "parties/sds persons/mette by portal")
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, triagev1.DeadlineState_DEADLINE_STATE_MISSED)
	})
	v.step("it is solved, late", func() {
		v.solves("mette", "Så virker det igen")
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, triagev1.DeadlineState_DEADLINE_STATE_MISSED)
		if n := v.count("ticket.breached"); n != 2 {
			v.t.Errorf("it is told %d times that a target was missed, want once for each", n)
		}
	})
}

// count is how often something has happened to the case.
func (v *nspVisit) count(eventType string) (n int) {
	v.t.Helper()
	beside := v.another()
	beside.ticket = v.ticket
	for _, happened := range beside.happened().Types {
		if happened == eventType {
			n++
		}
	}
	return n
}

// Awaiting a supplier the clock runs; awaiting the user it stands, and what was left is left (§17.6).
func aCaseThatWaits(v *nspVisit) {
	v.inAnOrdinaryWeek("Tue 10:00")
	v.step("3 a P3 is begun", func() {
		v.form("P3")
		v.symptoms()
		v.starts("mette")
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, "Thu 10:00")
		v.happened()
	})
	v.step("10 it awaits a supplier: the clock runs", func() {
		v.at("Tue 11:00")
		if err := v.holds("mette", triagev1.TicketStatus_TICKET_STATUS_AWAITING_SUPPLIER, "Leverandøren ser på loggen"); err != nil {
			v.t.Fatal(err)
		}
		v.tells(v.happened(), nil)
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, "Thu 10:00")
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, triagev1.DeadlineState_DEADLINE_STATE_RUNNING)
	})
	v.step("10 it awaits the user, who is asked: the clock stands", func() {
		v.at("Tue 12:00")
		if err := v.holds("mette", triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER, "Hvilken browser?"); err != nil {
			v.t.Fatal(err)
		}
		v.tells(v.happened(), map[string]string{"reply_wanted": "persons/lone by mail portal"})
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, triagev1.DeadlineState_DEADLINE_STATE_PAUSED)
	})
	v.step("10 the user answers after a working day: as much is left as there was", func() {
		v.at("Wed 12:00")
		v.taken(v.Tickets.ResumeTicket(v.by("lone"), &triagev1.ResumeTicketRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Note: in("da", "Edge"),
		}))
		v.now("mette")
		v.is(inProgress)
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, "Fri 10:00")
		if n := v.count("ticket.breached") + v.count("ticket.target_at_risk"); n != 0 {
			v.t.Errorf("%d warnings of time that did not pass", n)
		}
	})
}

// Another priority has other targets, from when the case was registered; what was reacted to in time stays so.
func anotherPriority(v *nspVisit) {
	v.inAnOrdinaryWeek("Tue 10:00")
	v.form("P3")
	v.starts("mette")
	v.passes(30 * time.Minute)
	v.step("5 it is a P2 after all", func() {
		if err := v.changes("mette", "P2", "Flere er ramt"); err != nil {
			v.t.Fatal(err)
		}
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, "Tue 14:00")
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_REACTION, triagev1.DeadlineState_DEADLINE_STATE_MET)
	})
	v.step("5 and then a P4", func() {
		if err := v.changes("mette", "P4", "Der er en omgåelse"); err != nil {
			v.t.Fatal(err)
		}
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, "Tue 10:00")
	})
	v.step("explained: by which rule it is due, and who changed the priority", func() {
		explained, err := triagev1.NewExplanationServiceClient(v.Conn("bavn.triage.v1")).ExplainTicket(v.by("mette"),
			&triagev1.ExplainTicketRequest{Name: v.ticket.GetName()})
		if err != nil {
			v.t.Fatal(err)
		}
		rules := map[string]string{}
		for _, d := range explained.GetDecisions() {
			rules[d.GetSubject()] = d.GetRule()
		}
		if rules["priority"] != "by_hand" || rules["deadline/solution"] != "targets[p4_p5].solution" {
			v.t.Errorf("explained by %v", rules)
		}
	})
}
