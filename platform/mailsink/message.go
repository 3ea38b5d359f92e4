package mailsink

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strings"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // reads mail in ISO 8859 and other character sets too
	"github.com/emersion/go-message/mail"
)

// Message is one mail as it arrived.
type Message struct {
	ID         string    `json:"id"` // counts up in the order of arrival
	ReceivedAt time.Time `json:"received_at"`
	From       string    `json:"from"` // of the envelope (RFC 5321), as are the recipients
	To         []string  `json:"to"`
	Subject    string    `json:"subject"`
	MessageID  string    `json:"message_id"` // without angle brackets
	// Header has every field, decoded (RFC 2047), under its canonical name.
	Header      textproto.MIMEHeader `json:"header"`
	Text        string               `json:"text"`
	HTML        string               `json:"html,omitempty"`
	Attachments []Attachment         `json:"attachments,omitempty"`
	// ParseError says what of the message could not be read; the rest of it is still there.
	ParseError string `json:"parse_error,omitempty"`
	Raw        []byte `json:"-"` // the bytes that were sent
}

// Attachment describes a part that is neither text nor HTML.
type Attachment struct {
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Bytes       int64  `json:"bytes"`
}

// read fills in what the raw bytes say. A broken mail is kept and shown as far as it can be read: it is the broken ones that
// one looks for in a sink.
func (m *Message) read() {
	m.Header = textproto.MIMEHeader{}
	reader, err := mail.CreateReader(bytes.NewReader(m.Raw))
	if reader == nil {
		m.ParseError = fmt.Sprintf("header: %v", err)
		return
	}
	for field := reader.Header.Fields(); field.Next(); {
		text, err := field.Text()
		if err != nil {
			text = field.Value()
		}
		m.Header.Add(field.Key(), text)
	}
	m.Subject = m.Header.Get("Subject")
	if m.MessageID, err = reader.Header.MessageID(); err != nil {
		m.ParseError = fmt.Sprintf("Message-ID: %v", err)
	}
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil || message.IsUnknownCharset(err) {
			err = m.readPart(part)
		}
		if err != nil {
			m.ParseError = fmt.Sprintf("body: %v", err)
			return
		}
	}
}

func (m *Message) readPart(part *mail.Part) error {
	switch header := part.Header.(type) {
	case *mail.AttachmentHeader:
		return m.readAttachment(header, part.Body)
	case *mail.InlineHeader:
		contentType, _, err := header.ContentType()
		if err != nil {
			return err
		}
		body, err := io.ReadAll(part.Body)
		text := strings.ReplaceAll(string(body), "\r\n", "\n")
		if contentType == "text/html" {
			m.HTML += text
		} else {
			m.Text += text
		}
		return err
	}
	return nil
}

func (m *Message) readAttachment(header *mail.AttachmentHeader, body io.Reader) error {
	contentType, _, err := header.ContentType()
	if err != nil {
		return err
	}
	filename, err := header.Filename()
	if err != nil {
		return err
	}
	size, err := io.Copy(io.Discard, body)
	m.Attachments = append(m.Attachments, Attachment{Filename: filename, ContentType: contentType, Bytes: size})
	return err
}
