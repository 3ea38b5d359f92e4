package domain

import (
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// Names of the texts of procedures.
const (
	TextUpdate = "update"
	TextReview = "review"
)

// majorProcedure is the one that the facts call `major` (R113).
const majorProcedure = "major"

// What is not done to a procedure.
type (
	// NotRunning refuses what is done to one that does not run.
	NotRunning struct{}
	// AlreadyRunning refuses a second one of the same kind.
	AlreadyRunning struct{}
	// NothingToReview refuses the review of one that has not ended.
	NothingToReview struct{}
)

func (NotRunning) Error() string      { return "the ticket is not in this procedure" }
func (AlreadyRunning) Error() string  { return "the ticket is in this procedure" }
func (NothingToReview) Error() string { return "no run of this procedure has ended without a review" }

// RunBy are the roles that the profile names for a step of a procedure.
func RunBy(step process.Step, p *profilev1.Procedure) []string {
	var lead []string
	if p.GetLedBy() != "" {
		lead = []string{p.GetLedBy()}
	}
	switch step {
	case process.DeclareProcedure:
		return p.GetDeclaredBy()
	case process.InformProcedure:
		return slices.Concat(p.GetDeclaredBy(), lead)
	case process.StandDownProcedure:
		return p.GetStoodDownBy()
	case process.ReviewProcedure:
		return slices.Concat(p.GetStoodDownBy(), lead)
	default: // not a step of a procedure
		return nil
	}
}

// declared is what the event of a declaration is called.
func declared(procedure string) string {
	if procedure == majorProcedure {
		return ticketevent.DeclaredMajor
	}
	return ticketevent.ProcedureDeclared
}

// running is the run of a procedure that has not ended; nil where there is none.
func running(t *triagev1.Ticket, procedure string) *triagev1.ProcedureRun {
	return lastRun(t, func(run *triagev1.ProcedureRun) bool {
		return run.GetProcedure() == procedure && run.GetEndTime() == nil
	})
}

func lastRun(t *triagev1.Ticket, such func(*triagev1.ProcedureRun) bool) *triagev1.ProcedureRun {
	for _, run := range slices.Backward(t.GetProcedures()) {
		if such(run) {
			return run
		}
	}
	return nil
}

// declare begins a procedure. Those involved are told, and so its updates begin now.
func declare(t *triagev1.Ticket, procedure, lead string, at time.Time) {
	t.Procedures = append(t.GetProcedures(), &triagev1.ProcedureRun{
		Procedure: procedure, Lead: lead, StartTime: timestamppb.New(at), UpdateTime: timestamppb.New(at),
	})
}

// DeclareProcedure begins a process of its own by hand (R113-R115).
func (t Ticket) DeclareProcedure(procedure, lead string, reason Text, at time.Time) (Outcome, error) {
	c, err := t.procedureStep(process.DeclareProcedure, reason, at)
	if err != nil {
		return Outcome{}, err
	}
	if running(t.Facts, procedure) != nil {
		return Outcome{}, AlreadyRunning{}
	}
	declare(c.facts(), procedure, lead, at)
	return c.done(declared(procedure), reason), nil
}

// InformProcedure tells those involved how it stands; the rhythm begins anew. An empty lead leaves whoever leads it.
func (t Ticket) InformProcedure(procedure, lead string, update Text, at time.Time) (Outcome, error) {
	c, err := t.procedureStep(process.InformProcedure, update, at)
	if err != nil {
		return Outcome{}, err
	}
	run := running(c.facts(), procedure)
	if run == nil {
		return Outcome{}, NotRunning{}
	}
	run.UpdateTime = timestamppb.New(at)
	if lead != "" {
		run.Lead = lead
	}
	return c.done(ticketevent.ProcedureUpdated, update), nil
}

// StandDownProcedure ends it.
func (t Ticket) StandDownProcedure(procedure string, reason Text, at time.Time) (Outcome, error) {
	c, err := t.procedureStep(process.StandDownProcedure, reason, at)
	if err != nil {
		return Outcome{}, err
	}
	run := running(c.facts(), procedure)
	if run == nil {
		return Outcome{}, NotRunning{}
	}
	run.EndTime = timestamppb.New(at)
	return c.done(ticketevent.StoodDown, reason), nil
}

// ReviewProcedure records what was learned from the last run that ended.
func (t Ticket) ReviewProcedure(procedure string, review Text, at time.Time) (Outcome, error) {
	c, err := t.procedureStep(process.ReviewProcedure, review, at)
	if err != nil {
		return Outcome{}, err
	}
	run := lastRun(c.facts(), func(run *triagev1.ProcedureRun) bool {
		return run.GetProcedure() == procedure && run.GetEndTime() != nil && run.GetReviewTime() == nil
	})
	if run == nil {
		return Outcome{}, NothingToReview{}
	}
	run.ReviewTime = timestamppb.New(at)
	return c.done(ticketevent.ProcedureReviewed, review), nil
}

func (t Ticket) procedureStep(step process.Step, text Text, at time.Time) (*change, error) {
	facts := t.facts()
	facts.Reason = !text.Blank()
	if _, rejection := process.Permit(step, facts); rejection != nil {
		return nil, rejection
	}
	return t.change(at), nil
}
