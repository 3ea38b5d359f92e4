package domain

import (
	"time"

	"google.golang.org/protobuf/proto"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

const splitFrom = triagev1.LinkKind_LINK_KIND_SPLIT_FROM

// MaySplit refuses the split of a ticket that nothing can be split off, before its part is opened anywhere.
func (t Ticket) MaySplit() error {
	if _, rejection := process.Permit(process.Split, t.facts()); rejection != nil {
		return rejection
	}
	if len(t.Facts.GetLinks()) >= MaxLinks {
		return BadLink{TooManyLinks}
	}
	return nil
}

// SplitOff makes a ticket that was just opened a part that was split off this one. What this one is judged to be holds for the
// part until somebody judges again, and whoever may not see this one does not see the part (R149).
func (t Ticket) SplitOff(part Ticket, at time.Time) (this, split Outcome, err error) {
	if err := t.MaySplit(); err != nil {
		return Outcome{}, Outcome{}, err
	}
	if this, err = t.linkedFrom(ticketevent.Split, part, splitFrom, at); err != nil {
		return Outcome{}, Outcome{}, err
	}
	c := part.change(at)
	f := c.facts()
	f.Links = append(f.Links, towards(t, splitFrom))
	f.Assessment, f.Impact = proto.CloneOf(t.Facts.GetAssessment()), t.Facts.GetImpact()
	f.Restricted, f.NeedToKnow = t.Facts.GetRestricted(), append([]string(nil), t.Facts.GetNeedToKnow()...)
	return this, c.done(ticketevent.Linked), nil
}

// SplitPart reports whether the ticket was split off another already.
func (t Ticket) SplitPart(of Ticket) bool { return t.Has(towards(of, splitFrom)) }

// MergeInto says that the ticket is the same as another, and ends it; the other lives on. Of two opposite merges the second
// finds the first's work: a ticket that has been merged is no place to merge into.
func (t Ticket) MergeInto(into Ticket, upwards []string, reason Text, at time.Time) (this, other Outcome, err error) {
	if into.mergedInto() != "" || t.mergedInto() != "" {
		return Outcome{}, Outcome{}, BadLink{AlreadyMerged}
	}
	facts := t.facts()
	facts.Reason = !reason.Blank()
	rule, rejection := process.Permit(process.Merge, facts)
	if rejection != nil {
		return Outcome{}, Outcome{}, rejection
	}
	switch {
	case t.Facts.GetLinkedInquiries() > 0:
		return Outcome{}, Outcome{}, BadLink{HasInquiries}
	case t.outranks(into): // R108: what a priority demands is not got rid of by merging
		return Outcome{}, Outcome{}, BadLink{DuplicateOutranks}
	}
	if err := t.linkable(into, duplicateOf, upwards); err != nil {
		return Outcome{}, Outcome{}, err
	}
	if other, err = into.linkedFrom(ticketevent.Linked, t, duplicateOf, at); err != nil {
		return Outcome{}, Outcome{}, err
	}
	c := t.change(at)
	f := c.facts()
	f.Links = append(f.Links, towards(into, duplicateOf))
	c.end(rule)
	return c.done(ticketevent.Merged, reason), other, nil
}

// mergedInto is the ticket that this one was merged into; empty where it was not.
func (t Ticket) mergedInto() string {
	for _, link := range t.Facts.GetLinks() {
		if link.GetKind() == duplicateOf && !link.GetIncoming() && t.Facts.GetStatus() == process.Cancelled {
			return link.GetTicket()
		}
	}
	return ""
}

// outranks reports whether the ticket's priority stands above another's.
func (t Ticket) outranks(other Ticket) bool {
	if t.Desk.Process == nil {
		return false
	}
	mine, ok := t.Desk.Process.Rank(t.Facts.GetPriority())
	theirs, known := t.Desk.Process.Rank(other.Facts.GetPriority())
	return ok && (!known || mine < theirs)
}
