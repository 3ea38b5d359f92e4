package domain

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// Solution is how a ticket was solved, and why it happened where that is known (R76).
type Solution struct {
	Text, RootCause Text
	Kind            triagev1.SolutionKind
}

// Tells adds to the facts what the gates of solving look at: they ask before the ticket has its solution.
func (s Solution) Tells(facts *profilev1.TicketFacts) {
	facts.HasSolution, facts.HasRootCause, facts.SolutionKind = true, !s.RootCause.Blank(), solutionKindID(s.Kind)
}

// Resolve says how the ticket was solved. It returns to its owner, and the solver's clock stops (R99, R100); who solved it, and
// where, is kept for a return (R102).
func (t Ticket) Resolve(solution Solution, by string, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.Solution = !solution.Text.Blank()
	rule, rejection := process.Permit(process.Resolve, facts)
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	f := c.facts()
	f.LastTechnician = by
	if f.GetAssignee() != "" {
		f.LastTechnician = f.GetAssignee()
	}
	f.LastTechnicianParty, f.LastTechnicianGroup = f.GetHolderParty(), f.GetHolderGroup()
	f.SolutionKind = solution.Kind
	c.unproven()
	f.TextVersions.Solution, f.TextVersions.RootCause = c.revision(), 0
	if !solution.RootCause.Blank() {
		f.TextVersions.RootCause = c.revision()
	}
	f.ResolveTime = timestamppb.New(at)
	c.lead(rule, 0)
	c.give(f.GetOwnerParty(), "", f.GetOwner())
	return c.done(ticketevent.Resolved, solution.Text, solution.RootCause), nil
}
