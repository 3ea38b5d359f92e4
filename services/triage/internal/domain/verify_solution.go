package domain

import (
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// AcceptSolution records that reporter or affected user says the fault is gone (R105). Where a solution is verified by asking
// them, that is its verification (R151).
func (t Ticket) AcceptSolution(by string, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.AcceptSolution, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	method, err := t.verifiedBy(at)
	if err != nil {
		return Outcome{}, err
	}
	c := t.change(at)
	c.facts().SolutionAccepted = true
	if method != triagev1.VerificationMethod_VERIFICATION_METHOD_TEST && c.facts().GetVerification() == nil {
		c.verify(triagev1.VerificationMethod_VERIFICATION_METHOD_REPORTER, by)
	}
	return c.done(ticketevent.SolutionAccepted), nil
}

// RejectSolution records that reporter or affected user says the fault is still there (R107). The last technician has it again.
func (t Ticket) RejectSolution(reason Text, at time.Time) (Outcome, error) {
	return t.backToTechnician(process.RejectSolution, ticketevent.SolutionRejected, reason, at)
}

// ReturnToTechnician sends a solved but badly documented ticket back to the last technician (R102).
func (t Ticket) ReturnToTechnician(reason Text, at time.Time) (Outcome, error) {
	return t.backToTechnician(process.ReturnToTechnician, ticketevent.Returned, reason, at)
}

// backToTechnician finds who solved it; an imported ticket may not know, and stays with its holder's queue.
func (t Ticket) backToTechnician(step process.Step, eventType string, reason Text, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.Reason = !reason.Blank()
	rule, rejection := process.Permit(step, facts)
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	f := c.facts()
	if f.GetLastTechnicianParty() != "" {
		c.give(f.GetLastTechnicianParty(), f.GetLastTechnicianGroup(), f.GetLastTechnician())
	}
	c.unresolve()
	c.lead(rule, 0)
	return c.done(eventType, reason), nil
}

// unresolve takes back what resolving and closing said; the solution's text stays for those who continue.
func (c *change) unresolve() {
	f := c.facts()
	f.ResolveTime, f.CloseTime = nil, nil
	c.unproven()
}

// unproven takes back what was said about a solution: the next one is accepted, verified and checked anew (R101, R105, R151).
func (c *change) unproven() {
	f := c.facts()
	f.SolutionAccepted, f.Verification, f.QualityChecked = false, nil, false
}
