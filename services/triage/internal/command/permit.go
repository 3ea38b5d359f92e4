package command

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/access"
)

// permit asks the desk's process whether the caller may take the step now, and refuses with every rule that says no and what
// would satisfy it. It decides beside the life cycle's table, which the domain asks.
// It returns the gates that the caller passes with a reason.
func permit(caller *access.Caller, made call, s scene) (overridden []string, err error) {
	step := access.StepOf(made.action, made.internal)
	if step == process.Close && s.Desk.Process == nil && !slices.Contains(caller.Parts(&s.Ticket), process.OwnerAgent) {
		return nil, fault.New(codes.PermissionDenied, fault.PermissionDenied) // R110: only where a profile says so
	}
	if s.Desk.Process == nil || step == "" || s.Facts.GetImporting() {
		return nil, nil
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
		if _, err := permit(caller, other, s); err != nil {
			return err
		}
	}
	return nil
}

func permitted(s scene, attempt profile.Attempt, made call) (overridden []string, err error) {
	attempt.Ticket = s.ProcessFacts(s.at)
	if made.told != nil {
		made.told(attempt.Ticket)
	}
	if attempt.Step == process.Close && slices.Contains(attempt.Parts, process.Reporter) {
		attempt.Ticket.SolutionAccepted = true // R110: who closes their own agrees
	}
	_, refusals, err := s.Desk.Process.Permit(attempt)
	if err != nil {
		return nil, err
	}
	if !made.override.Blank() {
		refusals, overridden = overriding(refusals, attempt.Roles)
	}
	if len(refusals) > 0 {
		return nil, refused(attempt.Step, refusals)
	}
	missing, err := s.Desk.Process.Missing(attempt.Step, attempt.Ticket)
	if err != nil || len(missing) == 0 {
		return overridden, err
	}
	f := fault.New(codes.FailedPrecondition, FactsMissing)
	for _, demand := range missing {
		f = f.Violation("PROFILE", demand.Why.Rule, "say "+demand.Fact+" first")
	}
	return nil, f
}

// overriding takes out the refusals that somebody with these roles may pass.
func overriding(refusals []profile.Refusal, roles []string) (stand []profile.Refusal, passed []string) {
	for _, r := range refusals {
		if slices.ContainsFunc(r.Overrides, func(role string) bool { return slices.Contains(roles, role) }) {
			passed = append(passed, r.Rule)
		} else {
			stand = append(stand, r)
		}
	}
	return stand, passed
}

// satisfied says what would satisfy a rule, where the rule does not say it itself.
var satisfied = map[string]string{
	profile.FixUnplanned:    "say when and how it will be fixed first (R82)",
	profile.ReportersUntold: "tell the reporters of the coming release first (R83)",
}

// refused says which rules of which version said no. The first gives the reason.
func refused(step process.Step, refusals []profile.Refusal) error {
	f := fault.New(codes.FailedPrecondition, refusals[0].Reason).Meta("step", string(step)).
		Meta("profile_version", refusals[0].Why.Version)
	for _, r := range refusals {
		satisfy := cmp.Or(profile.In("en", r.Satisfy), satisfied[r.Reason])
		if satisfy == "" {
			satisfy = "somebody else, or another status, is needed for " + string(step)
		}
		if len(r.Overrides) > 0 {
			satisfy += "; or an override_reason of one who is " + strings.Join(r.Overrides, " or ")
			f = f.Meta("override_roles", strings.Join(r.Overrides, ","))
		}
		f = f.Violation("PROFILE", r.Why.Rule, satisfy)
	}
	return f
}
