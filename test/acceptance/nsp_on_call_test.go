package acceptance_test

import (
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/test/house"
)

const (
	nspManager = "nsp_incident_manager"
	nspOwner   = "nsp_system_owner"
	fmkManager = "fmk_incident_manager"
)

// nspHour is a moment at NSP's desk, and what [3] step 3 says of it.
type nspHour struct {
	at      string
	manager string // who is called about what is not FMK
	lent    bool   // operations answers as the national desk
	queue   string // when a form that can wait enters the queue; at once where it is empty
}

// [3] step 3, to the minute: who is called, who answers for the national desk, and what waits for the morning.
func TestNSPIsOnCallRoundTheClock(t *testing.T) {
	t.Parallel()
	nspWalks(t,
		nspWalk{"hours", aWeekOfHours},                           // R8, R9, R10, R67
		nspWalk{"chain", aFridayEvening},                         // R50, R67
		nspWalk{"paging", aCallThatIsAnsweredByItsLink},          // R50, R52, R67
		nspWalk{"answered by mail", aCallThatIsAnsweredByAReply}, // R50, R52
		nspWalk{"clock change", theNightOfTheClockChange},        // R67, R130
	)
}

// R9, R10, R67, R130: Maundy Thursday is a public holiday: as a Sunday to those on duty and for the targets (§17.9).
func TestNSPKeepsMaundyThursdayAsASunday(t *testing.T) {
	t.Parallel()
	nspWalks(t, nspWalk{"Easter", func(v *nspVisit) {
		v.on(v.maundyThursday())
		v.hour(nspHour{"Thu 10:00", nspOwner, true, "Tue 08:00"})
		v.step("a P1 has half an hour", func() {
			v.form("P1")
			v.due(triagev1.DeadlineKind_DEADLINE_KIND_REACTION, "Thu 10:30")
			v.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, "Thu 12:00")
		})
		v.step("a P3 has four hours, and two days, of work", func() {
			v.form("P3")
			v.due(triagev1.DeadlineKind_DEADLINE_KIND_REACTION, "Tue 12:00")
		})
	}})
}

// maundyThursday is the next one, at ten: of all weeks only that of Easter has no work on Thursday, Friday and the Monday after.
func (v *nspVisit) maundyThursday() time.Time {
	v.t.Helper()
	calendar, _ := v.Profile.Calendar("working_hours")
	now := v.clock.Now().In(v.zone)
	for n := 1; n < 500; n++ {
		day := time.Date(now.Year(), now.Month(), now.Day()+n, 10, 0, 0, 0, v.zone)
		spring := day.Month() == time.March || day.Month() == time.April
		if spring && day.Weekday() == time.Thursday && !calendar.Open(day) && !calendar.Open(day.AddDate(0, 0, 1)) &&
			!calendar.Open(day.AddDate(0, 0, 4)) {
			return day
		}
	}
	v.t.Fatal("there is no Easter")
	return now
}

// Every boundary of the week.
func aWeekOfHours(v *nspVisit) {
	v.inAnOrdinaryWeek("Mon 07:59")
	for _, hour := range []nspHour{
		{"Mon 07:59", nspOwner, true, "Mon 08:00"},
		{"Mon 08:01", nspManager, false, ""},
		{"Mon 15:59", nspManager, false, ""},
		{"Mon 16:01", nspManager, true, "Tue 08:00"},
		{"Mon 17:59", nspManager, true, "Tue 08:00"},
		{"Mon 18:01", nspOwner, true, "Tue 08:00"},
		{"Fri 15:29", nspManager, false, ""},
		{"Fri 15:31", nspManager, true, "Mon 08:00"},
		{"Fri 17:59", nspManager, true, "Mon 08:00"},
		{"Fri 18:01", nspOwner, true, "Mon 08:00"},
		{"Fri 18:05", nspOwner, true, "Mon 08:00"},
		{"Sun 12:00", nspOwner, true, "Mon 08:00"},
		{"Mon 07:59", nspOwner, true, "Mon 08:00"},
		{"Mon 08:01", nspManager, false, ""},
	} {
		if v.shown(v.clock.Now()) != hour.at {
			v.at(hour.at)
		}
		v.hour(hour)
	}
}

