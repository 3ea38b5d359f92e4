package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/triage/app"
)

// soaked is true for `make soak`, which runs the races and the timers at full size.
var soaked = os.Getenv("BAVN_SOAK") != ""

// sized is how often something is done: a few times in an ordinary test.
func sized(usual, soak int) int {
	if soaked {
		return soak
	}
	return usual
}

// waiting opens tickets that wait until a time each, and returns their names.
func (w *world) waiting(until []time.Time) []string {
	w.t.Helper()
	names := make([]string, len(until))
	for i := range until {
		names[i] = numbered(int64(w.numbers + 1 + i))
	}
	ctx := w.as("mette")
	openings := make([]*triagev1.OpenTicketRequest, len(until))
	for i := range openings {
		openings[i] = w.opening()
	}
	var group errgroup.Group
	group.SetLimit(8)
	for i, at := range until {
		group.Go(func() error {
			if _, err := w.intake.OpenTicket(w.t.Context(), openings[i]); err != nil {
				return err
			}
			_, err := w.tickets.HoldTicket(ctx, &triagev1.HoldTicketRequest{
				Name: names[i], RequestId: requestID(), Status: triagev1.TicketStatus_TICKET_STATUS_ON_HOLD,
				Reason: danish("Vent"), Until: timestamppb.New(at),
			})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		w.t.Fatal(err)
	}
	return names
}

// resumed is how often each ticket was taken up again, and when it was first.
func (w *world) resumed() (times map[string]int, at map[string]time.Time) {
	w.t.Helper()
	rows, err := w.pool.Query(w.t.Context(), "SELECT resource, occurred_at FROM events WHERE type = 'ticket.resumed'")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	times, at = map[string]int{}, map[string]time.Time{}
	for rows.Next() {
		var name string
		var when time.Time
		if err := rows.Scan(&name, &when); err != nil {
			w.t.Fatal(err)
		}
		times[name]++
		at[name] = when
	}
	return times, at
}

func once(t testing.TB, names []string, times map[string]int) {
	t.Helper()
	for _, name := range names {
		if times[name] != 1 {
			t.Errorf("%s was taken up again %d times, want once", name, times[name])
		}
	}
}

// Architecture §3: each timer takes effect once, with two replicas of which one is stopped half-way, and with jobs that run again
// or are of a timer that was set anew.
func TestEveryTimerTakesEffectOnceWithTwoReplicasOfWhichOneStops(t *testing.T) {
	t.Parallel()
	const tickets = 200
	w := newWorld(t)
	_, stop := w.replica()
	until := make([]time.Time, tickets)
	for i := range until {
		until[i] = w.clock.Now().Add(time.Hour + time.Duration(i)*time.Second)
	}
	names := w.waiting(until)
	// Half of them were resumed and wait again: their first timers are of an older generation, or ring too early.
	mette := w.as("mette")
	for i, name := range names[:tickets/2] {
		must(w.tickets.ResumeTicket(mette, &triagev1.ResumeTicketRequest{Name: name, RequestId: requestID()}))(t)
		must(w.tickets.HoldTicket(mette, &triagev1.HoldTicketRequest{
			Name: name, RequestId: requestID(), Status: triagev1.TicketStatus_TICKET_STATUS_ON_HOLD, Reason: danish("Igen"),
			Until: timestamppb.New(until[i].Add(time.Duration(i%3-1) * 10 * time.Minute)),
		}))(t)
	}
	const again = `INSERT INTO river_job (args, kind, max_attempts, metadata, priority, queue, state, created_at, scheduled_at)
		SELECT args, kind, max_attempts, metadata, priority, queue, state, created_at, scheduled_at FROM river_job
		WHERE kind = 'ticket_timer'`
	if _, err := w.pool.Exec(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(2 * time.Hour)
	eventually(t, "half of the timers have rung", func() bool {
		return w.count("events WHERE type = 'ticket.resumed'") >= tickets/2+tickets/4
	})
	stop()
	eventually(t, "all timers have rung", func() bool {
		return w.count("tickets WHERE status = 7") == 0 &&
			w.count("river_job WHERE kind = 'ticket_timer' AND state <> 'completed'") == 0
	})
	times, _ := w.resumed()
	for i, name := range names {
		want := 1
		if i < tickets/2 { // once by mette
			want = 2
		}
		if times[name] != want {
			t.Errorf("%s was taken up again %d times, want %d", name, times[name], want)
		}
	}
}

// A timer that was set anew has no effect at its old time: whether its job is the one that is moved on, or one of an older
// generation. What the ticket waits for then ends once, when it is due.
func TestATimerThatWasSetAnewRingsAtItsNewTimeOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begin, mette := w.clock.Now(), w.as("mette")
	hold := func(name string, hours int) {
		must(w.tickets.HoldTicket(mette, &triagev1.HoldTicketRequest{
			Name: name, RequestId: requestID(), Status: triagev1.TicketStatus_TICKET_STATUS_ON_HOLD, Reason: danish("Venter"),
			Until: timestamppb.New(begin.Add(time.Duration(hours) * time.Hour)),
		}))(t)
	}
	resume := func(name string) {
		must(w.tickets.ResumeTicket(mette, &triagev1.ResumeTicketRequest{Name: name, RequestId: requestID()}))(t)
	}
	moved, older := w.inProgress().GetName(), w.inProgress().GetName()
	hold(moved, 1) // its job rings at 1 and has nothing to do before 4
	resume(moved)
	hold(moved, 4)
	hold(older, 3) // its first job is of an older generation when it rings at 3
	resume(older)
	hold(older, 1)
	w.rings(begin.Add(time.Hour), older, "ticket.resumed", 2)
	hold(older, 5)

	w.clock.Set(begin.Add(3 * time.Hour))
	eventually(t, "no job is due any more", func() bool {
		return w.count("river_job WHERE kind = 'ticket_timer' AND state = 'completed'") >= 3 &&
			w.count("river_job WHERE kind = 'ticket_timer' AND state IN ('available', 'running', 'retryable')") == 0
	})
	for _, name := range []string{moved, older} {
		if got := w.get(name).GetStatus(); got != triagev1.TicketStatus_TICKET_STATUS_ON_HOLD {
			t.Errorf("%s was taken up at a time that it no longer waits for: %s", name, got)
		}
	}
	w.rings(begin.Add(4*time.Hour), moved, "ticket.resumed", 2)
	w.rings(begin.Add(5*time.Hour), older, "ticket.resumed", 3)
}

// A reply in the last second: whoever locks the ticket first wins, and the other is told where it stands (R106, R107).
func TestAReplyAgainstClosingOnSilenceHasOneWinner(t *testing.T) {
	t.Parallel()
	races := sized(20, 1000)
	w := newNSP(t)
	for done := 0; done < races; done += 20 {
		w.on(time.Monday, 10, 0)
		names, due := w.solved(20)
		w.clock.Set(due)
		w.replyToAll(names)
	}
}

func (w *world) solved(n int) (names []string, due time.Time) {
	for range n {
		name := w.incident("P4").GetName()
		w.start(name)
		due = deadlineOf(w.solve(name), silence).GetDueTime().AsTime()
		names = append(names, name)
	}
	return names, due
}

func (w *world) replyToAll(names []string) {
	w.t.Helper()
	karen := w.as("karen")
	errs := make([]error, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() {
			_, errs[i] = w.tickets.RejectSolution(karen, &triagev1.RejectSolutionRequest{
				Name: name, RequestId: requestID(), Reason: danish("Stadig galt"),
			})
		})
	}
	group.Wait()
	for i, name := range names {
		closed, rejected := len(w.happened(name, "ticket.closed")), len(w.happened(name, "ticket.solution_rejected"))
		status := w.get(name).GetStatus()
		won := errs[i] == nil && rejected == 1 && closed == 0 && status == triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS
		lost := errs[i] != nil && rejected == 0 && closed == 1 && status == triagev1.TicketStatus_TICKET_STATUS_CLOSED
		if !won && !lost {
			w.t.Errorf("%s: the reply got %v, %d rejections, %d closings, %v", name, errs[i], rejected, closed, status)
		}
	}
}

// replicaEnv holds the settings of a triage in a process of its own.
const replicaEnv = "BAVN_TEST_TRIAGE_REPLICA"

type replicaSettings struct{ URL, OIDC, CA string }

// beReplica runs triage until it is killed.
func beReplica(written string) {
	var s replicaSettings
	if err := json.Unmarshal([]byte(written), &s); err != nil {
		panic(err)
	}
	cfg := (&outside{url: s.OIDC, caDir: s.CA}).settings(s.URL)
	triage, err := app.New(context.Background(), cfg, service.Deps{Clock: clock.System(), Log: os.Stderr})
	if err != nil {
		panic(err)
	}
	go func() {
		<-triage.Ready()
		fmt.Println("ready")
	}()
	if err := triage.Run(context.Background()); err != nil {
		panic(err)
	}
}

// process starts a replica in a process of its own.
func (w *world) process() *exec.Cmd {
	w.t.Helper()
	settings, err := json.Marshal(replicaSettings{URL: w.url, OIDC: w.outside.url, CA: w.outside.caDir})
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.CommandContext(w.t.Context(), os.Args[0]) //nolint:gosec // this very test
	cmd.Env = append(os.Environ(), replicaEnv+"="+string(settings))
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		w.t.Fatalf("the replica says %q: %v", line, err)
	}
	return cmd
}

