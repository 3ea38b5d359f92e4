package domain

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
)

// Resolve says how the ticket was solved. It returns to its owner, and the solver's clock stops (R99, R100); who solved it, and
// where, is kept for a return (R102).
func (t Ticket) Resolve(solution Text, kind triagev1.SolutionKind, by string, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.Solution = !solution.Blank()
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
	f.SolutionKind = kind
	c.unproven()
	f.TextVersions.Solution = c.revision()
	f.ResolveTime = timestamppb.New(at)
	c.lead(rule, 0)
	c.give(f.GetOwnerParty(), "", f.GetOwner())
	return c.done("ticket.resolved", solution), nil
}
