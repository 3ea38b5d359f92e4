// Package domain holds the rules of the ticket as pure functions: a ticket, who acts, and the time go in; the ticket after it
// and what happened come out, or a *process.Rejection. No clock, no database, no transport.
package domain

import (
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/ticketevent"
)

// Ticket is the aggregate. A decision never changes it: it returns another.
type Ticket struct {
	// Facts are the contract's ticket without its texts and etag, exactly as every event carries it.
	Facts *triagev1.Ticket
	// Desk is what the rules need to know of the desk.
	Desk Desk
	// Clocks count how long each party had it in each status (R129).
	Clocks process.PartyClocks
	// TargetClock is when the clock of its targets was started and stopped, in turn: it runs while the ticket is open, whoever
	// has it, and stands while it waits or is solved.
	TargetClock []time.Time
	// Decisions are what the desk's process decided last, one for each subject.
	Decisions []*triagev1.Decision
	// Notes is how many notes and work-log entries it has.
	Notes int32
	// Imported is true for ever once history was brought over: such a ticket may be solved without a solution's text.
	Imported bool
	// Revision is that of its last event.
	Revision int64
}

// Desk is what the rules need to know of a ticket's desk. Names are full resource names.
type Desk struct {
	Name string
	// AuthorityParty owns the process and sees every unrestricted ticket (R132).
	AuthorityParty string
	// ContactParty receives new tickets and follows them up (R15).
	ContactParty string
	// Process is the profile that the desk follows; nil for the common life cycle alone.
	Process *profile.Profile
}

// Key makes a full resource name relative to its desk: "parties/netic". It is how audiences name people and parties.
func (d Desk) Key(name string) string { return strings.TrimPrefix(name, d.Name+"/") }

// Text is free text that goes with an event and can be erased.
type Text struct {
	Name, LanguageCode, Text string
}

// Blank reports whether the text says nothing.
func (t Text) Blank() bool { return strings.TrimSpace(t.Text) == "" }

// The names of a ticket's texts.
const (
	TextTitle       = "title"
	TextDescription = "description"
	TextNote        = "note"
	TextSolution    = "solution"
	TextRootCause   = "root_cause"
	TextReason      = "reason"
	TextSymptoms    = "symptoms" // of a known solution
	// TextOverride is why a gate was passed, where the step has a reason of its own.
	TextOverride = "override_reason"
	// TextPlan is how a fix is made (R82), TextMessage what its reporters are told of it (R83).
	TextPlan    = "plan"
	TextMessage = "message"
)

// Event is what happened, before it has its place in the ticket's chain.
type Event struct {
	// Type is as the contract publishes it: "ticket.handed_over".
	Type    string
	Payload *triagev1.TicketEvent
	Texts   []Text
	// Audience is who may see it, relative to the desk.
	Audience []string
	// At is when it happened.
	At time.Time
	// OfMain says that it was carried over from the ticket that this one is about: nobody but its own users needs to hear it again.
	OfMain bool
}

// Outcome is a decision: the ticket after it, and what happened, in order.
type Outcome struct {
	Ticket Ticket
	Events []Event
	// Sending is how a new ticket goes on at once; nil where it stays.
	Sending *Sending
}

// facts is what the life cycle's needs look at, as far as the ticket knows it.
func (t Ticket) facts() process.Facts {
	return process.Facts{
		Status:           t.Facts.GetStatus(),
		Taken:            t.Facts.GetAssignee() != "",
		HandOverOffered:  t.Facts.GetHandOver() != nil,
		TransferOffered:  t.Facts.GetTransfer() != nil,
		SolutionAccepted: t.Facts.GetSolutionAccepted(),
		Verified:         t.Facts.GetVerification() != nil,
		QualityChecked:   t.Facts.GetQualityChecked(),
		FixPlanned:       t.Facts.GetFixPlan().GetReleaseTime() != nil,
		Released:         t.Facts.GetFixPlan().GetReleasedTime() != nil,
		Ordered:          t.Facts.GetOrder() != nil,
		HandedOut:        t.Facts.GetOrder().GetHandOutTime() != nil,
	}
}

// Obstacle is why the life cycle does not let a step be taken now, whatever its request says; nil where it does.
func (t Ticket) Obstacle(step process.Step) *process.Rejection {
	facts := t.facts()
	facts.Reason, facts.Solution = true, true
	for _, asked := range process.Holds().Members() {
		if asked != facts.Status {
			facts.Asked = asked
		}
	}
	_, rejection := process.Permit(step, facts)
	return rejection
}

