package mail

import (
	"cmp"
	"regexp"
)

// AnswerTo is where an automatic answer goes: to the sender of the envelope, who is who sent it (RFC 3834, 4), otherwise to the
// author. It is empty where nobody is answered: no person wrote the mail, or it says not who.
func (m Message) AnswerTo() string {
	if m.Kind != Person {
		return ""
	}
	to := cmp.Or(m.ReturnPath, m.From.Address)
	if len(to) > maxAddress || !address.MatchString(to) {
		return ""
	}
	return to
}

const (
	maxAddress   = 254
	maxMessageID = 250
)

var (
	address = regexp.MustCompile(`^[^\s<>,;:"@()\[\]\\]+@[^\s<>,;:"@()\[\]\\]+$`)
	// id is a Message-ID that may stand in a header of ours: what a sender writes is not to begin another one.
	id = regexp.MustCompile(`^[!-;=?-~]+@[!-;=?-~]+$`)
)

// Answerable is the Message-ID as an answer may name it in In-Reply-To; empty where it is none.
func (m Message) Answerable() string {
	if len(m.ID) > maxMessageID || !id.MatchString(m.ID) {
		return ""
	}
	return m.ID
}
