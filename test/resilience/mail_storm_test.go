package resilience

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/test/house"
)

// Lost mail: intake is killed at any point while all kinds of mails come, and every mail that was accepted has exactly one
// outcome, its original, and where it is to have one, its one ticket or its one note.
//
//nolint:paralleltest // it wants the machine for itself
func TestLostMailNoneIsLostOrDoubledWhenIntakeIsKilledInAMailStorm(t *testing.T) {
	kills, shortest, longest := 3, 200*time.Millisecond, 1500*time.Millisecond
	if os.Getenv("BAVN_RESILIENCE") != "" {
		kills = 40
	}
	s := openMailStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	storm := &mailStorm{house: s.House, servers: 4, think: 40 * time.Millisecond, bases: baseTickets(ctx, t, s, 5)}
	chosen := *seed
	if chosen == 0 {
		chosen = rand.Uint64()
	}
	t.Logf("seed %d: again with -seed %[1]d", chosen)
	chance := rand.New(rand.NewPCG(chosen, 2))
	var strikes []strike
	for range kills {
		after := shortest + time.Duration(chance.Int64N(int64(longest-shortest)))
		strikes = append(strikes, strike{after: after, victim: "intake"})
	}
	stop, blown := make(chan struct{}), make(chan error, 1)
	go func() { blown <- storm.blow(ctx, stop) }()
	err := newKiller(s.processes).carryOut(ctx, strikes)
	close(stop)
	if err := errors.Join(err, <-blown); err != nil {
		t.Fatal(err)
	}
	if err := quiet(ctx, s.House); err != nil {
		t.Fatal(err)
	}
	c := settledMails(ctx, t, s)
	t.Logf("%d kills, %d attempts, %v", kills, storm.attempts, c)
	reconcile(ctx, t, s, storm, c)
}

// settledMails waits until nothing is pending, dismisses a few of what is held, and reads the ledger as an agent does.
func settledMails(ctx context.Context, t *testing.T, s *stage) *intakev1.InboundCount {
	t.Helper()
	inbound := intakev1.NewInboundServiceClient(s.GRPC.Conn(intakev1.InboundService_GetInboundLedger_FullMethodName))
	read := func(ctx context.Context) (*intakev1.InboundCount, error) {
		ledger, err := inbound.GetInboundLedger(s.As(ctx, house.Mette), &intakev1.GetInboundLedgerRequest{
			Name: house.Desk + "/inboundLedger",
		})
		if err != nil || len(ledger.GetCounts()) != 1 {
			return nil, fmt.Errorf("the ledger is %v: %w", ledger, err)
		}
		return ledger.GetCounts()[0], nil
	}
	err := house.Until(ctx, func(ctx context.Context) error {
		c, err := read(ctx)
		if err == nil && c.GetPending() > 0 {
			err = fmt.Errorf("%d mails are pending", c.GetPending())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	held := intakev1.InboundOutcome_INBOUND_OUTCOME_QUARANTINED
	list, err := inbound.ListInboundItems(s.As(ctx, house.Mette), &intakev1.ListInboundItemsRequest{
		Parent: house.Desk, Outcome: &held, PageSize: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range list.GetInboundItems() {
		if _, err := inbound.DismissInboundItem(s.As(ctx, house.Mette), &intakev1.DismissInboundItemRequest{
			Name: item.GetName(), RequestId: house.ID(),
		}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// reconcile holds the ledger against what was sent, and the tickets and notes against the ledger.
func reconcile(ctx context.Context, t *testing.T, s *stage, storm *mailStorm, c *intakev1.InboundCount) {
	t.Helper()
	opened, bases := int64(storm.accepted[newTicket]+storm.accepted[largeTicket]), int64(len(storm.bases))
	held := int64(storm.accepted[bounce] + storm.accepted[malformed])
	first := c.GetTicketed() + c.GetJoined() + c.GetRefused() + c.GetQuarantined()
	tickets := counted(ctx, t, s, "triage", "SELECT count(*) FROM tickets")
	ofMails := counted(ctx, t, s, "intake", "SELECT count(DISTINCT ticket) FROM inbound_items WHERE outcome = 1")
	notes := counted(ctx, t, s, "triage", "SELECT count(*) FROM event_texts WHERE text LIKE 'Svar %'")
	for what, pair := range map[string][2]int64{
		"accepted = ticketed + joined + refused + quarantined + duplicate": {c.GetAccepted(), first + c.GetDuplicate()},
		"mails that are missing their original":                            {c.GetMissing(), 0},
		"mails ticketed":                                                   {c.GetTicketed(), opened + bases},
		"mails joined":                                                     {c.GetJoined(), int64(storm.accepted[reply])},
		"mails held, or dismissed by a person":                             {c.GetQuarantined() + c.GetRefused(), held},
		"tickets in triage":                                                {tickets, c.GetTicketed()},
		"tickets of a mail":                                                {ofMails, c.GetTicketed()},
		"notes of the mails":                                               {notes, c.GetJoined()},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %d, want %d", what, pair[0], pair[1])
		}
	}
	if c.GetDuplicate() < int64(storm.accepted[again]) {
		t.Errorf("%d mails are known as repetitions, %d were sent", c.GetDuplicate(), storm.accepted[again])
	}
}

func counted(ctx context.Context, t *testing.T, s *stage, service, sql string) (n int64) {
	t.Helper()
	if err := s.DB(service).QueryRow(ctx, sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// baseTickets are the numbers of tickets that gerda reports by mail.
func baseTickets(ctx context.Context, t *testing.T, s *stage, n int) []string {
	t.Helper()
	for i := range n {
		mail := fmt.Sprintf("From: %s\r\nSubject: Grundlag\r\nMessage-ID: <base%d@storm.example>\r\n\r\nHej\r\n", gerda, i)
		if _, err := deliver(ctx, s.Addresses().MailIn, gerda, mail); err != nil {
			t.Fatal(err)
		}
	}
	var numbers []string
	err := house.Until(ctx, func(ctx context.Context) error {
		var all string
		err := s.DB("intake").QueryRow(ctx,
			"SELECT coalesce(string_agg(ticket, ' '), '') FROM inbound_items WHERE outcome = 1").Scan(&all)
		if numbers = strings.Fields(all); err == nil && len(numbers) < n {
			err = fmt.Errorf("%d of %d are tickets", len(numbers), n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return numbers
}

// openMailStage is the five in processes of their own, with their logs kept where something is wrong.
func openMailStage(t *testing.T) *stage {
	t.Helper()
	s, err := openStage(t.Context(), binaries(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			if err := s.keepLogs(filepath.Clean(*keep)); err != nil {
				t.Error(err)
			}
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := s.close(ctx); err != nil {
			t.Logf("what is thrown away did not end in its time: %v", err)
		}
	})
	return s
}
