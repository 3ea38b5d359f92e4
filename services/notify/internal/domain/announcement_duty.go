package domain

import (
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process"
)

// Duty is what the desk's profile wants announced of a ticket: by whom, and when they are reminded next.
type Duty struct {
	// Rule is the profile's; nil while none holds.
	Rule   *profilev1.AnnouncementRule
	Rhythm Rhythm
	// Party answers for it (R88), relative to the desk; Group and Assignee have the ticket there, or are empty.
	Party, Group, Assignee string
	Solved                 bool
	// AnnouncedAt is when the public last heard of it, zero for never; DueAt when the party is reminded, zero for never.
	AnnouncedAt, DueAt time.Time
}

// BoardEvents are what decides about announcements, beside what messages are about: who has the ticket, how grave it is, who
// may see it.
func BoardEvents() []string {
	return []string{
		"ticket.opened", "ticket.categorised", "ticket.prioritised", "ticket.declared_major", "ticket.linked", "ticket.unlinked",
		"ticket.handed_over", "ticket.work_started", "ticket.resolved", "ticket.solution_rejected", "ticket.returned",
		"ticket.reopened", "ticket.closed", "ticket.cancelled", "ticket.restricted", "ticket.unrestricted", "desk.profile_adopted",
	}
}

// Responsible is who answers for the announcements of a ticket: the party that the rule names, otherwise the one that has the
// ticket (R88, §18: of component suppliers' tickets, operations).
func Responsible(rule *profilev1.AnnouncementRule, t *triagev1.Ticket) (party, group, assignee string) {
	holder := Key(t.GetHolderParty())
	if named := rule.GetParty(); named != "" && "parties/"+named != holder {
		return "parties/" + named, "", ""
	}
	return holder, resourcename.ID(t.GetHolderGroup()), resourcename.ID(t.GetAssignee())
}

// Announces reports whether a rule of a profile makes a ticket's announcement a duty: not where it is only announced if it is
// needed (P3, P4), nor for an inquiry about another ticket, nor for history.
func Announces(rule *profilev1.AnnouncementRule, facts *profilev1.TicketFacts, t *triagev1.Ticket) bool {
	return rule != nil && !rule.GetOptional() && facts.GetNature() != "linked_inquiry" && !t.GetImporting() && !t.GetRestricted()
}

// Heard is the duty after an event of its ticket. before is the one until then, the zero Duty for none; wanted is what the
// profile wants now, without its times. changed is false where nothing is to be done.
func (before Duty) Heard(wanted Duty, status process.Status, now time.Time) (after Duty, changed bool) {
	after = before
	after.Rule, after.Rhythm = wanted.Rule, wanted.Rhythm
	after.Party, after.Group, after.Assignee = wanted.Party, wanted.Group, wanted.Assignee
	over := process.ClassOf(status) == process.ClassReadyToClose || process.ClassOf(status) == process.ClassClosed
	if over && wanted.Rule != nil && before.Rule != nil {
		// What is solved goes back to its owner (R100); who announced it announces its end.
		after.Rule, after.Rhythm = before.Rule, before.Rhythm
		after.Party, after.Group, after.Assignee = before.Party, before.Group, before.Assignee
	}
	switch {
	case wanted.Rule == nil:
		after.DueAt, after.Solved = time.Time{}, over
	case over && !before.Solved:
		after.Solved, after.DueAt = true, time.Time{}
		if wanted.Rule.GetWhenSolved() && !before.AnnouncedAt.IsZero() { // what nobody was told of needs no end
			after.DueAt = now
		}
	case over:
	case before.Rule == nil, before.Solved:
		after.Solved, after.DueAt = false, after.Rhythm.due(before.AnnouncedAt, now)
	case before.Rhythm.Every != after.Rhythm.Every:
		after.DueAt = after.Rhythm.due(before.AnnouncedAt, now)
	case before.Party != after.Party && before.AnnouncedAt.IsZero():
		after.DueAt = after.Rhythm.First(now) // whoever has it now has not been told
	}
	return after, after.differs(before)
}

// due is the next time, and never before now.
func (r Rhythm) due(announced, now time.Time) time.Time {
	if announced.IsZero() {
		return r.First(now)
	}
	if next := r.Next(announced); next.IsZero() || next.After(now) {
		return next
	}
	return r.First(now)
}

func (before Duty) differs(other Duty) bool {
	return before.Rule.GetId() != other.Rule.GetId() || before.Rhythm.Every != other.Rhythm.Every || before.Party != other.Party ||
		before.Group != other.Group || before.Assignee != other.Assignee || before.Solved != other.Solved ||
		!before.DueAt.Equal(other.DueAt)
}

// Announced is the duty after the public heard of it. over is true where that was the last of it.
func (before Duty) Announced(over bool, now time.Time) Duty {
	after := before
	after.AnnouncedAt, after.DueAt = now, time.Time{}
	if !over && !before.Solved && before.Rule != nil {
		after.DueAt = before.Rhythm.Next(now)
	}
	return after
}

// Reminded is the duty after the party was reminded: of what is solved once, of everything else again and again.
func (before Duty) Reminded(now time.Time) Duty {
	after := before
	after.DueAt = time.Time{}
	if !before.Solved && before.Rule != nil {
		after.DueAt = before.Rhythm.Next(now)
	}
	return after
}
