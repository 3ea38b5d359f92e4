package domain

import (
	"errors"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// Happened is an event of a ticket that others follow.
type Happened struct {
	Type string
	// Ticket is the followed one after it.
	Ticket *triagev1.Ticket
	// Words are the texts of the event that still exist.
	Words []Text
}

// CarriedTexts are the texts of theirs that followers hear.
func CarriedTexts() []string {
	return []string{TextNote, TextReason, TextSolution, TextRootCause, TextPlan, TextMessage}
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
// it waits, when its fix comes (R83), that it is solved, closed, or not solved after all. The desk's gates were passed by the
// main ticket. An outcome without events is nothing to do: the inquiry was ended by people, or the words are erased.
func (t Ticket) FollowInquiry(h Happened, at time.Time) (Outcome, error) {
	nothing := Outcome{Ticket: t}
	if t.Facts.GetImporting() {
		return nothing, nil
	}
	switch h.Type {
	case ticketevent.NoteAdded:
		if t.Facts.GetStatusClass() == process.ClassClosed || h.word(TextNote).Blank() {
			return nothing, nil
		}
		return t.unlessRefused(t.AddNote(h.word(TextNote), false, "", at))
	case ticketevent.Held:
		if h.Ticket.GetStatus() == process.AwaitingUser { // what its own reporter is asked, the others cannot answer
			return nothing, nil
		}
		wait := Wait{Status: h.Ticket.GetStatus()}
		if until := h.Ticket.GetHoldUntil(); until != nil {
			wait.Until = until.AsTime()
		}
		return t.unlessRefused(t.Hold(wait, h.word(TextReason), at))
	case ticketevent.FixPlanned, ticketevent.ReleaseAnnounced:
		return t.followPlan(h, at)
	case ticketevent.Resumed, ticketevent.Released:
		if h.Type == ticketevent.Released && t.awaitsTheFix() {
			return ofMain(t.unlessRefused(t.MarkReleased("", at)))
		}
		if t.Facts.GetStatus() == process.AwaitingUser || h.Ticket.GetStatusClass() == process.ClassWaiting {
			return nothing, nil
		}
		return t.unlessRefused(t.Resume(Text{}, at))
	case ticketevent.Resolved:
		return t.unlessRefused(t.resolveAs(h, at))
	case ticketevent.Closed:
		return t.unlessRefused(t.Close(at))
	case ticketevent.SolutionRejected, ticketevent.Reopened:
		if !t.solvedByFollowing() {
			return nothing, nil
		}
		return t.unlessRefused(t.reopen(Text{}, true, at)) // the words are those of whoever still has the fault
	default:
		return nothing, nil
	}
}

// followPlan carries over when and how it will be fixed, and what those who wait are told before (R83): they are told by their
// own ticket, with its number. Who asked after the release was planned hears of it too, unless it is over.
func (t Ticket) followPlan(h Happened, at time.Time) (Outcome, error) {
	release := h.Ticket.GetFixPlan().GetReleaseTime().AsTime()
	if t.Facts.GetStatusClass() == process.ClassClosed || !release.After(at) {
		return Outcome{Ticket: t}, nil
	}
	if h.Type == ticketevent.FixPlanned {
		if h.word(TextPlan).Blank() {
			return Outcome{Ticket: t}, nil
		}
		return ofMain(t.unlessRefused(t.PlanFix(release, h.word(TextPlan), at)))
	}
	if h.word(TextMessage).Blank() {
		return Outcome{Ticket: t}, nil
	}
	return ofMain(t.unlessRefused(t.TellReporters(h.word(TextMessage), at)))
}

// awaitsTheFix reports whether its users were told of a release, and it waits for nothing else.
func (t Ticket) awaitsTheFix() bool {
	other := t.Facts.GetStatusClass() == process.ClassWaiting && t.Facts.GetStatus() != process.PendingRelease
	return t.Facts.GetFixPlan().GetReleaseTime() != nil && !other
}

// ofMain marks what was carried over, so that those who heard of the main ticket's hear nothing of each inquiry's.
func ofMain(outcome Outcome, err error) (Outcome, error) {
	for i := range outcome.Events {
		outcome.Events[i].OfMain = true
	}
	return outcome, err
}

// unlessRefused is what a follower does, and nothing where it refuses: people brought it elsewhere, the wait is over by now, or
// it has all the notes that it can have. Any other error is one, and nobody has heard anything.
func (t Ticket) unlessRefused(outcome Outcome, err error) (Outcome, error) {
	_, rejected := errors.AsType[*process.Rejection](err)
	_, over := errors.AsType[BadWait](err)
	if rejected || over || errors.Is(err, TooManyNotes{}) {
		return Outcome{Ticket: t}, nil
	}
	return outcome, err
}

// resolveAs solves an inquiry as its main ticket was; an offer that nobody answered ends with it.
func (t Ticket) resolveAs(h Happened, at time.Time) (Outcome, error) {
	var earlier []Event
	if t.Facts.GetHandOver() != nil {
		withdrawn, err := t.WithdrawHandOver(at)
		if err != nil {
			return Outcome{}, err
		}
		t, earlier = withdrawn.Ticket, withdrawn.Events
	}
	outcome, err := t.Resolve(Solution{
		Text: h.word(TextSolution), RootCause: h.word(TextRootCause), Kind: h.Ticket.GetSolutionKind(),
	}, "", at)
	if err != nil {
		return outcome, err
	}
	outcome.Ticket.Facts.LastTechnician = "" // nobody of the inquiry's own solved it
	outcome.Events = append(earlier, outcome.Events...)
	return outcome, nil
}

// solvedByFollowing reports whether its solution is that of its main ticket, and its reporter has not agreed yet. What they
// agreed to, and what was closed on their silence, is theirs to report again.
func (t Ticket) solvedByFollowing() bool {
	f := t.Facts
	return f.GetStatus() == process.Resolved && !f.GetSolutionAccepted() && f.GetLastTechnician() == ""
}

// FollowChange lets a ticket that waits for a release go on when the change that corrects it is released, or done (R97).
func (t Ticket) FollowChange(h Happened, at time.Time) (Outcome, error) {
	done := h.Type == ticketevent.Released || h.Type == ticketevent.Resolved || h.Type == ticketevent.Closed
	if !done || t.Facts.GetImporting() || t.Facts.GetStatus() != process.PendingRelease {
		return Outcome{Ticket: t}, nil
	}
	return t.unlessRefused(t.Resume(Text{}, at))
}
