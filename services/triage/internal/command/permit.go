package command

import (
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// permit refuses a step that the desk's process does not let the caller take now, with every rule that says no and what would
// satisfy it. It returns the gates that the caller passes with a reason.
func permit(caller *access.Caller, made call, s scene) (overridden []string, err error) {
	return permitted(s.Ticket, domain.Attempt{
		Step: access.StepOf(made.action, made.internal), Parts: caller.Parts(&s.Ticket), Roles: caller.Roles(), Told: made.told,
	}, made.override, s.at)
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

func permitted(
	t domain.Ticket, attempt domain.Attempt, override domain.Text, at time.Time,
) (overridden []string, err error) {
	verdict, err := t.Judge(attempt, at)
	if err != nil {
		return nil, err
	}
	if verdict.NotGiven {
		return nil, fault.New(codes.PermissionDenied, fault.PermissionDenied)
	}
	refusals := verdict.Refusals
	if !override.Blank() {
		refusals, overridden = overriding(refusals, attempt.Roles)
	}
	if len(refusals) > 0 {
		return nil, refused(attempt.Step, refusals)
	}
	if len(verdict.Missing) == 0 {
		return overridden, nil
	}
	f := fault.New(codes.FailedPrecondition, FactsMissing)
	for _, demand := range verdict.Missing {
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
var satisfied = map[string]*profilev1.Text{
	profile.FixUnplanned: {
		En: "say when and how it will be fixed first (R82)", Da: "sig først, hvornår og hvordan det rettes (R82)",
		Sv: "säg först när och hur det åtgärdas (R82)",
	},
	profile.ReportersUntold: {
		En: "tell the reporters of the coming release first (R83)", Da: "fortæl først indmelderne om den kommende release (R83)",
		Sv: "berätta först för anmälarna om den kommande driftsättningen (R83)",
	},
}

// Satisfy says what would satisfy a refusal: in the rule's words, else in ours.
func Satisfy(step process.Step, r profile.Refusal) *profilev1.Text {
	if profile.In("en", r.Satisfy) != "" {
		return r.Satisfy
	}
	if said, found := satisfied[r.Reason]; found {
		return said
	}
	return &profilev1.Text{
		En: "somebody else, or another status, is needed for " + string(step),
		Da: "der skal en anden, eller en anden status, til " + string(step),
		Sv: "det krävs någon annan, eller en annan status, för " + string(step),
	}
}

// refused says which rules of which version said no. The first gives the reason.
func refused(step process.Step, refusals []profile.Refusal) error {
	f := fault.New(codes.FailedPrecondition, refusals[0].Reason).Meta("step", string(step)).
		Meta("profile_version", refusals[0].Why.Version)
	for _, r := range refusals {
		satisfy := profile.In("en", Satisfy(step, r))
		if len(r.Overrides) > 0 {
			satisfy += "; or an override_reason of one who is " + strings.Join(r.Overrides, " or ")
			f = f.Meta("override_roles", strings.Join(r.Overrides, ","))
		}
		f = f.Violation("PROFILE", r.Why.Rule, satisfy)
	}
	return f
}