// change is a ticket in the middle of one step.
type change struct {
	before Ticket
	after  Ticket
	at     time.Time
	event  *triagev1.TicketEvent
	// imported keeps what live steps derive (the owner, the sub-status) from being derived.
	imported bool
}

func (t Ticket) change(at time.Time) *change {
	after := t
	after.Facts = proto.CloneOf(t.Facts)
	return &change{before: t, after: after, at: at, event: &triagev1.TicketEvent{
		PreviousStatus:      t.Facts.GetStatus(),
		PreviousSubStatus:   t.Facts.GetSubStatus(),
		PreviousHolderParty: t.Facts.GetHolderParty(),
		PreviousHolderGroup: t.Facts.GetHolderGroup(),
		PreviousPriority:    t.Facts.GetPriority(),
	}}
}

// facts are the facts in the making.
func (c *change) facts() *triagev1.Ticket { return c.after.Facts }

// revision is the one that the step's event will have.
func (c *change) revision() int64 { return c.before.Revision + 1 }

// lead puts the ticket where the rule leads, given who has it by now.
func (c *change) lead(rule process.Rule, asked process.Status) {
	f := c.facts()
	place := process.Place{Group: f.GetHolderGroup(), Assignee: f.GetAssignee()}
	c.stand(rule.To.Status(f.GetStatus(), place, asked))
}

// stand sets the status. The desk's own finer word belonged to the status before.
func (c *change) stand(s process.Status) {
	f := c.facts()
	if f.GetStatus() == s {
		return
	}
	f.Status, f.StatusClass = s, process.ClassOf(s)
	f.HoldUntil = nil
	if !c.imported {
		f.SubStatus = ""
	}
}

// give hands the ticket to a party, group and person. An offer stays as it is: the step ends it, where it does.
func (c *change) give(party, group, assignee string) {
	f := c.facts()
	f.HolderParty, f.HolderGroup, f.Assignee = party, group, assignee
	if !slices.Contains(f.GetPastHolders(), party) {
		f.PastHolders = append(f.PastHolders, party)
	}
}

// done finishes the step: times, clocks, owner and audience follow from what was changed.
func (c *change) done(eventType string, texts ...Text) Outcome {
	f := c.facts()
	f.UpdateTime = timestamppb.New(c.at)
	c.react(eventType)
	if !c.imported && f.GetOwner() == "" && f.GetHolderParty() == f.GetOwnerParty() {
		f.Owner = f.GetAssignee() // derived from R59: who first has it at the owning party follows it
	}
	c.after.Clocks = c.after.Clocks.Turn(f.GetHolderParty(), f.GetStatus(), c.at)
	c.after.TargetClock = turned(c.after.TargetClock, f.GetStatusClass() == process.ClassOpen, c.at)
	c.after.Revision = c.revision()
	c.event.Ticket = f
	return Outcome{Ticket: c.after, Events: []Event{{
		Type: eventType, Payload: c.event, Texts: written(texts), Audience: eventAudience(c.before, c.after), At: c.at,
	}}}
}

// heard are the events by which the reporter hears something, or has just said it (R80, R81).
var heard = map[string]bool{
	ticketevent.Opened: true, ticketevent.WorkStarted: true, ticketevent.Held: true, ticketevent.Resolved: true,
	ticketevent.Closed:    true,
	ticketevent.NoteAdded: true, ticketevent.SolutionRejected: true, ticketevent.Reopened: true, ticketevent.Aged: true,
	ticketevent.ResponsibilityTransferred: true, ticketevent.FixPlanned: true, ticketevent.ReleaseAnnounced: true,
}

// react keeps when work first began, and when the reporter last heard something.
func (c *change) react(eventType string) {
	f, now := c.facts(), timestamppb.New(c.at)
	if f.GetFirstWorkTime() == nil && (f.GetStatus() == process.InProgress || f.GetStatus() == process.Resolved) {
		f.FirstWorkTime = now
	}
	if heard[eventType] {
		f.InformTime = now
	}
}

// turned starts or stops a clock that is kept as the times at which it was started and stopped.
func turned(clock []time.Time, runs bool, at time.Time) []time.Time {
	if running := len(clock)%2 == 1; running == runs {
		return clock
	}
	return append(slices.Clone(clock), at)
}

// written leaves out texts that say nothing.
func written(texts []Text) []Text {
	return slices.DeleteFunc(slices.Clone(texts), Text.Blank)
}
