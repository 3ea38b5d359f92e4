package domain

import (
	"time"

	"github.com/bavn/bavn/process"
)

// Reply is what a person wrote about a ticket without signing in. What the reporter or the affected user writes takes up a ticket
// that waits for them (R94), ends their silence on a solved one (R106) and reopens a closed one (R107); what others write is a
// note.
func (t Ticket) Reply(by string, note Text, at time.Time) (Outcome, error) {
	user := by == t.Facts.GetReporter() || by == t.Facts.GetAffectedUser()
	switch status := t.Facts.GetStatus(); {
	case user && status == process.AwaitingUser:
		return t.ResumeBy(by, note, at)
	case user && (status == process.Closed || status == process.Cancelled):
		return t.Reopen(Text{Name: TextReason, LanguageCode: note.LanguageCode, Text: note.Text}, at)
	}
	return t.AddNote(note, false, by, at)
}

// AutomaticReply keeps what no person wrote where only those see it who work on the ticket. It moves nothing: an absence notice
// is no answer (RFC 3834).
func (t Ticket) AutomaticReply(note Text, at time.Time) (Outcome, error) {
	return t.AddNote(note, true, "", at)
}