// TestTenThousandTimers rings them on two processes by the machine's clock, and kills one half-way with SIGKILL. Each takes
// effect once: within ten seconds of its time, and those that the killed one had in hand within two minutes.
func TestTenThousandTimers(t *testing.T) { //nolint:paralleltest // it measures
	if !soaked {
		t.Skip("make soak rings ten thousand timers")
	}
	tickets := 10_000
	if asked, err := strconv.Atoi(os.Getenv("BAVN_TIMERS")); err == nil {
		tickets = asked
	}
	o, err := theOutside()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clock: clock.NewManual(time.Now()), url: database.URL(t), outside: o, realTime: true}
	w.edit = func(cfg *app.Config) { cfg.Jobs.Queues = map[string]int{} } // this one only takes calls
	w.serve()
	w.makeDesk()
	const span = 2 * time.Minute
	begin := time.Now().Add(time.Duration(tickets)*8*time.Millisecond + 10*time.Second) // when they will all have been put to wait
	until := make([]time.Time, tickets)
	for i := range until {
		until[i] = begin.Add(span * time.Duration(i) / time.Duration(tickets)).Truncate(time.Microsecond)
	}
	names := w.waiting(until)
	t.Logf("%d tickets wait, %v before the first rings", tickets, time.Until(begin).Round(time.Second))
	killed := w.process()
	w.process()
	resumed := func() int { return w.count("events WHERE type = 'ticket.resumed'") }
	within(t, 20*time.Minute, "half of the timers", func() bool { return resumed() >= tickets/2 })
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	inHand := w.count("river_job WHERE state = 'running'")
	within(t, 20*time.Minute, "all timers", func() bool { return resumed() >= tickets && w.count("tickets WHERE status = 7") == 0 })
	times, at := w.resumed()
	once(t, names, times)
	late := make([]time.Duration, tickets)
	for i, name := range names {
		late[i] = at[name].Sub(until[i])
		if late[i] < 0 {
			t.Errorf("%s was taken up %v before its time", name, -late[i])
		}
	}
	slices.Sort(late)
	t.Logf("lateness of %d timers over %v, one of two replicas killed half-way with %d in hand: median %v, p99 %v, worst %v",
		tickets, span, inHand, late[tickets/2], late[tickets*99/100], late[tickets-1])
	if others := late[tickets-1-inHand]; others > 10*time.Second {
		t.Errorf("%d were in hand when one was killed; without as many of the latest, one was %v late", inHand, others)
	}
	if worst := late[tickets-1]; worst > 2*time.Minute {
		t.Errorf("one was %v late", worst)
	}
}

// within is eventually with a patience of its own.
func within(t testing.TB, patience time.Duration, what string, ask func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for !ask() {
		select {
		case <-deadline:
			t.Fatalf("not within %v: %s", patience, what)
		case <-tick.C:
		}
	}
}
