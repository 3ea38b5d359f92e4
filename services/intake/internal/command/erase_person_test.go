package command_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/services/intake/internal/command"
)

// register makes a person who can be erased.
func (f *fixture) register(t *testing.T, id string) (name string) {
	t.Helper()
	person, err := f.commands.CreatePerson(as(t.Context(), "mette"), &intakev1.CreatePersonRequest{
		Parent: "desks/nsp", PersonId: id, RequestId: uuid.NewString(),
		Person: &intakev1.Person{DisplayName: "Rosalinde Quetzal", Email: id + "@example.org", Phone: "+4533143900"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return person.GetName()
}

func (f *fixture) erase(t *testing.T, name string) (*intakev1.Person, error) {
	t.Helper()
	return f.commands.ErasePerson(as(t.Context(), "freja"), &intakev1.ErasePersonRequest{Name: name, RequestId: uuid.NewString()})
}

// reportFor has mette report for somebody, about somebody.
func (f *fixture) reportFor(t *testing.T, reporter, affected string) (*intakev1.Submission, error) {
	t.Helper()
	r := report()
	r.Reporter, r.AffectedUser = reporter, affected
	submission, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r)
	return submission, command.RefuseErased(err)
}

func TestAPersonIsErasedOnlyWhenTheTicketsOfAllTheirSubmissionsAreOpen(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	name := f.register(t, "u1")
	f.triage.set(true)
	submission, err := f.reportFor(t, name, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.erase(t, name); !fault.Is(err, "SUBMISSION_UNSETTLED") {
		t.Fatalf("while the ticket is still to be opened, erasing is answered %v", err)
	}
	if _, err := f.reportFor(t, name, ""); !fault.Is(err, "PERSON_ERASED") {
		t.Errorf("after it was asked to erase the person, another report for them is answered %v", err)
	}
	f.triage.set(false)
	worker := &command.OpenTicketWorker{Commands: f.commands}
	id := uuid.MustParse(submission.GetName()[len("desks/nsp/submissions/"):])
	job := &river.Job[command.OpenTicketArgs]{Args: command.OpenTicketArgs{Desk: "nsp", Submission: id}}
	if err := worker.Work(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	if opened := f.triage.opened[submission.GetName()]; opened.GetTitle().GetText() == "" {
		t.Error("the ticket was opened without its words")
	}
	person, err := f.erase(t, name)
	if err != nil || person.GetEraseTime() == nil {
		t.Fatalf("with the ticket open, erasing is answered %v %v", person, err)
	}
	if n := f.count(t, "SELECT count(*) FROM event_texts WHERE text IS NOT NULL"); n != 0 {
		t.Errorf("%d texts are left", n)
	}
}

// TestAnErasureWaitsForTheSubmissionsThatAreBeingWritten holds the table as somebody does who has written a submission and not
// yet committed it: an erasure that did not wait would miss it.
func TestAnErasureWaitsForTheSubmissionsThatAreBeingWritten(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	name := f.register(t, "u1")
	writing, err := f.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writing.Exec(t.Context(), "LOCK TABLE submissions IN ROW EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	erased := make(chan error, 1)
	go func() {
		_, err := f.erase(t, name)
		erased <- err
	}()
	until(t, "the erasure to wait", func() error {
		if f.count(t, "SELECT count(*) FROM pg_locks WHERE relation = 'submissions'::regclass AND NOT granted") == 0 {
			return errors.New("nobody waits for the table")
		}
		return nil
	})
	if n := f.count(t, "SELECT count(*) FROM persons WHERE closed AND erased_at IS NULL"); n != 1 {
		t.Errorf("%d persons are closed and not erased while it waits, want 1", n)
	}
	if err := writing.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-erased; err != nil {
		t.Errorf("then it is answered %v", err)
	}
}

func TestTwoPersonsOfTheSameSubmissionsAreErasedAtOnceAndEveryChainHolds(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	names := []string{f.register(t, "u1"), f.register(t, "u2")}
	for i := range 20 {
		if _, err := f.reportFor(t, names[i%2], names[(i+1)%2]); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for _, name := range names {
		for range 3 {
			wg.Go(func() {
				if _, err := f.erase(t, name); err != nil {
					t.Errorf("erase %s: %v", name, err)
				}
			})
		}
	}
	wg.Wait()
	if n := f.count(t, "SELECT count(*) FROM event_texts WHERE text IS NOT NULL"); n != 0 {
		t.Errorf("%d texts are left", n)
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE type = 'person.erased'"); n != 2 {
		t.Errorf("%d events say that a person was erased, want one for each", n)
	}
	f.chainsHold(t)
}

func TestAPersonOfManySubmissionsIsErasedInSeveralTransactionsAndEventsThatNameEveryTicketOnce(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	name := f.register(t, "u1")
	const many = 501 // one more than goes into one
	for range many {
		if _, err := f.reportFor(t, name, ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.erase(t, name); err != nil {
		t.Fatal(err)
	}
	if n := f.count(t, "SELECT count(DISTINCT xid) FROM events WHERE type = 'submission.texts_erased'"); n != 2 {
		t.Errorf("%d submissions are erased in %d transactions, want 2", many, n)
	}
	rows, err := feed.NewReader(f.pool).History(t.Context(), "nsp", name, 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	tickets := map[string]bool{}
	for i := range rows {
		event, err := rows[i].Decode(nil)
		if err != nil {
			t.Fatal(err)
		}
		payload := new(intakev1.PersonEvent)
		if err := event.Record.GetPayload().UnmarshalTo(payload); err != nil {
			t.Fatal(err)
		}
		for _, ticket := range payload.GetTickets() {
			tickets[ticket] = true
		}
	}
	if len(rows) != 2 || len(tickets) != many {
		t.Errorf("%d events name %d tickets, want 2 and %d", len(rows), len(tickets), many)
	}
	f.chainsHold(t)
}

func TestAnErasedPersonCannotBeChanged(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	name := f.register(t, "u1")
	if _, err := f.erase(t, name); err != nil {
		t.Fatal(err)
	}
	if _, err := f.commands.UpdatePerson(as(t.Context(), "mette"), &intakev1.UpdatePersonRequest{
		Person: &intakev1.Person{Name: name, Office: "B1"}, RequestId: uuid.NewString(),
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"office"}},
	}); !fault.Is(err, "PERSON_ERASED") {
		t.Errorf("a change is answered %v", err)
	}
}

// chainsHold verifies every resource of the feed.
func (f *fixture) chainsHold(t *testing.T) {
	t.Helper()
	rows, err := f.pool.Query(t.Context(), "SELECT DISTINCT resource FROM events")
	if err != nil {
		t.Fatal(err)
	}
	resources, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, resource := range resources {
		history, err := feed.NewReader(f.pool).History(t.Context(), "nsp", resource, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		events := make([]*feed.Event, len(history))
		for i := range history {
			if events[i], err = history[i].Decode(nil); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := feed.VerifyChain(feed.Head{}, events); err != nil {
			t.Errorf("the proof of %s: %v", resource, err)
		}
	}
}

// until looks every few milliseconds, for at most ten seconds.
func until(t *testing.T, what string, look func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := look()
		if err == nil {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("wait for %s: %v", what, fmt.Errorf("%w: %w", ctx.Err(), err))
		}
	}
}
