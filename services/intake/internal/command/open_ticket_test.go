package command_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/command"
)

func TestWhileTriageIsAwayAReportIsAcceptedAndOpenedWhenItIsBack(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.triage.set(true)
	got, err := f.commands.SubmitTicket(as(t.Context(), "mette"), report())
	if err != nil {
		t.Fatalf("a report while triage is away: %v", err)
	}
	if got.GetTicket() == "" || got.GetOutcome() != intakev1.Outcome_OUTCOME_UNSPECIFIED {
		t.Fatalf("the answer is %v, want a number and no outcome yet", got)
	}
	if n := f.count(t, "SELECT count(*) FROM river_job WHERE kind = 'open_ticket'"); n != 1 {
		t.Fatalf("%d jobs wait to open the ticket, want 1", n)
	}
	worker := &command.OpenTicketWorker{Commands: f.commands}
	job := backstop(got.GetName())
	if err := worker.Work(t.Context(), job); err == nil {
		t.Fatal("the job ends although triage is still away")
	}
	f.triage.set(false)
	for range 2 { // a job may run twice
		if err := worker.Work(t.Context(), job); err != nil {
			t.Fatalf("the job with triage back: %v", err)
		}
	}
	if opened := f.triage.opened[got.GetName()]; opened.GetTitle().GetText() != "Receptserveren svarer ikke" {
		t.Errorf("triage was told %v, want the words of the report", opened)
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE type = 'submission.opened'"); n != 1 {
		t.Errorf("the submission was settled %d times, want exactly once", n)
	}
}

func TestAReportThatTriageRefusesIsNeverGivenUpAndTheLogSaysWhichWithoutItsWords(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.triage.refusal = status.Error(codes.InvalidArgument, "reporter desks/nsp/persons/mette of Receptserveren svarer ikke")
	got, err := f.commands.SubmitTicket(as(t.Context(), "mette"), report())
	if err != nil || got.GetOutcome() != intakev1.Outcome_OUTCOME_UNSPECIFIED {
		t.Fatalf("the reporter is told %v (%v), want a number and no outcome yet", got, err)
	}
	job := backstop(got.GetName())
	for _, refusal := range []error{
		f.triage.refusal, status.Error(codes.Internal, "broken"), status.Error(codes.Unavailable, "away"), errors.New("unheard of"),
	} {
		f.triage.refusal = refusal
		err := (&command.OpenTicketWorker{Commands: f.commands}).Work(t.Context(), job)
		if _, waits := errors.AsType[*rivertype.JobSnoozeError](err); !waits {
			t.Errorf("triage answers %v and the job ends with %v: it uses up its attempts, and the report is lost", refusal, err)
		}
	}
	said := f.log.String()
	if strings.Count(said, got.GetName()) != 5 || !strings.Contains(said, "level=ERROR") ||
		!strings.Contains(said, "InvalidArgument") {
		t.Errorf("the log does not tell of the submission each of the five times:\n%s", said)
	}
	for _, personal := range []string{"mette", "Receptserveren"} {
		if strings.Contains(said, personal) {
			t.Errorf("the log holds %q", personal)
		}
	}
}

// backstop is the job that opens a submission's ticket.
func backstop(submission string) *river.Job[command.OpenTicketArgs] {
	return &river.Job[command.OpenTicketArgs]{Args: command.OpenTicketArgs{
		Desk: "nsp", Submission: uuid.MustParse(resourcename.ID(submission)),
	}}
}

func TestWhenTheBackstopIsFasterThanTheReportersOwnCallTheOutcomeIsWrittenOnce(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.triage.meanwhile = func(submission string) {
		worker := &command.OpenTicketWorker{Commands: f.commands}
		if err := worker.Work(t.Context(), backstop(submission)); err != nil {
			t.Errorf("the backstop: %v", err)
		}
	}
	submission, err := f.commands.SubmitTicket(as(t.Context(), "mette"), report())
	if err != nil {
		t.Fatal(err)
	}
	if submission.GetOutcome() != intakev1.Outcome_OUTCOME_OPENED {
		t.Errorf("the reporter is told %v", submission.GetOutcome())
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE type = 'submission.opened'"); n != 1 {
		t.Errorf("the outcome was written %d times", n)
	}
}
