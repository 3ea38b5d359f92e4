package replay_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/cmd/bavn/internal/replay"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
)

// house is intake and triage as a replay sees them: it applies each request id once.
type house struct {
	mu      sync.Mutex
	refuse  func(id string) error // by source row or request id; nil lets everything in
	seen    map[string]bool       // request ids
	tickets map[string]string     // request id of the submission → ticket
	rows    map[string][]string   // ticket → source rows, as applied
	ended   map[string]bool
	calls   int
}

func newHouse() *house {
	return &house{seen: map[string]bool{}, tickets: map[string]string{}, rows: map[string][]string{}, ended: map[string]bool{}}
}

func (h *house) admit(id string) error {
	h.calls++
	if h.refuse != nil {
		return h.refuse(id)
	}
	return nil
}

func (h *house) SubmitTicket(
	_ context.Context, r *intakev1.SubmitTicketRequest, _ ...grpc.CallOption,
) (*intakev1.Submission, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.admit("submit " + r.GetImport().GetSourceRow()); err != nil {
		return nil, err
	}
	if h.tickets[r.GetRequestId()] == "" {
		h.tickets[r.GetRequestId()] = fmt.Sprintf("%s/tickets/T%06d", r.GetParent(), len(h.tickets)+1)
	}
	return &intakev1.Submission{Ticket: h.tickets[r.GetRequestId()]}, nil
}

func (h *house) ImportTicketStep(
	_ context.Context, r *triagev1.ImportTicketStepRequest, _ ...grpc.CallOption,
) (*triagev1.Ticket, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.admit(r.GetSourceRow()); err != nil {
		return nil, err
	}
	if !h.seen[r.GetRequestId()] {
		h.seen[r.GetRequestId()] = true
		h.rows[r.GetName()] = append(h.rows[r.GetName()], r.GetSourceRow())
	}
	return &triagev1.Ticket{Name: r.GetName()}, nil
}

func (h *house) FinishImport(_ context.Context, r *triagev1.FinishImportRequest, _ ...grpc.CallOption) (*triagev1.Ticket, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended[r.GetName()] = true
	return &triagev1.Ticket{Name: r.GetName()}, h.admit("finish " + r.GetName())
}

func run(t *testing.T, h *house, journal string) *replay.Run {
	t.Helper()
	j, err := replay.OpenJournal(journal, "desks/vinst@2030")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return &replay.Run{
		Mapping: vinst(t), Desk: "desks/vinst", Intake: h, Triage: h, Journal: j, Clock: clock.System(), Concurrency: 8,
		Settle: time.Minute,
	}
}

// manyCases makes a log of n cases with five rows each, the rows of different cases mixed.
func manyCases(n int) string {
	var b strings.Builder
	b.WriteString(header)
	for row := range 5 {
		for c := range n {
			fmt.Fprintf(&b, "8-%d,2030-01-02T09:00:%02dZ,Accepted,In Progress,,L,T,Low,P,dk,,o\n", c, row)
		}
	}
	return b.String()
}

// inOrder checks that every ticket has its five rows, each once and in order.
func inOrder(t *testing.T, h *house, tickets int) {
	t.Helper()
	if len(h.rows) != tickets || len(h.ended) != tickets {
		t.Errorf("%d tickets with rows, %d finished, want %d", len(h.rows), len(h.ended), tickets)
	}
	for ticket, rows := range h.rows {
		if len(rows) != 5 || !slices.IsSorted(rows) {
			t.Errorf("%s: rows %v", ticket, rows)
		}
	}
}

func TestCasesRunSideBySideAndRowsInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse()
	r := run(t, h, filepath.Join(t.TempDir(), "j"))
	result, err := r.Do(context.Background(), read(t, r.Mapping, manyCases(40)))
	if err != nil || result.Cases != 40 || result.Rows != 200 || len(result.Failures) != 0 {
		t.Errorf("%+v, %v", result, err)
	}
	inOrder(t, h, 40)
}

