package domain

import (
	"fmt"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// MaxNotes is how many notes and work-log entries one ticket can have. An import may exceed it: it happened.
const MaxNotes = 2000

// TooManyNotes refuses a note to a ticket that has MaxNotes.
type TooManyNotes struct{}

func (TooManyNotes) Error() string {
	return fmt.Sprintf("the ticket has %d notes, which is the limit", MaxNotes)
}

// AddNote writes a note. An internal one is for the parties only (R74). What the user writes about a solution ends their silence
// (R106), and is not something that they hear (R81).
func (t Ticket) AddNote(note Text, internal bool, by string, at time.Time) (Outcome, error) {
	step, eventType := process.AddNote, ticketevent.NoteAdded
	if internal {
		step, eventType = process.AddInternalNote, ticketevent.InternalNoteAdded
	}
	outcome, err := t.note(step, eventType, note, 0, at)
	if err != nil {
		return outcome, err
	}
	if internal {
		outcome.Events[0].Audience = insidersOnly(outcome.Events[0].Audience, outcome.Ticket)
	}
	if by == t.Facts.GetReporter() || by == t.Facts.GetAffectedUser() {
		outcome.Ticket.Facts.InformTime = t.Facts.GetInformTime()
		endSilence(outcome.Ticket.Facts)
	}
	return outcome, nil
}

// endSilence: who answers is not silent, whatever the answer.
func endSilence(facts *triagev1.Ticket) {
	for _, d := range facts.GetDeadlines() {
		if d.GetKind() == triagev1.DeadlineKind_DEADLINE_KIND_SILENCE {
			d.State = triagev1.DeadlineState_DEADLINE_STATE_MET
		}
	}
}

// LogWork records work done, for those who continue (R74, R76). It is internal.
func (t Ticket) LogWork(text Text, minutes int32, at time.Time) (Outcome, error) {
	outcome, err := t.note(process.LogWork, ticketevent.WorkLogged, text, minutes, at)
	if err == nil {
		outcome.Events[0].Audience = insidersOnly(outcome.Events[0].Audience, outcome.Ticket)
	}
	return outcome, err
}

func (t Ticket) note(step process.Step, eventType string, text Text, minutes int32, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(step, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	if t.Notes >= MaxNotes {
		return Outcome{}, TooManyNotes{}
	}
	c := t.change(at)
	c.number(minutes)
	if step == process.LogWork {
		c.facts().WorkLogEntries++
	}
	return c.done(eventType, text), nil
}

// number gives a note its number on the ticket.
func (c *change) number(minutes int32) {
	c.after.Notes++
	c.event.NoteNumber, c.event.Minutes = c.after.Notes, minutes
}
