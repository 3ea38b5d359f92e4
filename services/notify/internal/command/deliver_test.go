package command_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

func offer(party, group string) *triagev1.HandOverOffer {
	return &triagev1.HandOverOffer{Party: party, Group: group}
}

// attempt is what River says of a job's attempt; 25 is the last.
func attempt(n int) *rivertype.JobRow { return &rivertype.JobRow{Attempt: n, MaxAttempts: 25} }

// oneMessage waits to be sent to Mette.
func oneMessage(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	ticket := w.ticket("ASCP00000042")
	ticket.AffectedUser = ticket.GetReporter()
	w.hear(w.happens(ticket, "ticket.work_started", "jonas"))
	return w
}

func (w *world) fails(n int, f mailsink.Failure) {
	w.t.Helper()
	if err := w.sink.FailNext(n, f); err != nil {
		w.t.Fatal(err)
	}
}

// expect compares the one message of the ledger.
func (w *world) expect(when string, delivery int16, attempts int32, reason string) {
	w.t.Helper()
	rows := w.ledger()
	if len(rows) != 1 {
		w.t.Fatalf("%s the ledger has %d messages, want 1", when, len(rows))
	}
	if m := rows[0]; m.Delivery != delivery || m.Attempts != attempts || m.Reason != reason {
		w.t.Errorf("%s the message has delivery %d after %d attempts, reason %q; want %d, %d, %q", when,
			m.Delivery, m.Attempts, m.Reason, delivery, attempts, reason)
	}
}

// snoozed is how long a job wants to wait.
func snoozed(t *testing.T, results []error) time.Duration {
	t.Helper()
	if len(results) != 1 {
		t.Fatalf("%d jobs ran, want 1", len(results))
	}
	snooze, ok := errors.AsType[*rivertype.JobSnoozeError](results[0])
	if !ok {
		t.Fatalf("the job ends with %v, want it to wait", results[0])
	}
	return snooze.Duration
}

func TestAMailServerThatAsksToComeBackIsAskedAgainLaterUnderTheSameMessageID(t *testing.T) {
	t.Parallel()
	w := oneMessage(t)
	w.fails(1, mailsink.Failure{Code: 451, Text: "greylisted"})
	if wait := snoozed(t, w.work(w.commands)); wait != 2*time.Second {
		t.Errorf("the next attempt comes after %v, want 2s", wait)
	}
	w.expect("after a 451", queued, 1, "SMTP_451")
	if n := w.count("SELECT count(*) FROM events"); n != 0 {
		t.Errorf("the feed tells %d things of a message that is still queued", n)
	}
	snoozed(t, w.work(w.commands)) // too early
	if n := w.sink.Attempts(); n != 1 {
		t.Errorf("%d mails were begun before the time has come, want 1", n)
	}
	w.clock.Advance(2 * time.Second)
	w.work(w.commands)
	w.expect("after the second attempt", sent, 2, "")
	if m := w.sink.Messages(mailsink.Filter{MessageID: w.ledger()[0].MessageID}); len(m) != 1 {
		t.Errorf("%d mails arrived under its Message-ID, want 1", len(m))
	}
}

func TestARefusalForGoodFailsTheMessageWithTheServersReply(t *testing.T) {
	t.Parallel()
	for stage, at := range map[string]mailsink.Stage{
		"sender": mailsink.AtSender, "recipient": mailsink.AtRecipient, "data": mailsink.AtData,
	} {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			w := oneMessage(t)
			w.fails(1, mailsink.Failure{At: at, Code: 550, Text: "no such user"})
			if results := w.work(w.commands); results[0] != nil {
				t.Errorf("the job ends with %v", results[0])
			}
			w.expect("after a 550", failed, 1, "SMTP_550")
			if n := w.count("SELECT count(*) FROM events WHERE type = 'notification.failed'"); n != 1 {
				t.Errorf("the feed tells %d times that it failed, want once", n)
			}
		})
	}
}

func TestAnAddressThatIsNoneFailsWithoutAskingTheServer(t *testing.T) {
	t.Parallel()
	w := oneMessage(t)
	w.intake.persons[who("mette")].Email = "mette at example"
	w.work(w.commands)
	w.expect("with a bad address", failed, 1, "BAD_ADDRESS")
	if n := w.sink.Attempts(); n != 0 {
		t.Errorf("%d mails were begun", n)
	}
}