// hour walks [3] step 3 at a moment: a form that can wait, and an incident that cannot, of NSP and of FMK.
func (v *nspVisit) hour(h nspHour) {
	v.t.Helper()
	v.step("on duty", func() {
		for category, want := range map[string]string{"nsp-operations": h.manager, "nsp-application": h.manager, "fmk": fmkManager} {
			if got := v.firstOnDuty(category); got != want {
				v.t.Errorf("%s: about %s is called %s, want %s", h.at, category, got, want)
			}
		}
	})
	v.step("3 a form that can wait has its number at once", func() {
		v.registers("lone", "Et spørgsmål om en adgang")
		queue := ""
		if v.ticket.GetQueueTime() != nil {
			queue = v.shown(v.ticket.GetQueueTime().AsTime())
		}
		if queue != h.queue {
			v.t.Errorf("%s: it enters the queue %q, want %q", h.at, queue, h.queue)
		}
		v.isLent(h)
	})
	desk := "mette"
	if h.lent {
		desk = "lars"
	}
	for category, contact := range map[string]string{"nsp-operations": h.manager, "fmk": fmkManager} {
		v.step("3 an urgent one is handled at once: "+category, func() {
			v.registers("lone", "Intet virker")
			v.triages(desk, category)
			v.judges(desk, "P1")
			if v.ticket.GetQueueTime() != nil {
				v.t.Errorf("%s: it waits for the morning", h.at)
			}
			if got := v.page().GetLinks()[0].GetContact(); got != contact {
				v.t.Errorf("%s: about %s is called %s, want %s", h.at, category, got, contact)
			}
			if h.lent {
				v.actedAs("netic", "sds")
			}
		})
	}
}

// isLent: operations' people are the national desk outside its hours, to the minute, and nobody to its cases inside (R9).
func (v *nspVisit) isLent(h nspHour) {
	v.t.Helper()
	noted, err := v.Tickets.AddNote(v.by("lars"), &triagev1.AddNoteRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), Internal: true, Note: in("da", "Set af vagten"),
	})
	switch {
	case !h.lent && status.Code(err) != codes.NotFound:
		v.t.Errorf("%s: operations sees the national desk's case: %v", h.at, err)
	case h.lent && err != nil:
		v.t.Errorf("%s: operations cannot act as the national desk: %v", h.at, err)
	case h.lent:
		if noted.GetHolderParty() != v.Party("sds") {
			v.t.Errorf("%s: the case lies with %s", h.at, noted.GetHolderParty())
		}
		v.actedAs("netic", "sds")
	}
}

// actedAs fails unless who did the last thing did it as another party.
func (v *nspVisit) actedAs(party, as string) {
	v.t.Helper()
	rows, err := feed.NewReader(v.DB("triage")).History(v.ctx, v.Profile.ID(), v.ticket.GetName(), 0, 1000)
	if err != nil {
		v.t.Fatal(err)
	}
	var actor *eventv1.Actor
	for i := range rows {
		e, err := rows[i].Decode(nil)
		if err != nil {
			v.t.Fatal(err)
		}
		actor = e.Record.GetActor()
	}
	if actor.GetParty() != v.Party(party) || actor.GetActingAs() != v.Party(as) {
		v.t.Errorf("it was done by %v, want %s as %s", actor, party, as)
	}
}

func (v *nspVisit) firstOnDuty(category string) string {
	v.t.Helper()
	duty, err := v.duty.WhoIsOnDuty(v.by("mette"), &triagev1.WhoIsOnDutyRequest{
		Name: v.Desk(), Time: timestamppb.New(v.clock.Now()), Category: category,
	})
	if err != nil {
		v.t.Fatal(err)
	}
	return duty.GetLinks()[0].GetContact()
}

