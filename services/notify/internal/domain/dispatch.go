package domain

import (
	"time"

	"github.com/bavn/bavn/platform/mailref"
)

// Dispatch is a message to one person in its final words, as a courier of its medium takes it. It lives as long as its job:
// what it says is kept nowhere.
type Dispatch struct {
	// Name is the recipient's, and Address where the medium reaches them: a mail address, a phone number.
	Name, Address string
	Subject, Body string
	LanguageCode  string
	// Actions are what the recipient can do by a signed link.
	Actions []Action
	// MessageID and Thread are RFC 5322 ids without angle brackets: its own, and the one that all mails of a ticket refer to.
	MessageID, Thread string
	// Replies is true for what answers a mail of the recipient's: Thread is that mail (RFC 3834, 5).
	Replies bool
	// Reference is what an answer is about: it stands in Reply-To. Zero for what nobody answers.
	Reference mailref.Reference
	// List is the list that the message is sent to the members of, as a name in the mail domain: "stakeholders.nsp" (RFC 2919);
	// empty for a message to this person alone.
	List string
	// Unsubscribe is where one request ends what the recipient subscribed to (RFC 8058); empty for what nobody subscribed to.
	Unsubscribe string
	// Traceparent is the journey's, so that a reply or a bounce can be laid to it; empty without one.
	Traceparent string
	Date        time.Time

	// Notification is the name under which the ledger has it, Attempt which attempt this is, counted from 1, and Cause the
	// traceparent of what it follows from.
	Notification string
	Attempt      int
	Cause        string
}

// Action is something that the recipient can do from the message.
type Action struct{ Label, URL string }
