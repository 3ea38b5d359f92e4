package command

import (
	"context"

	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/access"
)

// permit asks the desk's process whether the caller may take the step now, and refuses with every rule that says no and what
// would satisfy it. It decides beside the life cycle's table, which the domain asks.
func permit(caller *access.Caller, made call, s scene) error {
	step := access.StepOf(made.action, made.internal)
	if s.Desk.Process == nil || step == "" || s.Facts.GetImporting() {
		return nil
	}
	return permitted(s, profile.Attempt{Step: step, Parts: caller.Parts(&s.Ticket), Roles: caller.Roles()}, made)
}

// permitAlso asks for every other step that a call takes what is asked for the call itself.
func (c *Tickets) permitAlso(ctx context.Context, caller *access.Caller, made call, s scene, audience []string) error {
	if made.also == nil {
		return nil
	}
	others, err := made.also(s)
	if err != nil {
		return refusal(err)
	}
	for _, other := range others {
		if err := c.Access.Ticket(ctx, caller, other.action, &s.Ticket, audience, false); err != nil {
			return err
		}
		if err := permit(caller, other, s); err != nil {
			return err
		}
	}
	return nil
}

func permitted(s scene, attempt profile.Attempt, made call) error {
	attempt.Ticket = s.ProcessFacts(s.at)
	if made.told != nil {
		made.told(attempt.Ticket)
	}
	_, refusals, err := s.Desk.Process.Permit(attempt)
	if err != nil {
		return err
	}
	if len(refusals) > 0 {
		return refused(attempt.Step, refusals)
	}
	missing, err := s.Desk.Process.Missing(attempt.Step, attempt.Ticket)
	if err != nil || len(missing) == 0 {
		return err
	}
	f := fault.New(codes.FailedPrecondition, FactsMissing)
	for _, demand := range missing {
		f = f.Violation("PROFILE", demand.Why.Rule, "say "+demand.Fact+" first")
	}
	return f
}

// refused says which rules of which version said no. The first gives the reason.
func refused(step process.Step, refusals []profile.Refusal) error {
	f := fault.New(codes.FailedPrecondition, refusals[0].Reason).Meta("step", string(step)).
		Meta("profile_version", refusals[0].Why.Version)
	for _, r := range refusals {
		satisfy := profile.In("en", r.Satisfy)
		if satisfy == "" {
			satisfy = "somebody else, or another status, is needed for " + string(step)
		}
		f = f.Violation("PROFILE", r.Why.Rule, satisfy)
	}
	return f
}
