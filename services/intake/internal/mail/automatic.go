package mail

import (
	"mime"
	"regexp"
	"slices"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	"github.com/bavn/bavn/platform/mailref"
)

// Kind says what wrote a mail.
type Kind int

// The kinds. Nothing but what a Person wrote is answered, resumes or reopens a ticket (RFC 3834).
const (
	Person Kind = iota
	// Absence is an answer without a person: out of office, "we have received your mail".
	Absence
	// Bounce tells that a mail could not be delivered, or that it was read.
	Bounce
	// Program is a mail that some program made: an alarm, a report, a desk like ours.
	Program
	// MailingList went to everybody on a list.
	MailingList
)

// String is the kind as reasons and metrics name it.
func (k Kind) String() string {
	return [...]string{"PERSON", "AUTOMATIC_REPLY", "BOUNCE", "AUTOMATIC", "MAILING_LIST"}[k]
}

// sign is a rule by which a mail shows what made it.
type sign struct {
	kind   Kind
	header string
	is     func(value string) bool
}

func present(string) bool { return true }

func begins(words ...string) func(string) bool {
	return func(value string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(value, word) })
	}
}

// signs in the order in which they count: the first that a mail shows. Values are compared in lower case.
var signs = []sign{
	{Bounce, "Content-Type", func(v string) bool {
		media, _, err := mime.ParseMediaType(v)
		return err == nil && media == "multipart/report" || begins("message/delivery-status", "message/disposition-notification")(v)
	}},
	{Bounce, "X-Failed-Recipients", present},
	{Bounce, "From", regexp.MustCompile(`(^|[<\s"])(mailer-daemon|postmaster)@`).MatchString},
	{Absence, "Auto-Submitted", begins("auto-replied", "auto-notified")}, // RFC 3834, RFC 5436
	{MailingList, "List-Id", present},                                    // RFC 2919
	{MailingList, "List-Post", present},                                  // RFC 2369
	{Program, "Auto-Submitted", func(v string) bool { return !begins("no")(v) }},
	{Program, "Message-Id", mailref.Foreign}, // a desk like ours, though somebody took its headers away
	{Program, "Reply-To", mailref.Foreign},
	{Absence, "X-Autoreply", present},
	{Absence, "X-Autorespond", present},
	{Absence, "X-Autoresponder", present},
	{Absence, "X-Ms-Exchange-Inbox-Rules-Loop", present},
	{Absence, "Precedence", begins("auto_reply", "auto-reply")},
	{MailingList, "Precedence", begins("list")},
	{Program, "Precedence", begins("bulk", "junk")},
	{Absence, "Subject", begins( // for those without any of the headers
		"automatic reply", "auto reply", "autoreply", "auto-reply", "out of office", "autosvar", "automatisk svar", "automatiskt svar",
		"ikke til stede", "fraværende", "frånvarande", "frånvaro", "ikke på kontoret",
	)},
	{Bounce, "Subject", begins(
		"undelivered mail returned", "undeliverable", "delivery status notification", "mail delivery failed",
		"mail delivery failure", "returned mail", "failure notice", "kan ikke leveres", "ikke leveret", "olevererbart",
	)},
	{Program, "From", regexp.MustCompile(`(^|[<\s"])(no-?reply|do-?not-?reply|noreply-[^@]*|svar-ikke|ingen-?svar)@`).MatchString},
	{Bounce, "Return-Path", func(v string) bool { return strings.TrimSpace(v) == "<>" }}, // RFC 5321, 4.5.5: nobody is to answer it
}

func kindOf(e *enmime.Envelope) Kind {
	for _, s := range signs {
		for _, value := range e.GetHeaderValues(s.header) {
			if s.is(strings.ToLower(strings.TrimSpace(value))) {
				return s.kind
			}
		}
	}
	return Person
}

// bounced are the headers of the mail that a report is about (RFC 3462).
func bounced(root *enmime.Part) string {
	part := root.DepthMatchFirst(func(p *enmime.Part) bool {
		return p.ContentType == "message/rfc822" || p.ContentType == "text/rfc822-headers" || p.ContentType == "message/rfc822-headers"
	})
	if part == nil || part == root {
		return ""
	}
	headers, _, _ := strings.Cut(strings.ReplaceAll(string(part.Content), "\r\n", "\n"), "\n\n")
	return headers
}
