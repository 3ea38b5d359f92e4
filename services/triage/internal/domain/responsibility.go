package domain

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// OfferResponsibility offers the ownership to another party (R60, R63). The work stays where it is.
func (t Ticket) OfferResponsibility(party string, reason Text, by string, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.SameOwner = party == t.Facts.GetOwnerParty()
	facts.Reason = !reason.Blank()
	if _, rejection := process.Permit(process.OfferResponsibility, facts); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.facts().Transfer = &triagev1.TransferOffer{Party: party, OfferedBy: by, OfferTime: timestamppb.New(at)}
	return c.done(ticketevent.TransferOffered, reason), nil
}

// AcceptResponsibility makes the receiver the owner. A solved ticket lies with its owner (R100), so it moves along.
func (t Ticket) AcceptResponsibility(owner string, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.AcceptResponsibility, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	f := c.facts()
	f.OwnerParty, f.Owner, f.Transfer = t.Facts.GetTransfer().GetParty(), owner, nil
	if f.GetStatusClass() == process.ClassReadyToClose {
		c.give(f.GetOwnerParty(), "", owner)
	}
	return c.done(ticketevent.ResponsibilityTransferred), nil
}

// DeclineResponsibility leaves the ownership where it was.
func (t Ticket) DeclineResponsibility(reason Text, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.Reason = !reason.Blank()
	if _, rejection := process.Permit(process.DeclineResponsibility, facts); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.facts().Transfer = nil
	return c.done(ticketevent.TransferDeclined, reason), nil
}
