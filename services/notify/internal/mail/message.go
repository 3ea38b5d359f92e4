package mail

import (
	netmail "net/mail"

	gomail "github.com/wneessen/go-mail"

	"github.com/bavn/bavn/services/notify/internal/domain"
)

// write makes the mail. It is marked as made by a program, so that no answering machine answers (RFC 3834).
func (c Config) write(m domain.Dispatch) (*gomail.Msg, error) {
	to := netmail.Address{Name: m.Name, Address: m.Address}
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := out.From(c.From); err != nil {
		return nil, err
	}
	if err := out.To(to.String()); err != nil {
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
	if m.Thread != "" {
		out.SetGenHeader(gomail.HeaderInReplyTo, "<"+m.Thread+">")
		out.SetGenHeader(gomail.HeaderReferences, "<"+m.Thread+">")
	}
	if m.Unsubscribe != "" {
		out.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+m.Unsubscribe+">")
		out.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	out.SetGenHeader("Auto-Submitted", "auto-generated")
	out.SetGenHeader("X-Auto-Response-Suppress", "All") // what Exchange understands instead
	out.SetGenHeader(gomail.HeaderContentLang, m.LanguageCode)
	if m.Traceparent != "" {
		out.SetGenHeader("Traceparent", m.Traceparent)
	}
	out.SetBodyString(gomail.TypeTextPlain, m.Body)
	return out, nil
}
