package domain

import (
	"maps"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// Update is what UpdateTicket changes; nil fields stay as they are.
type Update struct {
	Title    *Text
	Impact   *triagev1.Impact
	Priority *string
	// Owner is the person who follows it for the owner's party; empty for nobody (R59).
	Owner *string
	// Labels replaces all of them.
	Labels *map[string]string
}

// Update changes the ticket's own facts.
func (t Ticket) Update(u Update, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.Update, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	f := c.facts()
	var texts []Text
	if u.Title != nil {
		f.TextVersions.Title = c.revision()
		texts = append(texts, *u.Title)
	}
	if u.Impact != nil {
		f.Impact = *u.Impact
	}
	if u.Priority != nil {
		f.Priority = *u.Priority
	}
	if u.Owner != nil {
		f.Owner = *u.Owner
	}
	if u.Labels != nil {
		f.Labels = maps.Clone(*u.Labels)
	}
	return c.done(ticketevent.Updated, texts...), nil
}
