package deadline_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/businesstime"
	"github.com/bavn/bavn/process/deadline"
	"github.com/bavn/bavn/process/profile"
)

// nspWith is another version of NSP's profile.
func nspWith(t testing.TB, old, changed string) *profile.Profile {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"itil-base.yaml", "nsp.yaml"} {
		text, err := os.ReadFile("../../profiles/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(text), old, changed))}
	}
	p, err := profile.Load(files, "nsp.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// life is a ticket that is walked through any steps, with the clocks as the domain keeps them.
type life struct {
	deadline.Case
	parties process.PartyClocks
	began   time.Time
}

func begin(p *profile.Profile, priority string, when time.Time) *life {
	return &life{Case: registered(p, priority, when), parties: process.StartClocks("sds", process.Registered, when), began: when}
}

// stand puts the ticket into a status of a party.
func (l *life) stand(status process.Status, party string) {
	t := l.Ticket
	t.Status, t.StatusClass = status, process.ClassOf(status)
	l.Facts.StatusClass = map[process.Class]string{
		process.ClassOpen: "open", process.ClassWaiting: "waiting", process.ClassReadyToClose: "ready_to_close",
	}[t.GetStatusClass()]
	l.parties = l.parties.Turn(party, status, l.At)
	if running := len(l.Clock)%2 == 1; running != (t.GetStatusClass() == process.ClassOpen) {
		l.Clock = append(l.Clock[:len(l.Clock):len(l.Clock)], l.At)
	}
	if t.GetFirstWorkTime() == nil && (status == process.InProgress || status == process.Resolved) {
		t.FirstWorkTime = timestamppb.New(l.At)
	}
	t.ResolveTime = nil
	if status == process.Resolved {
		t.ResolveTime = timestamppb.New(l.At)
	}
}

// settle works out what is due and keeps it, as a step does.
func (l *life) settle(t testing.TB) deadline.Worked {
	t.Helper()
	worked := work(t, l.Case)
	l.Ticket.Deadlines = deadline.List(worked.Deadlines)
	return worked
}

func (l *life) paused() (sum time.Duration) {
	for i := 1; i < len(l.Clock); i += 2 {
		to := l.At
		if i+1 < len(l.Clock) {
			to = l.Clock[i+1]
		}
		sum += to.Sub(l.Clock[i])
	}
	return sum
}

// left is how much business time a target has left; false where it is over or stands still.
func left(calendar *businesstime.Calendar, now time.Time, d *triagev1.Deadline) (time.Duration, bool) {
	if d.GetState() != triagev1.DeadlineState_DEADLINE_STATE_RUNNING {
		return 0, false
	}
	if calendar == nil {
		return d.GetDueTime().AsTime().Sub(now), true
	}
	return calendar.Between(now, d.GetDueTime().AsTime()), true
}

// The pause algebra: after any holds, resumptions, hand-overs, priorities, solutions, reopenings and profiles, elapsed and paused
// time are the wall time, per party and together; a pause takes nothing of the business time that was left, and nothing is missed
// because of it.
func TestPauseAlgebra(t *testing.T) { // §17.6, R130
	t.Parallel()
	versions := []*profile.Profile{nsp(t), nspWith(t, "within: 2wd", "within: 9h")}
	start := at(t, "2026-01-01 00:00")
	statuses := []process.Status{
		process.Registered, process.Assigned, process.InProgress, process.AwaitingSupplier, process.AwaitingUser,
		process.PendingRelease, process.OnHold, process.Resolved,
	}
	rapid.Check(t, func(r *rapid.T) {
		l := begin(versions[0], rapid.SampledFrom([]string{"P1", "P2", "P3", "P4"}).Draw(r, "priority"),
			start.Add(time.Duration(rapid.Int64Range(0, 300*24*60).Draw(r, "registered"))*time.Minute))
		l.settle(t)
		party, mark := "sds", l.At
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			l.At = l.At.Add(time.Duration(rapid.Int64Range(0, 5*24*3600).Draw(r, "wait")) * time.Second)
			l.settle(t) // as the timer does
			if rapid.Bool().Draw(r, "moves") {
				party = rapid.SampledFrom([]string{"sds", "netic", "trifork"}).Draw(r, "party")
			}
			if rapid.IntRange(0, 5).Draw(r, "reprioritise") == 0 {
				l.Facts.Priority = rapid.SampledFrom([]string{"P1", "P2", "P3", "P4"}).Draw(r, "to")
			}
			if rapid.IntRange(0, 5).Draw(r, "reprofile") == 0 {
				l.Process = rapid.SampledFrom(versions).Draw(r, "version")
			}
			now := work(t, l.Case)
			l.pause(t, r, now, rapid.SampledFrom(statuses).Draw(r, "status"), party)
			mark = l.At
		}
		var sum time.Duration
		for _, clock := range l.parties.At(mark) {
			sum += clock.Elapsed
		}
		if wall := mark.Sub(l.began); sum != wall {
			r.Fatalf("the parties had it for %v of %v", sum, wall)
		}
		if ran := l.Clock.Ran(nil, mark); ran+l.paused() != mark.Sub(l.began) {
			r.Fatalf("it ran for %v and stood for %v of %v", ran, l.paused(), mark.Sub(l.began))
		}
	})
}

// pause takes a step, and where it stops the targets' clock lets time pass and starts it again.
func (l *life) pause(t testing.TB, r *rapid.T, now deadline.Worked, status process.Status, party string) {
	t.Helper()
	before := l.At
	l.stand(status, party)
	during := l.settle(t)
	if l.Ticket.GetStatusClass() == process.ClassOpen {
		return
	}
	l.At = l.At.Add(time.Duration(rapid.Int64Range(0, 20*24*3600).Draw(r, "pause")) * time.Second)
	for _, ring := range l.settle(t).Rings {
		if ring.GetKind() == reaction || ring.GetKind() == solution {
			r.Fatalf("%v rings while it stands still", ring)
		}
	}
	l.stand(process.InProgress, party)
	after := l.settle(t)
	for _, kind := range []triagev1.DeadlineKind{reaction, solution} {
		d := the(now, kind)
		calendar := l.calendarOf(kind)
		had, ran := left(calendar, before, d)
		if !ran || before.Equal(d.GetDueTime().AsTime()) {
			continue
		}
		has, runs := left(calendar, l.At, the(after, kind))
		reacted := kind == reaction && the(after, kind).GetState() == triagev1.DeadlineState_DEADLINE_STATE_MET
		if met := the(during, kind).GetState() == triagev1.DeadlineState_DEADLINE_STATE_MET; kind == reaction && (met || reacted) {
			continue
		}
		if had > 0 && (!runs || has != had) {
			r.Fatalf("%v had %v of business time left before the pause, and %v after it (%v)", kind, had, has, the(after, kind))
		}
	}
}

// calendarOf is what a target is counted by; nil for round the clock.
func (l *life) calendarOf(kind triagev1.DeadlineKind) *businesstime.Calendar {
	limits, _ := l.Process.Limits(l.Facts, func(string) bool { return true })
	calendar := limits.Solution.GetCalendar()
	if kind == reaction {
		calendar = limits.Reaction.GetCalendar()
	}
	found, _ := l.Process.Calendar(calendar)
	return found
}

// What a target demanded was done before the pause began: the pause moves it no more.
func TestAPauseMovesNothingThatIsOver(t *testing.T) { // R130
	t.Parallel()
	c := registered(nsp(t), "P3", at(t, "2026-03-02 10:00"))
	c.Ticket.FirstWorkTime = timestamppb.New(at(t, "2026-03-02 10:30"))
	c.Ticket.Status, c.At = process.InProgress, at(t, "2026-03-02 12:00")
	c.Clock = append(c.Clock, at(t, "2026-03-02 11:00"), c.At)
	worked := work(t, c)
	if got := the(worked, reaction).GetDueTime().AsTime(); !got.Equal(at(t, "2026-03-02 14:00")) {
		t.Errorf("the reaction, met before the pause, was due at %v", got)
	}
	if got := the(worked, solution).GetDueTime().AsTime(); !got.Equal(at(t, "2026-03-04 11:00")) {
		t.Errorf("the solution, an hour of pause later, is due at %v", got)
	}
}
