package mail

import (
	"regexp"
	"strings"

	"github.com/bavn/bavn/platform/mailref"
)

// Thread is which ticket a mail belongs to, and how far that is to be believed.
type Thread struct {
	// Ticket is the number; empty for a mail that names none.
	Ticket string
	// Signed is true where the mail carries a reference that we made: whoever has it has a mail from us. Without it the number is
	// just a word that anybody can write, and counts only where the sender takes part in the ticket.
	Signed bool
	// Page is set where the reference is that of a call to those on duty.
	Page string
	// Own is true for a mail that we sent ourselves and that came back.
	Own bool
}

// Numbers is how a desk's ticket numbers look.
type Numbers struct {
	Prefix string
	Digits int
}

// in finds the first number in a text.
func (n Numbers) in(text string) string {
	if n.Prefix == "" || n.Digits <= 0 {
		return ""
	}
	upper := strings.ToUpper(text)
	for rest := upper; ; {
		at := strings.Index(rest, n.Prefix)
		if at < 0 {
			return ""
		}
		end := at + len(n.Prefix)
		digits := len(rest[end:]) - len(strings.TrimLeft(rest[end:], "0123456789"))
		alone := at == 0 || !isWord(rest[at-1])
		if digits == n.Digits && alone && (len(rest) == end+digits || !isWord(rest[end+digits])) {
			return rest[at : end+digits]
		}
		rest = rest[end:]
	}
}

func isWord(b byte) bool {
	return b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '_' || b >= 0x80
}

var messageIDs = regexp.MustCompile(`(?im)^message-id:\s*(\S+)`)

// ThreadOf says where a mail to a desk belongs. A reference of another desk is none here: nothing crosses desks.
func ThreadOf(m Message, desk string, numbers Numbers, signer *mailref.Signer) Thread {
	headers := []string{m.To, brackets(m.InReplyTo), brackets(m.References)}
	if m.Bounced != "" { // a report is about a mail of ours, and answers none
		if id := messageIDs.FindStringSubmatch(m.Bounced); id != nil {
			headers = append([]string{id[1]}, headers...)
		}
	}
	own, err := signer.Find(brackets(m.ID))
	t := Thread{Own: err == nil && own.Desk == desk}
	ref, err := signer.Find(headers...)
	switch {
	case err != nil || ref.Desk != desk || ref.Kind == mailref.Inbound: // what we said of a mail leads to no ticket
		t.Ticket = numbers.in(m.Subject)
	case ref.Kind == mailref.Page:
		t.Page, t.Signed = ref.ID, true
	default:
		t.Ticket, t.Signed = ref.ID, true
	}
	return t
}

// brackets lets the signer find an id that some program wrote without them.
func brackets(id string) string {
	if id == "" || strings.Contains(id, "<") {
		return id
	}
	return "<" + id + ">"
}