func TestARunThatWasBrokenOffIsContinuedWithoutDoubling(t *testing.T) {
	t.Parallel()
	h := newHouse()
	journal := filepath.Join(t.TempDir(), "j")
	ctx, cancel := context.WithCancel(context.Background())
	first := run(t, h, journal)
	cases := read(t, first.Mapping, manyCases(40))
	done := 0
	var mu sync.Mutex
	first.Applied = func(rows int) {
		mu.Lock()
		defer mu.Unlock()
		if done += rows; done == 77 {
			cancel() // Ctrl-C
		}
	}
	h.refuse = func(string) error { return ctx.Err() }
	result, err := first.Do(ctx, cases)
	if !errors.Is(err, context.Canceled) || len(result.Failures) != 0 {
		t.Fatalf("broken off: %+v, %v", result, err)
	}
	h.refuse = nil
	result, err = run(t, h, journal).Do(context.Background(), cases)
	if err != nil || result.Cases+result.EarlierCases != 40 || result.EarlierCases == 0 {
		t.Errorf("continued: %+v, %v", result, err)
	}
	inOrder(t, h, 40)
	// The journal is lost: the request ids alone keep everything single.
	if _, err := run(t, h, filepath.Join(t.TempDir(), "j")).Do(context.Background(), cases); err != nil {
		t.Fatal(err)
	}
	inOrder(t, h, 40)
}

func TestAJournalOfAnotherInstallationIsNotBelieved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	first, err := replay.OpenJournal(path, "desks/vinst@2030")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(first.Finish("8-1"), first.Close()); err != nil {
		t.Fatal(err)
	}
	same, err := replay.OpenJournal(path, "desks/vinst@2030")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = same.Close() })
	if !same.Done("8-1") {
		t.Error("a finished case is not remembered")
	}
	fresh, err := replay.OpenJournal(path, "desks/vinst@2032")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fresh.Close() })
	if fresh.Done("8-1") {
		t.Error("a case of a database that was thrown away counts as imported")
	}
}

func TestARowThatIsRefusedIsReportedAndTheOthersAreApplied(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.refuse = func(id string) error {
		if id == "vinst:8-3#2" {
			return status.Error(codes.FailedPrecondition, "out of order")
		}
		return nil
	}
	r := run(t, h, filepath.Join(t.TempDir(), "j"))
	result, err := r.Do(context.Background(), read(t, r.Mapping, manyCases(6)))
	if err != nil || len(result.Failures) != 1 || result.Rows != 29 || result.Cases != 5 {
		t.Fatalf("%+v, %v", result, err)
	}
	if f := result.Failures[0]; f.Case != "8-3" || f.Line != 11 || status.Code(f.Err) != codes.FailedPrecondition {
		t.Errorf("failure: %+v", f)
	}
	if len(h.ended) != 5 {
		t.Error("the import of a case whose history is not complete was finished")
	}
}

func TestServicesThatHaveNotHeardOfTheDeskYetAreGivenTime(t *testing.T) {
	t.Parallel()
	h := newHouse()
	refusals := map[string][]error{
		"submit vinst:8-0#1": {status.Error(codes.NotFound, "no desk"), status.Error(codes.PermissionDenied, "no member")},
		"vinst:8-0#1":        {status.Error(codes.NotFound, "not opened yet")},
	}
	h.refuse = func(id string) error {
		if len(refusals[id]) == 0 {
			return nil
		}
		err := refusals[id][0]
		refusals[id] = refusals[id][1:]
		return err
	}
	r := run(t, h, filepath.Join(t.TempDir(), "j"))
	result, err := r.Do(context.Background(), read(t, r.Mapping, manyCases(1)))
	if err != nil || len(result.Failures) != 0 || result.Rows != 5 {
		t.Errorf("%+v, %v", result, err)
	}
}
