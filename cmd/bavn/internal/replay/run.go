package replay

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
)

// Submitter is what a run needs of intake.
type Submitter interface {
	SubmitTicket(context.Context, *intakev1.SubmitTicketRequest, ...grpc.CallOption) (*intakev1.Submission, error)
}

// Importer is what a run needs of triage.
type Importer interface {
	ImportTicketStep(context.Context, *triagev1.ImportTicketStepRequest, ...grpc.CallOption) (*triagev1.Ticket, error)
	FinishImport(context.Context, *triagev1.FinishImportRequest, ...grpc.CallOption) (*triagev1.Ticket, error)
}

// Run is one replay of a log. Its services are expected to try again by themselves when nobody answers.
type Run struct {
	Mapping     *Mapping
	Desk        string // `desks/{desk}`
	Intake      Submitter
	Triage      Importer
	Journal     *Journal
	Clock       clock.Clock
	Concurrency int
	// Settle is how long services that do not know of the desk, the importer or the ticket yet are given to hear of them.
	Settle time.Duration
	// Applied is told of every row that this run has done; may be nil.
	Applied func(rows int)

	mu     sync.Mutex
	result Result
}

// Result is what became of a log.
type Result struct {
	Cases, Rows  int // done in this run
	EarlierCases int // done in an earlier one
	EarlierRows  int
	Failures     []Failure // in the order of the log's lines
	Elapsed      time.Duration
}

// Failure is a row, or the begin or end of a case, that could not be applied.
type Failure struct {
	Case string
	Line int // of the log
	Err  error
}

// RowsPerSecond is the speed of this run.
func (r Result) RowsPerSecond() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Rows) / r.Elapsed.Seconds()
}

// Do replays the cases: several at once, the rows of each in order. It returns what it did also when ctx ended before it was
// through; the error says why it stopped, never that a row failed.
func (r *Run) Do(ctx context.Context, cases []Case) (Result, error) {
	begin := r.Clock.Now()
	work, working := errgroup.WithContext(ctx)
	work.SetLimit(max(r.Concurrency, 1))
	for _, c := range cases {
		if working.Err() != nil {
			break
		}
		if r.Journal.Done(c.ID) {
			r.count(func(result *Result) { result.EarlierCases++; result.EarlierRows += len(c.Rows) })
			continue
		}
		work.Go(func() error { return r.replay(working, c) })
	}
	err := work.Wait()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Elapsed = r.Clock.Now().Sub(begin)
	slices.SortFunc(r.result.Failures, func(a, b Failure) int { return a.Line - b.Line })
	return r.result, err
}

// replay brings one case in. A row that is refused is reported and the next one tried; the case then stays in import, because
// its history is not complete. An error ends the whole run.
func (r *Run) replay(ctx context.Context, c Case) error {
	submission, err := r.submit(ctx, c)
	if err != nil {
		return r.fail(ctx, Failure{Case: c.ID, Line: c.Rows[0].Line, Err: fmt.Errorf("submit: %w", err)})
	}
	complete := true
	for i, row := range c.Rows {
		if err := r.step(ctx, submission.GetTicket(), c, i); err != nil {
			complete = false
			if err := r.fail(ctx, Failure{Case: c.ID, Line: row.Line, Err: err}); err != nil {
				return err
			}
			continue
		}
		r.count(func(result *Result) { result.Rows++ })
		r.applied(1)
	}
	if !complete {
		return nil
	}
	last := c.Rows[len(c.Rows)-1]
	if _, err := r.Triage.FinishImport(ctx, r.Mapping.Finish(r.Desk, submission.GetTicket(), c)); err != nil {
		return r.fail(ctx, Failure{Case: c.ID, Line: last.Line, Err: fmt.Errorf("finish: %w", err)})
	}
	r.count(func(result *Result) { result.Cases++ })
	return r.Journal.Finish(c.ID)
}

// submit waits for intake to have heard of a desk and an importer that are seconds old.
func (r *Run) submit(ctx context.Context, c Case) (*intakev1.Submission, error) {
	request := r.Mapping.Submission(r.Desk, c)
	return client.Settle(ctx, r.Settle, func() (*intakev1.Submission, error) { return r.Intake.SubmitTicket(ctx, request) },
		codes.NotFound, codes.PermissionDenied)
}

// step waits for a ticket that triage could not open at once.
func (r *Run) step(ctx context.Context, ticket string, c Case, row int) error {
	request, err := r.Mapping.Step(r.Desk, ticket, c, row)
	if err != nil {
		return err
	}
	if row > 0 {
		_, err = r.Triage.ImportTicketStep(ctx, request)
		return err
	}
	_, err = client.Settle(ctx, r.Settle, func() (*triagev1.Ticket, error) { return r.Triage.ImportTicketStep(ctx, request) },
		codes.NotFound)
	return err
}

// fail notes a failure and lets the run go on, unless it was told to stop: what was not done then has not failed.
func (r *Run) fail(ctx context.Context, f Failure) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.count(func(result *Result) { result.Failures = append(result.Failures, f) })
	return nil
}

func (r *Run) count(change func(*Result)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.result)
}

func (r *Run) applied(rows int) {
	if r.Applied != nil {
		r.Applied(rows)
	}
}

// JournalName is the file name of the journal of a desk's replay of this source.
func (m *Mapping) JournalName(desk string) string {
	return m.Source + "-" + strings.TrimPrefix(desk, "desks/") + ".journal"
}
