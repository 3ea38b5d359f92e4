package command_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// handler answers what it is told to.
type handler func(item store.InboundItem) (command.Verdict, error)

func (h handler) Handle(_ context.Context, item store.InboundItem) (command.Verdict, error) {
	return h(item)
}

func delivery(key string) command.Inbound {
	return command.Inbound{
		Desk: "nsp", Channel: commonv1.Channel_CHANNEL_API, Source: "jira", Key: key, MediaType: "application/json",
		Original: []byte(`{"key": "` + key + `"}`),
	}
}

func settleJob(item store.InboundItem, attempt int) *river.Job[command.SettleInboundArgs] {
	return &river.Job[command.SettleInboundArgs]{
		JobRow: &rivertype.JobRow{Attempt: attempt}, Args: command.SettleInboundArgs{Desk: item.Desk, Inbound: item.Inbound},
	}
}

// Duplicates: the same delivery many times at once is one thing, and each repetition says of what.
func TestWhatIsDeliveredAHundredTimesIsHandledOnceAndEveryRepetitionIsCounted(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	var all sync.WaitGroup
	failed := make(chan error, 100)
	for range 100 {
		all.Go(func() {
			if _, err := f.commands.Receive(t.Context(), delivery("same")); err != nil {
				failed <- err
			}
		})
	}
	all.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	if n := f.count(t, "SELECT count(*) FROM inbound_items WHERE duplicate_of IS NULL"); n != 1 {
		t.Errorf("%d of a hundred deliveries are to be handled, want 1", n)
	}
	if n := f.count(t, "SELECT count(*) FROM inbound_items i JOIN inbound_items f ON f.inbound = i.duplicate_of"); n != 99 {
		t.Errorf("%d repetitions say what they repeat, want 99", n)
	}
	if n := f.count(t, "SELECT count(*) FROM inbound_originals"); n != 1 {
		t.Errorf("the same bytes are kept %d times", n)
	}
	if n := f.count(t, "SELECT count(*) FROM river_job WHERE kind = 'settle_inbound'"); n != 1 {
		t.Errorf("%d jobs settle it, want 1", n)
	}
	other := delivery("same")
	other.Original = []byte("other bytes under the same key")
	if _, err := f.commands.Receive(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if n := f.count(t, "SELECT count(*) FROM inbound_originals"); n != 2 {
		t.Errorf("%d originals are kept: other bytes under the same key may be all there is of a message", n)
	}
}

func TestAnItemEndsInExactlyOneOutcomeHoweverOftenItIsHandled(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.commands.Inbox.Handlers["jira"] = handler(func(store.InboundItem) (command.Verdict, error) {
		return command.Verdict{
			Outcome: intakev1.InboundOutcome_INBOUND_OUTCOME_TICKETED, Ticket: "ASCP00000007",
			Sender: "jira@example.org", Subject: "NSP-118",
		}, nil
	})
	item, err := f.commands.Receive(t.Context(), delivery("one"))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := (&command.SettleInboundWorker{Commands: f.commands}).Work(t.Context(), settleJob(item, 1)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := f.count(t, "SELECT count(*) FROM events WHERE type = 'inbound.ticketed'"); n != 1 {
		t.Errorf("it ended %d times", n)
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE convert_from(stored, 'LATIN1') LIKE '%jira@example.org%'"); n != 0 {
		t.Error("an event says who sent it")
	}
}

// Lost mail: whatever a handler does, what came in waits or is quarantined.
func TestWhatCannotBeHandledIsQuarantinedAndWhatMayPassWaits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handle  handler
		attempt int
		waits   bool
		reason  string
	}{
		"triage is away": {
			handle: func(store.InboundItem) (command.Verdict, error) {
				return command.Verdict{}, status.Error(codes.Unavailable, "away")
			},
			attempt: 1, waits: true,
		},
		"a fault, once": {
			handle:  func(store.InboundItem) (command.Verdict, error) { return command.Verdict{}, errors.New("broken") },
			attempt: 1, waits: true,
		},
		"a fault, again and again": {
			handle:  func(store.InboundItem) (command.Verdict, error) { return command.Verdict{}, errors.New("broken") },
			attempt: 3, reason: domain.InboundUnhandled,
		},
		"a panic, again and again": {
			handle: func(store.InboundItem) (command.Verdict, error) { panic("parser") }, attempt: 3, reason: domain.InboundUnhandled,
		},
		"the process died each time": {
			handle: func(store.InboundItem) (command.Verdict, error) {
				t.Error("it is tried once more")
				return command.Verdict{}, nil
			},
			attempt: 7, reason: domain.InboundUnhandled,
		},
		"nobody handles such": {attempt: 1, reason: domain.InboundNoHandler},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setUp(t)
			if c.handle != nil {
				f.commands.Inbox.Handlers["jira"] = c.handle
			}
			item, err := f.commands.Receive(t.Context(), delivery("one"))
			if err != nil {
				t.Fatal(err)
			}
			err = (&command.SettleInboundWorker{Commands: f.commands}).Work(t.Context(), settleJob(item, c.attempt))
			if (err != nil) != c.waits {
				t.Errorf("the job ends with %v", err)
			}
			held := f.count(t, fmt.Sprintf("SELECT count(*) FROM inbound_items WHERE outcome = 4 AND reason = '%s'", c.reason))
			if (held == 1) == c.waits {
				t.Errorf("%d are quarantined for %s", held, c.reason)
			}
		})
	}
}

