package mail

import (
	"regexp"
	"strings"
)

// Step is what is done with a mail.
type Step int

// The steps.
const (
	// Open makes a ticket of it.
	Open Step = iota
	// Join adds it to the ticket that it names.
	Join
	// Note adds it to the ticket where only those see it who work on it: no person wrote it.
	Note
	// Hold leaves it to a person.
	Hold
	// Answer takes the call to those on duty that it answers (R50).
	Answer
)

// Reasons to hold a mail, beside those of Kind.
const (
	ReasonUnreadable = "UNREADABLE"
	ReasonTooLarge   = "TOO_LARGE"
	ReasonLoop       = "LOOP"
	ReasonNoSender   = "NO_SENDER"
	ReasonFlood      = "FLOOD"
	// ReasonPage: an answer to a call to those on duty that does not take it: it says no, or its sender was not called, or the call
	// is over.
	ReasonPage = "PAGE_REPLY"
	// ReasonStranger is why a mail that names a ticket became a new one: its sender takes no part in that.
	ReasonStranger = "SENDER_TAKES_NO_PART"
	// ReasonTooLate is why a reply became a new ticket: the one that it is about is over.
	ReasonTooLate = "TICKET_IS_OVER"
)

// Decide says what is done with a mail, and why it is held. What no person wrote never opens a ticket and moves none, or two
// programs would write to each other for ever (RFC 3834). A person who released it has looked at it: then it is opened.
func Decide(m Message, t Thread, released bool) (step Step, reason string) {
	switch {
	case t.Own && !released:
		return Hold, ReasonLoop
	case t.Page != "" && m.Kind == Person && m.From.Address != "" && !released:
		if declines(m.Text) {
			return Hold, ReasonPage
		}
		return Answer, ""
	case m.Kind != Person && t.Signed && t.Ticket != "" && !t.Own:
		return Note, ""
	case m.Kind != Person && !released:
		return Hold, m.Kind.String()
	case m.From.Address == "" && !released:
		return Hold, ReasonNoSender
	case m.Kind == Person && m.From.Address != "" && t.Ticket != "" && !t.Own:
		return Join, ""
	}
	return Open, ""
}

var no = regexp.MustCompile(`(?i)^\P{L}*(nej|nix|no|nope|desværre|beklager|tyvärr|sorry|unfortunately|` +
	`kan ikke|kan inte|can'?t|cannot|(jeg|jag|i|vi|we) (kan ikke|kan inte|can'?t|cannot|må desværre))(\P{L}|$)`)

// declines reports whether an answer to a call begins with a no: then the next is called, as if nobody had answered.
func declines(text string) bool { return no.MatchString(Fold(text).Fresh) }

var prefixes = regexp.MustCompile(`(?i)^((re|sv|vs|fwd?|vb|aw|antw|videresendt|vidarebefordrat|svar)(\[\d+\])?\s*:\s*)+`)

// maxTitle is the contract's.
const maxTitle = 200

// Title is the subject as a ticket's title; empty where it says nothing.
func Title(subject string) string {
	title := []rune(strings.TrimSpace(prefixes.ReplaceAllString(subject, "")))
	if len(title) > maxTitle {
		return strings.TrimSpace(string(title[:maxTitle-1])) + "…"
	}
	return string(title)
}
