package mail

import (
	"crypto/sha256"
	"encoding/hex"
	netmail "net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/bavn/bavn/services/notify/internal/domain"
)

// write makes the mail, as text and as HTML of the same words. It is marked as made by a program, so that no answering machine
// answers (RFC 3834).
func (c *Courier) write(m domain.Dispatch) (*gomail.Msg, error) {
	text, html, err := written(m)
	if err != nil {
		return nil, err
	}
	out, err := c.envelope(m)
	if err != nil {
		return nil, err
	}
	out.SetBodyString(gomail.TypeTextPlain, text)
	out.AddAlternativeString(gomail.TypeTextHTML, html)
	return out, c.signer.sign(out)
}

// boundary parts the two forms of a mail. It is the same whenever the mail is written: the signature covers it.
func boundary(m domain.Dispatch) string {
	digest := sha256.Sum256([]byte(m.MessageID))
	return "bavn-" + hex.EncodeToString(digest[:16])
}

// envelope is the mail without its words.
func (c *Courier) envelope(m domain.Dispatch) (*gomail.Msg, error) {
	to := netmail.Address{Name: m.Name, Address: m.Address}
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary(boundary(m)))
	if err := out.From(c.cfg.From); err != nil {
		return nil, err
	}
	if err := out.To(to.String()); err != nil {
		return nil, err
	}
	if to := c.replyTo(m); to != "" {
		if err := out.ReplyTo(to); err != nil {
			return nil, err
		}
	}
	out.Subject(m.Subject)
	out.SetDateWithValue(m.Date)
	out.SetMessageIDWithValue(m.MessageID)
	if m.Thread != "" {
		out.SetGenHeader(gomail.HeaderInReplyTo, "<"+m.Thread+">")
		out.SetGenHeader(gomail.HeaderReferences, "<"+m.Thread+">")
	}
	if m.List != "" {
		out.SetGenHeader(gomail.Header("List-Id"), "<"+m.List+"."+c.cfg.Domain()+">")
	}
	if m.Unsubscribe != "" {
		out.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+m.Unsubscribe+">")
		out.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	out.SetGenHeader("Auto-Submitted", made(m))
	out.SetGenHeader("X-Auto-Response-Suppress", "All") // what Exchange understands instead
	out.SetGenHeader(gomail.HeaderContentLang, m.LanguageCode)
	if m.Traceparent != "" {
		out.SetGenHeader("Traceparent", m.Traceparent)
	}
	return out, nil
}

// made says how a program came to write it (RFC 3834, 5).
func made(m domain.Dispatch) string {
	if m.Replies {
		return "auto-replied"
	}
	return "auto-generated"
}

// replyTo is where an answer goes: the desk's address, with what it is about behind a plus (RFC 5233). Where each desk has one of
// its own, there is none for what is about nothing.
func (c *Courier) replyTo(m domain.Dispatch) string {
	to := c.cfg.ReplyTo
	if strings.Contains(to, deskPlaceholder) {
		if m.Reference.Kind == 0 {
			return ""
		}
		to = strings.ReplaceAll(to, deskPlaceholder, m.Reference.Desk)
	}
	address, err := netmail.ParseAddress(to)
	if err != nil || c.References == nil || m.Reference.Kind == 0 {
		return to
	}
	address.Address = c.References.ReplyTo(address.Address, m.Reference)
	return address.String()
}

// deskPlaceholder stands in the setting for the desk's id; it is a legal part of an address too.
const deskPlaceholder = "{desk}"