func TestAPersonReleasesWhatIsQuarantinedOnceAndDismissesNothingElse(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.commands.Inbox.Handlers["jira"] = handler(func(item store.InboundItem) (command.Verdict, error) {
		if !item.Released {
			return command.Quarantined("LOOP"), nil
		}
		return command.Verdict{Outcome: intakev1.InboundOutcome_INBOUND_OUTCOME_JOINED, Ticket: "ASCP00000001"}, nil
	})
	item, err := f.commands.Receive(t.Context(), delivery("one"))
	if err != nil {
		t.Fatal(err)
	}
	worker := &command.SettleInboundWorker{Commands: f.commands}
	if err := worker.Work(t.Context(), settleJob(item, 1)); err != nil {
		t.Fatal(err)
	}
	release := &intakev1.ReleaseInboundItemRequest{Name: item.Name(), RequestId: uuid.NewString()}
	for range 2 {
		if _, err := f.commands.ReleaseInboundItem(as(t.Context(), "mette"), release); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE type = 'inbound.released'"); n != 1 {
		t.Errorf("it was released %d times by one request", n)
	}
	if err := worker.Work(t.Context(), settleJob(item, 1)); err != nil {
		t.Fatal(err)
	}
	if n := f.count(t, "SELECT count(*) FROM inbound_items WHERE outcome = 2 AND ticket = 'ASCP00000001'"); n != 1 {
		t.Error("what was released was not handled again")
	}
	_, err = f.commands.DismissInboundItem(as(t.Context(), "mette"), &intakev1.DismissInboundItemRequest{
		Name: item.Name(), RequestId: uuid.NewString(),
	})
	if !fault.Is(err, "INBOUND_NOT_QUARANTINED") {
		t.Errorf("what has joined a ticket can be dismissed: %v", err)
	}
}

// R147: with a person goes what they sent, byte by byte; that it came stays, and the ledger balances.
func TestR147WhatAnErasedPersonSentIsGoneAndItsOutcomeStays(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.commands.Inbox.Handlers["jira"] = handler(func(store.InboundItem) (command.Verdict, error) {
		return command.Verdict{
			Outcome: intakev1.InboundOutcome_INBOUND_OUTCOME_JOINED, Ticket: "ASCP00000001", Person: "gerda", Sender: "gerda@x.example",
		}, nil
	})
	root := as(t.Context(), "root")
	if _, err := f.commands.CreatePerson(root, &intakev1.CreatePersonRequest{
		Parent: "desks/nsp", PersonId: "gerda", RequestId: uuid.NewString(), Person: &intakev1.Person{DisplayName: "Gerda"},
	}); err != nil {
		t.Fatal(err)
	}
	large := delivery("large")
	large.Rest = strings.NewReader(strings.Repeat("x", 1<<20))
	for _, in := range []command.Inbound{delivery("small"), large} {
		item, err := f.commands.Receive(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if err := (&command.SettleInboundWorker{Commands: f.commands}).Work(t.Context(), settleJob(item, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.commands.ErasePerson(root, &intakev1.ErasePersonRequest{
		Name: "desks/nsp/persons/gerda", RequestId: uuid.NewString(),
	}); err != nil {
		t.Fatal(err)
	}
	if n := f.count(t, "SELECT count(*) FROM inbound_items WHERE outcome = 2 AND erased_at IS NOT NULL AND sender = ''"); n != 2 {
		t.Errorf("%d of two items are erased and keep their outcome", n)
	}
	if n := f.count(t, "SELECT count(*) FROM inbound_originals"); n != 0 {
		t.Errorf("%d originals are kept", n)
	}
	rows, err := store.New(f.pool).CountInbound(t.Context(), "nsp")
	if err != nil || len(rows) != 1 || rows[0].Missing != 0 || rows[0].Erased != 2 || rows[0].Originals != 0 {
		t.Errorf("the ledger says %v (%v)", rows, err)
	}
	items, err := store.New(f.pool).ListInboundItems(t.Context(), store.ListInboundItemsParams{
		Desk: "nsp", Before: uuid.Max, Size: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if _, err := f.commands.Original(t.Context(), item); !fault.Is(err, fault.NotFound) {
			t.Errorf("the original of %s can be read: %v", item.Name(), err)
		}
	}
}
