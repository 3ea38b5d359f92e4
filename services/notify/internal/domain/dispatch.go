package domain

import "time"

// Dispatch is a message to one person in its final words, as a courier of its medium takes it. It lives as long as its job:
// what it says is kept nowhere.
type Dispatch struct {
	// Name is the recipient's, and Address where the medium reaches them: a mail address, a phone number.
	Name, Address string
	Subject, Body string
	LanguageCode  string
	// MessageID and Thread are RFC 5322 ids without angle brackets: its own, and the one that all mails of a ticket refer to,
	// empty for a mail that stands alone.
	MessageID, Thread string
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
