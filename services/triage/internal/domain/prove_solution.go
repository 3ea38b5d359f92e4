package domain

import (
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/ticketevent"
)

// VerifiedOtherwise refuses a verification by another way, or by another party, than the desk's process asks for (R151).
type VerifiedOtherwise struct {
	// Method is the way it asks for: "test", "reporter".
	Method string
	// Rule is the setting: "verifications[by_test]".
	Rule string
}

func (v VerifiedOtherwise) Error() string { return "the solution is verified by " + v.Method }

// verifiedBy is how the desk's process has the present solution verified; unspecified where it does not say.
func (t Ticket) verifiedBy(at time.Time) (triagev1.VerificationMethod, error) {
	if t.Desk.Process == nil {
		return triagev1.VerificationMethod_VERIFICATION_METHOD_UNSPECIFIED, nil
	}
	held, _, err := t.Desk.Process.Verification(t.ProcessFacts(at))
	return triagev1.VerificationMethod(held.Setting.GetMethod()), err
}

// Verify records that a solution was verified: by a test of the party that found it itself, by the reporter's word where somebody
// reported it, which the owner's agent writes down (R151). finder is true where the caller is of the party that found it.
func (t Ticket) Verify(method triagev1.VerificationMethod, by string, finder bool, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.Verify, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	if t.Desk.Process != nil {
		held, found, err := t.Desk.Process.Verification(t.ProcessFacts(at))
		if err != nil {
			return Outcome{}, err
		}
		asked := held.Setting.GetMethod()
		tested := asked == profilev1.VerificationMethod_VERIFICATION_METHOD_TEST
		if found && (triagev1.VerificationMethod(asked) != method || tested && !finder) {
			return Outcome{}, VerifiedOtherwise{
				Method: strings.ToLower(strings.TrimPrefix(asked.String(), "VERIFICATION_METHOD_")), Rule: held.Why.Rule,
			}
		}
	}
	c := t.change(at)
	c.verify(method, by)
	return c.done(ticketevent.Verified), nil
}

func (c *change) verify(method triagev1.VerificationMethod, by string) {
	c.facts().Verification = &triagev1.Verification{Method: method, VerifiedBy: by, VerifyTime: timestamppb.New(c.at)}
}

// PassQualityCheck records that the solution's description is good enough to close (R101).
func (t Ticket) PassQualityCheck(at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.PassQualityCheck, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.facts().QualityChecked = true
	return c.done(ticketevent.QualityChecked), nil
}

// RecordReport keeps how far the incident report is, in any status: it is written by others, in their own time (R108).
func (t Ticket) RecordReport(written, approved bool, at time.Time) Outcome {
	c := t.change(at)
	c.facts().ReportWritten, c.facts().ReportApproved = written, approved
	return c.done(ticketevent.ReportRecorded)
}

// DecidesReport is the subject of the decision that a report which is made outside Bavn is as far as a person says.
const DecidesReport = "report"

// RecordOutsideReport keeps the same of a report that is made outside Bavn: by whose rule it is approved there, and where it is.
func (t Ticket) RecordOutsideReport(
	duty profile.Held[*profilev1.ReportDuty], written, approved bool, where Text, at time.Time,
) Outcome {
	outcome := t.RecordReport(written, approved, at)
	outcome.Events[0].Texts = append(outcome.Events[0].Texts, where)
	f := &follower{Outcome: outcome, at: at}
	f.Ticket.Decisions = slices.Clone(t.Decisions)
	why, answer := duty.Why, "withdrawn"
	why.Rule += ".approved_by"
	switch {
	case approved:
		answer = "approved_outside"
	case written:
		answer = "written_outside"
	}
	f.decide(DecidesReport, answer, why)
	return f.Outcome
}
