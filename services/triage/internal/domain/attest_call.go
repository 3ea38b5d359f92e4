package domain

import (
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// MaxCalls is how many attested calls a ticket can have.
const MaxCalls = 32

// TooManyCalls refuses the next call.
type TooManyCalls struct{}

// Error makes it an error.
func (TooManyCalls) Error() string { return "the ticket has all the attested calls that it can have" }

// AttestCall writes down that a contact was phoned: when, by whom, and who says so (R7, R16, R17).
func (t Ticket) AttestCall(call *triagev1.AttestedCall, by string, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.AttestCall, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	if len(t.Facts.GetAttestedCalls()) >= MaxCalls {
		return Outcome{}, TooManyCalls{}
	}
	c := t.change(at)
	c.facts().AttestedCalls = append(c.facts().AttestedCalls, attested(call, t.Facts.GetReporter(), by, at))
	return c.done(ticketevent.Attested), nil
}

// attested is a call as somebody attests it; who phoned is the reporter, where nobody else is named.
func attested(call *triagev1.AttestedCall, reporter, by string, at time.Time) *triagev1.AttestedCall {
	kept := proto.CloneOf(call)
	kept.AttestedBy, kept.AttestTime = by, timestamppb.New(at)
	if kept.GetCaller() == "" {
		kept.Caller = reporter
	}
	return kept
}

// MissingCall is a contact that had to be phoned before the ticket was registered, and the rule that demands it.
type MissingCall struct {
	Contact, Rule string
}

// MissingCalls are the calls that are due before registration and of which nobody has told (R16). Each contact takes a call of
// its own, made before the report came in. The desk follows a profile.
func (t Ticket) MissingCalls(at time.Time) ([]MissingCall, error) {
	demanded, err := t.Desk.Process.Attestations(t.ProcessFacts(at))
	if err != nil {
		return nil, err
	}
	var missing []MissingCall
	for _, held := range demanded {
		if held.Setting.GetDue() != profilev1.CallTime_CALL_TIME_BEFORE_REGISTRATION {
			continue
		}
		for _, contact := range held.Setting.GetContacts() {
			if !slices.ContainsFunc(t.Facts.GetAttestedCalls(), func(call *triagev1.AttestedCall) bool {
				return call.GetContact() == contact && call.GetCallTime().AsTime().Before(t.Facts.GetSubmitTime().AsTime())
			}) {
				missing = append(missing, MissingCall{contact, held.Why.Rule})
			}
		}
	}
	return missing, nil
}

// attest keeps on the ticket who must still be phoned about it, for as long as somebody works on it or answers for it.
func (f *follower) attest(Ticket) error {
	facts := f.Ticket.Facts
	if facts.GetStatusClass() == process.ClassClosed {
		facts.CallsDue = nil
		return nil
	}
	demanded, err := f.process.Attestations(f.facts())
	if err != nil {
		return err
	}
	var due []string
	for _, held := range demanded {
		for _, contact := range held.Setting.GetContacts() {
			called := slices.ContainsFunc(facts.GetAttestedCalls(), func(call *triagev1.AttestedCall) bool {
				return call.GetContact() == contact
			})
			if !called && !slices.Contains(due, contact) {
				due = append(due, contact)
			}
		}
	}
	if !slices.Equal(facts.GetCallsDue(), due) {
		facts.CallsDue = due
		f.forget()
	}
	return nil
}
