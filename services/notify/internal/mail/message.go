package mail

import (
	netmail "net/mail"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Message is one mail to one person.
type Message struct {
	To            netmail.Address
	Subject, Body string
	LanguageCode  string
	// MessageID and Thread are RFC 5322 ids without angle brackets: its own, and the one that all mails of a ticket refer to.
	MessageID, Thread string
	// Traceparent is the journey's, so that a reply or a bounce can be laid to it; empty without one.
	Traceparent string
	Date        time.Time

	// For the span alone: the name under which the ledger has it, which attempt this is, counted from 1, and the traceparent of
	// what it follows from.
	Notification string
	Attempt      int
	Cause        string
}

// write makes the mail. It is marked as made by a program, so that no answering machine answers (RFC 3834).
func (c Config) write(m Message) (*gomail.Msg, error) {
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := out.From(c.From); err != nil {
		return nil, err
	}
	if err := out.To(m.To.String()); err != nil {
		return nil, err
	}
	if c.ReplyTo != "" {
		if err := out.ReplyTo(c.ReplyTo); err != nil {
			return nil, err
		}
	}
	out.Subject(m.Subject)
	out.SetDateWithValue(m.Date)
	out.SetMessageIDWithValue(m.MessageID)
	out.SetGenHeader(gomail.HeaderInReplyTo, "<"+m.Thread+">")
	out.SetGenHeader(gomail.HeaderReferences, "<"+m.Thread+">")
	out.SetGenHeader("Auto-Submitted", "auto-generated")
	out.SetGenHeader("X-Auto-Response-Suppress", "All") // what Exchange understands instead
	out.SetGenHeader(gomail.HeaderContentLang, m.LanguageCode)
	if m.Traceparent != "" {
		out.SetGenHeader("Traceparent", m.Traceparent)
	}
	out.SetBodyString(gomail.TypeTextPlain, m.Body)
	return out, nil
}
