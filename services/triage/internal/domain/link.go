package domain

import (
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// What a ticket carries of what it belongs together with.
const (
	MaxLinks       = 64
	MaxItems       = 32
	MaxExternalIDs = 8
)

// BadLink refuses a link: why, as a reason of the contract.
type BadLink struct{ Reason string }

func (b BadLink) Error() string { return b.Reason }

// The reasons of BadLink.
const (
	LinkCycle           = "LINK_CYCLE"
	InquiryAboutInquiry = "INQUIRY_ABOUT_INQUIRY"
	TooManyLinks        = "TOO_MANY_LINKS"
	RestrictedLink      = "RESTRICTED_LINK"
	NotLinked           = "NOT_LINKED"
	AlreadyMerged       = "ALREADY_MERGED"
	HasInquiries        = "HAS_INQUIRIES"
	DuplicateOutranks   = "DUPLICATE_OUTRANKS"
	TooManyExternalIDs  = "TOO_MANY_EXTERNAL_IDS"
	TooManyItems        = "TOO_MANY_CONFIGURATION_ITEMS"
)

const (
	inquiryAbout = triagev1.LinkKind_LINK_KIND_INQUIRY_ABOUT
	duplicateOf  = triagev1.LinkKind_LINK_KIND_DUPLICATE_OF
)

// Ordered reports whether links of a kind lead one way: such a chain must not come back to where it began.
func Ordered(kind triagev1.LinkKind) bool {
	return slices.Contains([]triagev1.LinkKind{
		inquiryAbout, duplicateOf, triagev1.LinkKind_LINK_KIND_CHILD_OF, triagev1.LinkKind_LINK_KIND_SPLIT_FROM,
		triagev1.LinkKind_LINK_KIND_PROBLEM, triagev1.LinkKind_LINK_KIND_CHANGE,
	}, kind)
}

// Has reports whether a ticket has a link.
func (t Ticket) Has(link *triagev1.Link) bool {
	return slices.ContainsFunc(t.Facts.GetLinks(), same(link))
}

func same(link *triagev1.Link) func(*triagev1.Link) bool {
	return func(other *triagev1.Link) bool { return proto.Equal(link, other) }
}

// Link links the ticket to something in another tool (R97, R125).
func (t Ticket) Link(link *triagev1.Link, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.Link, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	return t.linked(process.Link, ticketevent.Linked, link, at)
}

// LinkTo links the ticket to another of the desk; both show it. upwards are the tickets that the other's chain of this kind leads
// to.
func (t Ticket) LinkTo(other Ticket, kind triagev1.LinkKind, upwards []string, at time.Time) (one, both Outcome, err error) {
	if _, rejection := process.Permit(process.Link, t.facts()); rejection != nil {
		return Outcome{}, Outcome{}, rejection
	}
	if err := t.linkable(other, kind, upwards); err != nil {
		return Outcome{}, Outcome{}, err
	}
	if one, err = t.linked(process.Link, ticketevent.Linked, towards(other, kind), at); err != nil {
		return Outcome{}, Outcome{}, err
	}
	if id := t.Desk.inquiryKind(); kind == inquiryAbout && id != "" { // R19: it is a further inquiry from now on
		f := one.Ticket.Facts
		if f.Assessment == nil {
			f.Assessment = new(triagev1.Assessment)
		}
		f.Assessment.Kind = id
	}
	both, err = other.linkedFrom(ticketevent.Linked, t, kind, at)
	return one, both, err
}

func towards(other Ticket, kind triagev1.LinkKind) *triagev1.Link {
	return &triagev1.Link{Kind: kind, Ticket: other.Facts.GetName()}
}

// linkable refuses links that would say nonsense, or show somebody what they may not see.
func (t Ticket) linkable(other Ticket, kind triagev1.LinkKind, upwards []string) error {
	name := t.Facts.GetName()
	switch {
	case other.Facts.GetName() == name, Ordered(kind) && slices.Contains(upwards, name):
		return BadLink{LinkCycle}
	case t.Facts.GetRestricted() != other.Facts.GetRestricted():
		return BadLink{RestrictedLink} // R149: who sees the open one would learn of the other
	case kind == inquiryAbout && (other.about() || t.Facts.GetLinkedInquiries() > 0):
		return BadLink{InquiryAboutInquiry}
	}
	return nil
}

// about reports whether the ticket is an inquiry about another.
func (t Ticket) about() bool {
	return slices.ContainsFunc(t.Facts.GetLinks(), func(l *triagev1.Link) bool { return l.GetKind() == inquiryAbout })
}

// inquiryKind is what the desk's process calls a linked inquiry; empty where it has none.
func (d Desk) inquiryKind() string {
	for _, kind := range d.Process.Settings().GetKinds() {
		if natureOf(d.Process.Settings(), kind.GetId()) == "linked_inquiry" {
			return kind.GetId()
		}
	}
	return ""
}

func (t Ticket) linked(step process.Step, event string, link *triagev1.Link, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(step, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	if len(t.Facts.GetLinks()) >= MaxLinks {
		return Outcome{}, BadLink{TooManyLinks}
	}
	c := t.change(at)
	c.facts().Links = append(c.facts().Links, link)
	return c.done(event), nil
}

// linkedFrom is the other side of a link. Inquiries and duplicates are counted, not listed: there may be thousands.
func (t Ticket) linkedFrom(event string, from Ticket, kind triagev1.LinkKind, at time.Time) (Outcome, error) {
	c := t.change(at)
	f := c.facts()
	switch {
	case kind == inquiryAbout:
		f.LinkedInquiries++
	case kind == duplicateOf:
	case len(f.GetLinks()) >= MaxLinks:
		return Outcome{}, BadLink{TooManyLinks}
	default:
		f.Links = append(f.Links, &triagev1.Link{Kind: kind, Ticket: from.Facts.GetName(), Incoming: true})
	}
	return c.done(event), nil
}

// Unlink takes a link back.
func (t Ticket) Unlink(link *triagev1.Link, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.Unlink, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	if !t.Has(link) {
		return Outcome{}, BadLink{NotLinked}
	}
	return t.without(link, at), nil
}

// UnlinkedFrom is the other side of a link that was taken back.
func (t Ticket) UnlinkedFrom(from Ticket, kind triagev1.LinkKind, at time.Time) Outcome {
	outcome := t.without(&triagev1.Link{Kind: kind, Ticket: from.Facts.GetName(), Incoming: true}, at)
	if f := outcome.Ticket.Facts; kind == inquiryAbout && f.GetLinkedInquiries() > 0 {
		f.LinkedInquiries--
	}
	return outcome
}

func (t Ticket) without(link *triagev1.Link, at time.Time) Outcome {
	c := t.change(at)
	c.facts().Links = slices.DeleteFunc(c.facts().Links, same(link))
	return c.done(ticketevent.Unlinked)
}

// LinkItem says that the ticket is about a configuration item (R126).
func (t Ticket) LinkItem(item string, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.LinkItem, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	if len(t.Facts.GetConfigurationItems()) >= MaxItems {
		return Outcome{}, BadLink{TooManyItems}
	}
	c := t.change(at)
	c.facts().ConfigurationItems = append(c.facts().ConfigurationItems, item)
	return c.done(ticketevent.ConfigurationItemLinked), nil
}

// UnlinkItem says that it is not.
func (t Ticket) UnlinkItem(item string, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.UnlinkItem, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	if !slices.Contains(t.Facts.GetConfigurationItems(), item) {
		return Outcome{}, BadLink{NotLinked}
	}
	c := t.change(at)
	c.facts().ConfigurationItems = slices.DeleteFunc(c.facts().ConfigurationItems, func(i string) bool { return i == item })
	return c.done(ticketevent.ConfigurationItemUnlinked), nil
}
