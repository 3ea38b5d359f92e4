package domain

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// PlanFix says when and how it will be fixed (R82). Who was told of another time was not told of this one, and a new plan is
// one of another release.
func (t Ticket) PlanFix(release time.Time, plan Text, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.PlanFix, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	planned := &triagev1.FixPlan{ReleaseTime: timestamppb.New(release), PlanVersion: c.revision()}
	if before := t.Facts.GetFixPlan(); before.GetReleasedTime() == nil && before.GetReleaseTime().AsTime().Equal(release) {
		planned.ToldTime = before.GetToldTime()
	}
	c.facts().FixPlan = planned
	return c.done(ticketevent.FixPlanned, plan), nil
}

// TellReporters says that those who wait for the fix hear of its coming release (R83).
func (t Ticket) TellReporters(message Text, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.TellReporters, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	c.facts().FixPlan.ToldTime = timestamppb.New(at)
	return c.done(ticketevent.ReleaseAnnounced, message), nil
}

// MarkReleased says that the fix is released; a ticket that waited for it is being worked on again (R97). unannounced names who
// let it go although the reporters were not told; empty where nobody had to.
func (t Ticket) MarkReleased(unannounced string, at time.Time) (Outcome, error) {
	rule, rejection := process.Permit(process.Release, t.facts())
	if rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	f := c.facts()
	if f.GetFixPlan() == nil {
		f.FixPlan = new(triagev1.FixPlan)
	}
	f.FixPlan.ReleasedTime, f.FixPlan.OverriddenBy = timestamppb.New(at), unannounced
	c.lead(rule, 0)
	return c.done(ticketevent.Released), nil
}

// PendingRelease is when a planned fix is to be released; false once it is, or the ticket is at its end. An inquiry waits for its
// main ticket's.
func PendingRelease(f *triagev1.Ticket) (time.Time, bool) {
	plan := f.GetFixPlan()
	over := plan.GetReleasedTime() != nil || f.GetStatusClass() == process.ClassClosed
	if plan.GetReleaseTime() == nil || over || (Ticket{Facts: f}).about() {
		return time.Time{}, false
	}
	return plan.GetReleaseTime().AsTime(), true
}
