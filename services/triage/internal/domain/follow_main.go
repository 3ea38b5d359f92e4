package domain

import (
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
)

// Happened is an event of a ticket that others follow.
type Happened struct {
	Type string
	// Ticket is the followed one after it.
	Ticket *triagev1.Ticket
	// Words are the texts of the event that still exist.
	Words []Text
}

// Carried are the events that a followed ticket's followers hear of.
func Carried() []string {
	return []string{
		"ticket.note_added", "ticket.held", "ticket.resumed", "ticket.released", "ticket.resolved", "ticket.closed",
	}
}

func (h Happened) word(name string) Text {
	for _, text := range h.Words {
		if text.Name == name {
			return text
		}
	}
	return Text{}
}

// FollowInquiry carries over to an inquiry what happened to the ticket that it is about (R19): what its reporter was told, that
// it waits, that it is solved and closed. The desk's gates were passed by the main ticket. False where there is nothing to do:
// the inquiry was ended by people, or the words are erased.
func (t Ticket) FollowInquiry(h Happened, at time.Time) (Outcome, bool) {
	if t.Facts.GetImporting() {
		return Outcome{}, false
	}
	var outcome Outcome
	var err error
	switch h.Type {
	case "ticket.note_added":
		if t.Facts.GetStatusClass() == process.ClassClosed || h.word(TextNote).Blank() {
			return Outcome{}, false
		}
		outcome, err = t.AddNote(h.word(TextNote), false, "", at)
	case "ticket.held":
		if h.Ticket.GetStatus() == process.AwaitingUser { // what its own reporter is asked, the others cannot answer
			return Outcome{}, false
		}
		wait := Wait{Status: h.Ticket.GetStatus()}
		if until := h.Ticket.GetHoldUntil(); until != nil {
			wait.Until = until.AsTime()
		}
		outcome, err = t.Hold(wait, h.word(TextReason), at)
	case "ticket.resumed", "ticket.released":
		if t.Facts.GetStatus() == process.AwaitingUser || h.Ticket.GetStatusClass() == process.ClassWaiting {
			return Outcome{}, false
		}
		outcome, err = t.Resume(Text{}, at)
	case "ticket.resolved":
		return t.resolveAs(h, at)
	case "ticket.closed":
		outcome, err = t.Close(at)
	default:
		return Outcome{}, false
	}
	return outcome, err == nil
}

// resolveAs solves an inquiry as its main ticket was; an offer that nobody answered ends with it.
func (t Ticket) resolveAs(h Happened, at time.Time) (Outcome, bool) {
	var earlier []Event
	if t.Facts.GetHandOver() != nil {
		withdrawn, err := t.WithdrawHandOver(at)
		if err != nil {
			return Outcome{}, false
		}
		t, earlier = withdrawn.Ticket, withdrawn.Events
	}
	outcome, err := t.Resolve(Solution{
		Text: h.word(TextSolution), RootCause: h.word(TextRootCause), Kind: h.Ticket.GetSolutionKind(),
	}, "", at)
	outcome.Events = append(earlier, outcome.Events...)
	return outcome, err == nil
}

// FollowChange lets a ticket that waits for a release go on when the change that corrects it is released, or done (R97).
func (t Ticket) FollowChange(h Happened, at time.Time) (Outcome, bool) {
	done := h.Type == "ticket.released" || h.Type == "ticket.resolved" || h.Type == "ticket.closed"
	if !done || t.Facts.GetImporting() || t.Facts.GetStatus() != process.PendingRelease {
		return Outcome{}, false
	}
	outcome, err := t.Resume(Text{}, at)
	return outcome, err == nil
}