func TestAMailInDoubtIsSentAgainUnderTheSameMessageIDAndCounted(t *testing.T) {
	t.Parallel()
	w := oneMessage(t)
	w.fails(1, mailsink.Failure{Drop: true, Keep: true}) // the server has it, and the connection breaks before it can say so
	if wait := snoozed(t, w.work(w.commands)); wait != 2*time.Second {
		t.Errorf("the next attempt comes after %v, want 2s", wait)
	}
	w.expect("after the connection broke", queued, 1, "SMTP_IN_DOUBT")
	w.clock.Advance(2 * time.Second)
	w.work(w.commands)
	w.expect("after the second attempt", sent, 2, "")
	if m := w.sink.Messages(mailsink.Filter{MessageID: w.ledger()[0].MessageID}); len(m) != 2 {
		t.Errorf("%d mails arrived under its Message-ID, want both", len(m))
	}
	if n := w.measured("bavn.notify.in_doubt"); n != 1 {
		t.Errorf("%d mails in doubt were counted, want 1", n)
	}
}

// crashing is a process that dies when the server has the mails and nothing of it is written down.
type crashing struct {
	command.Courier
	crashed bool
}

func (c *crashing) Send(ctx context.Context, messages []domain.Dispatch) []domain.Attempt {
	attempts := c.Courier.Send(ctx, messages)
	if !c.crashed {
		c.crashed = true
		panic("the process dies")
	}
	return attempts
}

func TestAfterACrashBetweenSendingAndSettlingTheMailGoesOutAgain(t *testing.T) {
	t.Parallel()
	w := oneMessage(t)
	w.commands.Couriers[mailMedium] = &crashing{Courier: w.commands.Couriers[mailMedium]}
	func() {
		defer func() { _ = recover() }()
		w.work(w.commands)
	}()
	w.expect("after the crash", queued, 1, "")
	if wait := snoozed(t, w.work(w.commands)); wait <= 0 || w.sink.Attempts() != 1 {
		t.Errorf("while the first sender may still be at it, %d mails were begun and the job waits %v", w.sink.Attempts(), wait)
	}
	w.clock.Advance(time.Minute)
	w.work(w.commands)
	w.expect("after the second attempt", sent, 2, "")
	if n := w.measured("bavn.notify.in_doubt"); n != 1 {
		t.Errorf("%d mails in doubt were counted, want 1", n)
	}
}

func TestWhatNeverWorksFailsWhenPatienceEnds(t *testing.T) {
	t.Parallel()
	w := oneMessage(t)
	w.fails(1000, mailsink.Failure{Code: 421, Text: "busy"})
	for range 200 {
		if results := w.work(w.commands); results[0] == nil {
			break
		}
		w.clock.Advance(time.Minute)
	}
	m := w.ledger()[0]
	if m.Delivery != failed || m.Reason != "SMTP_421" || w.clock.Now().Sub(noon) > 61*time.Minute {
		t.Errorf("after %v delivery %d, reason %q; want failed with SMTP_421 after the hour of patience", w.clock.Now().Sub(noon),
			m.Delivery, m.Reason)
	}
}

func TestWhileTheMailServerIsGoneMessagesWait(t *testing.T) {
	t.Parallel()
	w := oneMessage(t)
	if err := w.sink.Close(); err != nil {
		t.Fatal(err)
	}
	snoozed(t, w.work(w.commands))
	w.expect("without a server", queued, 1, "SMTP_UNREACHABLE")
}

func TestWhileIntakeIsAwayNoAttemptIsMade(t *testing.T) {
	t.Parallel()
	w := oneMessage(t)
	w.intake.set(true)
	if wait := snoozed(t, w.work(w.commands)); wait != 5*time.Second {
		t.Errorf("the job waits %v, want 5s", wait)
	}
	w.expect("without intake", queued, 0, "")
	w.intake.set(false)
	w.work(w.commands)
	w.expect("with intake back", sent, 1, "")
	w.clock.Advance(2 * time.Hour)
}

