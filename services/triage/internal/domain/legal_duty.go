package domain

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/deadline"
	"github.com/bavn/bavn/process/ticketevent"
)

// CompleteLegalStage records that a stage of a law was done (GDPR art. 33, NIS2 art. 23).
func (t Ticket) CompleteLegalStage(clock, stage string, done time.Time, note Text, by string, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.CompleteLegalStage, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	duty := deadline.DutyOf(c.facts(), clock)
	switch {
	case duty == nil:
		return Outcome{}, BadStage{"clock", "profile.legal_clock"}
	case !t.Desk.Process.HasLegalStage(clock, stage) || isDone(duty, stage):
		return Outcome{}, BadStage{"stage", "profile.legal_stage"}
	case done.After(at):
		return Outcome{}, BadStage{"done_time", "not_future"}
	}
	duty.Done = append(duty.Done, &triagev1.LegalStageDone{Stage: stage, DoneTime: timestamppb.New(done), DoneBy: by})
	outcome := c.done(ticketevent.LegalStageDone, note)
	outcome.Events[0].Audience = insidersOnly(outcome.Events[0].Audience, outcome.Ticket)
	return outcome, nil
}

// BadStage refuses a stage of a law that is not open.
type BadStage struct{ Field, Rule string }

func (e BadStage) Error() string { return "the stage's " + e.Field + " breaks " + e.Rule }

func isDone(duty *triagev1.LegalDuty, stage string) bool {
	for _, done := range duty.GetDone() {
		if done.GetStage() == stage {
			return true
		}
	}
	return false
}

// oblige notes when it became known that a law concerns the ticket: what was said with the report, when it was reported.
func (f *follower) oblige(Ticket) error {
	clocks, err := f.process.LegalClocks(f.facts())
	if err != nil {
		return err
	}
	for _, clock := range clocks {
		if deadline.DutyOf(f.Ticket.Facts, clock.Setting.GetId()) != nil {
			continue
		}
		known := timestamppb.New(f.at)
		if f.Events[0].Type == ticketevent.Opened {
			known = f.Ticket.Facts.GetSubmitTime()
		}
		duty := &triagev1.LegalDuty{Clock: clock.Setting.GetId(), KnownTime: known}
		f.Ticket.Facts.LegalDuties = append(f.Ticket.Facts.LegalDuties, duty)
		f.forget()
	}
	return nil
}