// form is an incident that a local desk's form says everything about; it goes to the queue, and nobody has begun.
func (v *nspVisit) form(priority string) {
	v.t.Helper()
	request := nspReport("En fejl af " + priority)
	request.Impact = nspGrades[priority].impact
	request.Assessment.Kind, request.Assessment.Category = "incident", "nsp-operations"
	request.Assessment.Urgency = nspGrades[priority].urgency
	request.Assessment.Answers = map[string]string{"about_fmk": "no", "users_affected": "some"}
	v.reported("lone", request)
	if got := v.ticket.GetPriority(); got != priority {
		v.t.Errorf("it is %s, want %s", got, priority)
	}
}

// On Friday at 18:05 the system owner is called, then the incident manager, then the system owner again.
func aFridayEvening(v *nspVisit) {
	v.inAnOrdinaryWeek("Fri 18:05")
	v.step("3 a P1 comes", func() {
		v.form("P1")
		v.hears(v.happened(), "duty", "chain/nsp_owner by page")
		v.calls(nspOwner, nspManager)
	})
	for turn := int32(2); turn <= 3; turn++ {
		v.step("ten minutes pass, and nobody answers", func() {
			v.passes(10 * time.Minute)
			v.eventually("the next is called", func() error {
				if v.page().GetTurn() < turn {
					return errNSPNotYet
				}
				return nil
			})
		})
	}
	v.step("the system owner answers in the end; another answer comes too late", func() {
		v.answers("sanne", 3)
		late := &triagev1.AcknowledgePageRequest{Name: v.page().GetName(), RequestId: house.ID()}
		_, err := v.duty.AcknowledgePage(v.by("nils"), late)
		v.refusedFor(err, "PAGE_ANSWERED")
	})
}

// The night in which the clocks change is an hour longer or shorter: targets run by the hours that pass, duty by the clocks.
func theNightOfTheClockChange(v *nspVisit) {
	night := v.clockChange().Add(-70 * time.Minute)
	v.on(night)
	v.step("a P1 comes before the clocks change", func() {
		v.form("P1")
		for kind, want := range map[triagev1.DeadlineKind]time.Duration{
			triagev1.DeadlineKind_DEADLINE_KIND_REACTION: 30 * time.Minute, triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION: 2 * time.Hour,
		} {
			if got := v.deadline(kind).GetDueTime().AsTime().Sub(night); got != want {
				v.t.Errorf("%s is due after %v, want %v", kind, got, want)
			}
		}
		v.calls(nspOwner, nspManager)
	})
	v.step("the system owner is on duty until Monday 08:00 by the clocks as they then are", func() {
		duty, err := v.duty.WhoIsOnDuty(v.by("mette"), &triagev1.WhoIsOnDutyRequest{Name: v.Desk(), Category: "nsp"})
		if err != nil {
			v.t.Fatal(err)
		}
		if got := v.shown(duty.GetUntil().AsTime()); got != "Mon 08:00" {
			v.t.Errorf("on duty until %s", got)
		}
	})
	v.step("the target is missed when two hours have passed, not earlier", func() {
		v.on(night.Add(2*time.Hour - time.Second))
		v.hears(v.rings("ticket.target_at_risk"), "target_at_risk", "parties/sds by portal")
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, triagev1.DeadlineState_DEADLINE_STATE_RUNNING)
		v.passes(time.Second)
		v.hears(v.rings("ticket.breached"), "breached", "parties/sds by portal")
	})
}

// clockChange is when the clocks change next before a Monday of work: sometimes they change at Easter.
func (v *nspVisit) clockChange() time.Time {
	v.t.Helper()
	calendar, _ := v.Profile.Calendar("working_hours")
	at := v.clock.Now().Add(2 * time.Hour).Truncate(time.Hour)
	_, before := at.In(v.zone).Zone()
	for range 800 * 24 {
		at = at.Add(time.Hour)
		_, now := at.In(v.zone).Zone()
		if now != before && calendar.Open(at.Add(34*time.Hour)) {
			return at
		}
		before = now
	}
	v.t.Fatal("the clocks never change")
	return at
}
