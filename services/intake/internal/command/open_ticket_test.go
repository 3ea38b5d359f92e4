package command_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
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

// refusing is an answer of triage with its reason.
func refusing(t *testing.T, code codes.Code, reason string) error {
	t.Helper()
	st, err := status.New(code, reason).WithDetails(&errdetails.ErrorInfo{Reason: reason, Domain: fault.Domain})
	if err != nil {
		t.Fatal(err)
	}
	return st.Err()
}

// R44: what the desk's process refuses is told at once, with its reason, and nobody tries again.
func TestR44WhatTheProcessRefusesIsToldAtOnceAndKept(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.triage.refusal = refusing(t, codes.FailedPrecondition, "GATE_NOT_MET")
	r := report()
	_, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r)
	if !fault.Is(err, "GATE_NOT_MET") {
		t.Fatalf("the reporter is told %v", err)
	}
	again, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r)
	if err != nil || again.GetOutcome() != intakev1.Outcome_OUTCOME_REFUSED || again.GetRefusalReason() != "GATE_NOT_MET" {
		t.Errorf("the same call is answered with %v (%v)", again, err)
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE type = 'submission.refused'"); n != 1 {
		t.Errorf("it was refused %d times", n)
	}
	if n := f.count(t, "SELECT count(*) FROM river_job WHERE kind = 'open_ticket'"); n != 0 {
		t.Errorf("%d jobs try again", n)
	}
}

// What was said at submission is said to triage by the backstop as well, and kept no longer than that.
func TestTheBackstopSaysWhatTheReporterSaid(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.triage.set(true)
	r := report()
	r.Assessment, r.Impact = &triagev1.Assessment{Category: "fmk", Urgent: true}, triagev1.Impact_IMPACT_HIGH
	r.AttestedCalls = []*triagev1.AttestedCall{{Contact: "national_desk", CallTime: timestamppb.New(f.clock.Now())}}
	submitted, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r)
	if err != nil {
		t.Fatal(err)
	}
	f.triage.set(false)
	worker := &command.OpenTicketWorker{Commands: f.commands}
	if err := worker.Work(t.Context(), backstop(submitted.GetName())); err != nil {
		t.Fatal(err)
	}
	opened := f.triage.opened[submitted.GetName()]
	if !proto.Equal(opened.GetAssessment(), r.GetAssessment()) || opened.GetImpact() != r.GetImpact() ||
		len(opened.GetAttestedCalls()) != 1 {
		t.Errorf("triage was told %v", opened)
	}
	if n := f.count(t, "SELECT count(*) FROM submissions WHERE assessed <> ''"); n != 0 {
		t.Error("intake keeps the assessment of a settled submission")
	}
}

func TestTheBackstopEndsWithWhatTheProcessRefuses(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.triage.set(true)
	submitted, err := f.commands.SubmitTicket(as(t.Context(), "mette"), report())
	if err != nil {
		t.Fatal(err)
	}
	f.triage.set(false)
	worker := &command.OpenTicketWorker{Commands: f.commands}
	f.triage.refusal = refusing(t, codes.FailedPrecondition, "PROFILE_NOT_INSTALLED")
	if err := worker.Work(t.Context(), backstop(submitted.GetName())); err == nil {
		t.Error("a profile that is missing for now ends the backstop")
	}
	f.triage.refusal = refusing(t, codes.InvalidArgument, "INVALID_ARGUMENT")
	if err := worker.Work(t.Context(), backstop(submitted.GetName())); err != nil {
		t.Errorf("the backstop goes on after a refusal: %v", err)
	}
	if n := f.count(t, "SELECT count(*) FROM submissions WHERE outcome = 2 AND refusal_reason = 'INVALID_ARGUMENT'"); n != 1 {
		t.Error("the refusal is not kept")
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
