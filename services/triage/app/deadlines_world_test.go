package app_test

import (
	"os"
	"strings"
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/profiles"
)

const (
	reaction = triagev1.DeadlineKind_DEADLINE_KIND_REACTION
	solution = triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION
	update   = triagev1.DeadlineKind_DEADLINE_KIND_UPDATE
	silence  = triagev1.DeadlineKind_DEADLINE_KIND_SILENCE
	held     = triagev1.DeadlineKind_DEADLINE_KIND_HOLD
	legal    = triagev1.DeadlineKind_DEADLINE_KIND_LEGAL

	isRunning = triagev1.DeadlineState_DEADLINE_STATE_RUNNING
	isPaused  = triagev1.DeadlineState_DEADLINE_STATE_PAUSED
	isMet     = triagev1.DeadlineState_DEADLINE_STATE_MET
	isMissed  = triagev1.DeadlineState_DEADLINE_STATE_MISSED
)

// on moves the clock to an hour of a weekday of the next week in which all five are working days of NSP.
func (w *world) on(weekday time.Weekday, hour, minute int) time.Time {
	w.t.Helper()
	p, err := profile.Load(profiles.Shipped, "nsp.yaml")
	if err != nil {
		w.t.Fatal(err)
	}
	calendar, _ := p.Calendar("working_hours")
	at := func(monday time.Time, days, hour, minute int) time.Time {
		return time.Date(monday.Year(), monday.Month(), monday.Day()+days, hour, minute, 0, 0, p.Zone())
	}
	day := w.clock.Now().In(p.Zone())
	for {
		day = day.AddDate(0, 0, 1)
		whole := day.Weekday() == time.Monday
		for i := range 10 { // the week after it too: nothing due falls on a holiday
			whole = whole && (i%7 > 4 || calendar.Open(at(day, i, 10, 0)))
		}
		if whole {
			break
		}
	}
	w.clock.Set(at(day, int(weekday)-1, hour, minute))
	return w.clock.Now()
}

// graded is what gives a ticket each priority by NSP's matrix.
var graded = map[string]struct {
	impact  triagev1.Impact
	urgency string
}{
	"P1": {triagev1.Impact_IMPACT_MAJOR, "normal"}, "P2": {triagev1.Impact_IMPACT_HIGH, "normal"},
	"P3": {triagev1.Impact_IMPACT_MEDIUM, "normal"}, "P4": {triagev1.Impact_IMPACT_LOW, "normal"},
}

// incident opens a ticket of a priority, of which everything is known that the process asks for.
func (w *world) incident(priority string) *triagev1.Ticket {
	w.t.Helper()
	opening := w.opening()
	opening.Impact = graded[priority].impact
	opening.Assessment = &triagev1.Assessment{
		Kind: "incident", Category: "help", Urgency: graded[priority].urgency,
		Answers: map[string]string{"about_fmk": "no", "users_affected": "one"},
	}
	return must(w.intake.OpenTicket(w.t.Context(), opening))(w.t)
}

func (w *world) get(name string) *triagev1.Ticket {
	w.t.Helper()
	return must(w.tickets.GetTicket(w.as("mette"), &triagev1.GetTicketRequest{Name: name}))(w.t)
}

func (w *world) start(name string) *triagev1.Ticket {
	w.t.Helper()
	return must(w.tickets.StartWork(w.as("mette"), &triagev1.StartWorkRequest{Name: name, RequestId: requestID()}))(w.t)
}

// solve solves it as NSP wants grave ones solved: with an entry in the event log, and the root cause (R76).
func (w *world) solve(name string) *triagev1.Ticket {
	w.t.Helper()
	w.logs(name)
	return must(w.tickets.ResolveTicket(w.as("mette"), &triagev1.ResolveTicketRequest{
		Name: name, RequestId: requestID(), Solution: danish("Genstartet"), SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
		RootCause: danish("Hukommelsen slap op"),
	}))(w.t)
}

func (w *world) logs(name string) {
	w.t.Helper()
	must(w.tickets.LogWork(w.as("mette"), &triagev1.LogWorkRequest{
		Name: name, RequestId: requestID(), Text: danish("10:02 genstartet"),
	}))(w.t)
}

func deadlineOf(ticket *triagev1.Ticket, kind triagev1.DeadlineKind) *triagev1.Deadline {
	for _, d := range ticket.GetDeadlines() {
		if d.GetKind() == kind {
			return d
		}
	}
	return nil
}

// happened are the payloads of a ticket's events of a type.
func (w *world) happened(name, eventType string) []*triagev1.TicketEvent {
	w.t.Helper()
	var all []*triagev1.TicketEvent
	for _, e := range w.events(name) {
		if e.Record.GetType() == eventType {
			payload := new(triagev1.TicketEvent)
			if err := e.Record.GetPayload().UnmarshalTo(payload); err != nil {
				w.t.Fatal(err)
			}
			all = append(all, payload)
		}
	}
	return all
}

// rings moves the clock and waits for an event to have happened so often.
func (w *world) rings(at time.Time, name, eventType string, times int) *triagev1.TicketEvent {
	w.t.Helper()
	w.clock.Set(at)
	eventually(w.t, eventType+" of "+name, func() bool { return len(w.happened(name, eventType)) >= times })
	all := w.happened(name, eventType)
	if len(all) != times {
		w.t.Fatalf("%s happened %d times, want %d", eventType, len(all), times)
	}
	return all[times-1]
}

func recipients(e *triagev1.TicketEvent, rule string) []string {
	for _, n := range e.GetNotifications() {
		if n.GetRule() == rule {
			return n.GetRecipients()
		}
	}
	return nil
}

// shelve writes NSP's profile to a folder, with one change.
func shelve(t testing.TB, dir, old, changed string) {
	t.Helper()
	for _, name := range []string{"itil-base.yaml", "nsp.yaml"} {
		text, err := profiles.Shipped.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/"+name, []byte(strings.Replace(string(text), old, changed, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