func TestAJobThatRiverGivesUpLeavesNothingQueuedForEver(t *testing.T) {
	t.Parallel()
	w := oneMessage(t)
	w.commands.Intake = &broken{intake: w.intake}
	job := &river.Job[command.DeliverArgs]{JobRow: attempt(24), Args: w.jobs()[0]}
	worker := &command.DeliverWorker{Commands: w.commands}
	if err := worker.Work(t.Context(), job); err == nil {
		t.Error("a job that fails ends as if it had worked")
	}
	w.expect("before the last attempt", queued, 0, "")
	job.JobRow = attempt(25)
	if err := worker.Work(t.Context(), job); err != nil {
		t.Errorf("the last attempt: %v", err)
	}
	w.expect("after the last attempt", failed, 0, "INTERNAL")
}

func TestTwoReplicasWithTheSameJobSendEachMailOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var batch []*feed.Event
	for i := range 40 {
		batch = append(batch, w.happens(w.ticket(fmt.Sprintf("ASCP%08d", i)), "ticket.work_started", "jonas"))
	}
	w.hear(batch...)
	replicas := []*command.Commands{w.commands, w.replica(), w.replica()}
	var wg sync.WaitGroup
	for _, replica := range replicas {
		wg.Go(func() { w.work(replica) })
	}
	wg.Wait()
	w.work(w.commands)
	perID := map[string]int{}
	for _, m := range w.sink.Messages(mailsink.Filter{}) {
		perID[m.MessageID]++
	}
	for _, m := range w.ledger() {
		if m.Delivery != sent || m.Attempts != 1 || perID[m.MessageID] != 1 {
			t.Errorf("%s to %s: delivery %d, %d attempts, %d mails; want sent once", m.MessageID, m.Recipient, m.Delivery, m.Attempts,
				perID[m.MessageID])
		}
	}
	if len(perID) != 80 {
		t.Errorf("%d mails arrived, want 80", len(perID))
	}
}

func TestRiverDeliversWhatWasWrittenDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.commands.Jobs.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.commands.Jobs.Stop(context.WithoutCancel(t.Context())) })
	w.hear(w.happens(w.ticket("ASCP00000042"), "ticket.resolved", "jonas"))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := w.sink.WaitFor(ctx, 3, mailsink.Filter{}); err != nil {
		t.Fatal(err)
	}
}

func TestTheChainOfAMessageVerifies(t *testing.T) {
	t.Parallel()
	w := oneMessage(t)
	w.fails(1, mailsink.Failure{Code: 550})
	w.work(w.commands)
	id := w.ledger()[0].ID.String()
	w.retry(id, "sofie")
	w.work(w.commands)
	rows, err := feed.NewReader(w.pool).History(t.Context(), "nsp", desk+"/notifications/"+id, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	events := make([]*feed.Event, len(rows))
	for i := range rows {
		if events[i], err = rows[i].Decode(nil); err != nil {
			t.Fatal(err)
		}
		types = append(types, rows[i].Type)
		told := new(notifyv1.NotificationEvent)
		if err := events[i].Record.GetPayload().UnmarshalTo(told); err != nil || told.GetNotification().GetParty() != netic {
			t.Errorf("%s speaks for %q, want for the ticket's holder (%v)", rows[i].Type, told.GetNotification().GetParty(), err)
		}
		if event := events[i].Record; string(event.GetJourney().GetTraceId()) != "0123456789abcdef" {
			t.Errorf("%s is of the journey %q, want the ticket's", event.GetType(), event.GetJourney().GetTraceId())
		}
	}
	if got := strings.Join(types, " "); got != "notification.failed notification.requeued notification.sent" {
		t.Errorf("the message's history is %q", got)
	}
	if _, err := feed.VerifyChain(feed.Head{}, events); err != nil {
		t.Errorf("its chain: %v", err)
	}
}

// measured is the sum of a counter.
func (w *world) measured(name string) (sum int64) {
	w.t.Helper()
	var all metricdata.ResourceMetrics
	if err := w.metrics.Collect(w.t.Context(), &all); err != nil {
		w.t.Fatal(err)
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if data, ok := m.Data.(metricdata.Sum[int64]); ok && m.Name == name {
				for _, point := range data.DataPoints {
					sum += point.Value
				}
			}
		}
	}
	return sum
}
