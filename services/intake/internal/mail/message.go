// Package mail reads mails: what one says of itself, what is new in it, whether a person wrote it, and which ticket it belongs
// to. It decides and changes nothing.
package mail

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	netmail "net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2"
)

// Message is a mail as far as intake needs it. Everything in it is as the sender said it: nothing is proved.
type Message struct {
	// ID is the Message-ID without angle brackets; empty where there is none.
	ID string
	// From is who wrote it; the address is in lower case and empty where it is none.
	From netmail.Address
	// Subject has no line breaks.
	Subject string
	// Text is all of it as plain text, made from HTML where there is nothing else.
	Text string
	// To are the headers that may lead to a ticket, the most telling first: addresses it was sent to, what it answers.
	To, InReplyTo, References string
	// Parts are what came with it, names and types as the sender said them.
	Parts []Part
	// Sealed is set where the content can be read by its recipient alone, as S/MIME or PGP: it is kept as such.
	Sealed bool
	// Kind says whether a person wrote it.
	Kind Kind
	// ReturnPath is the sender of its envelope; empty where it had none, or the null one.
	ReturnPath string
	// Bounced are the headers of the mail that could not be delivered; empty where this is not about one.
	Bounced string
}

// Part is something that came with a mail.
type Part struct {
	Name, MediaType string
	Inline          bool
	Content         []byte
}

// tolerant takes whatever mail programs send: what is wrong with a part is no reason to lose the others.
var tolerant = []enmime.Option{
	enmime.SkipMalformedParts(true), enmime.MultipartWOBoundaryAsSinglePart(true), enmime.MaxStoredPartErrors(20),
	enmime.SetReadPartErrorPolicy(func(*enmime.Part, error) bool { return true }),
	enmime.StripMediaTypeInvalidCharacters(true),
}

var (
	guessing = enmime.NewParser(tolerant...)
	// declared guesses no character set where none is named.
	declared = enmime.NewParser(append(tolerant, enmime.MinCharsetDetectRunes(math.MaxInt))...)
)

// envelope knows UTF-8 when it sees it: a guess by the frequency of letters takes short texts for Latin-1.
func envelope(original []byte) (*enmime.Envelope, error) {
	if !utf8.Valid(original) || !bytes.ContainsFunc(original, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return guessing.ReadEnvelope(bytes.NewReader(original))
	}
	var missing io.Reader = strings.NewReader("")
	if headers, err := enmime.DecodeHeaders(original, "Content-Type"); err == nil && headers.Get("Content-Type") == "" {
		missing = strings.NewReader("Content-Type: text/plain; charset=utf-8\r\n")
	}
	return declared.ReadEnvelope(io.MultiReader(missing, bytes.NewReader(original)))
}

// ErrUnreadable is the answer for bytes that are no mail.
var ErrUnreadable = errors.New("not a mail")

// Parse reads a mail. ErrUnreadable says that it cannot be read.
func Parse(original []byte) (m Message, err error) {
	defer func() { // the parser meets whatever anybody sends
		if broken := recover(); broken != nil {
			err = fmt.Errorf("%w: the parser failed: %v", ErrUnreadable, broken)
		}
	}()
	if depth(original) > deepest {
		return Message{}, fmt.Errorf("%w: its parts lie too deep in each other", ErrUnreadable)
	}
	e, err := envelope(original)
	if err != nil || e == nil || e.Root == nil {
		return Message{}, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if len(e.GetHeaderKeys()) == 0 {
		return Message{}, fmt.Errorf("%w: it has no headers", ErrUnreadable)
	}
	m = Message{
		ID: messageID(e.GetHeader("Message-Id")), From: author(e.GetHeader), Subject: line(e.GetHeader("Subject")), Text: text(e.Text),
		To: joined(e, "Delivered-To", "X-Original-To", "To", "Cc"), InReplyTo: e.GetHeader("In-Reply-To"),
		References: e.GetHeader("References"), Sealed: sealed(e.Root), Kind: kindOf(e), Bounced: bounced(e.Root),
		ReturnPath: messageID(line(e.GetHeader("Return-Path"))),
	}
	for _, parts := range []struct {
		of     []*enmime.Part
		inline bool
	}{{e.Attachments, false}, {e.Inlines, true}, {e.OtherParts, true}} {
		for _, p := range parts.of {
			m.Parts = append(m.Parts, Part{
				Name: line(p.FileName), MediaType: p.ContentType, Inline: parts.inline, Content: p.Content,
			})
		}
	}
	return m, nil
}

// messageID takes the angle brackets away, and what does not belong to an id.
func messageID(header string) string {
	return strings.TrimFunc(header, func(r rune) bool { return r == '<' || r == '>' || unicode.IsSpace(r) })
}

// author is the first of From; where that is no address, Sender's and then Reply-To's.
func author(header func(name string) string) netmail.Address {
	for _, name := range []string{"From", "Sender", "Reply-To"} {
		list, err := enmime.ParseAddressList(header(name))
		if err != nil {
			continue
		}
		for _, a := range list {
			if a != nil && strings.Contains(a.Address, "@") {
				return netmail.Address{Name: line(a.Name), Address: strings.ToLower(line(a.Address))}
			}
		}
	}
	return netmail.Address{Name: line(header("From"))}
}

func joined(e *enmime.Envelope, headers ...string) string {
	var all []string
	for _, header := range headers {
		all = append(all, e.GetHeaderValues(header)...)
	}
	return strings.Join(all, ", ")
}

// line is a header's text as one line of valid characters.
func line(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// text is what a database can keep: valid, without NUL, with one kind of line end.
func text(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\uFFFD")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case r == utf8.RuneError || !unicode.IsControl(r):
			return r
		}
		return -1
	}, s))
}

var sealedTypes = map[string]bool{
	"multipart/encrypted": true, "application/pkcs7-mime": true, "application/x-pkcs7-mime": true, "application/pgp-encrypted": true,
}

// sealed reports whether the whole content is for the recipient alone. A mail that is merely signed can be read by all.
func sealed(root *enmime.Part) bool {
	if root.ContentType == "multipart/encrypted" {
		return true
	}
	if !sealedTypes[root.ContentType] {
		return false
	}
	_, parameters, err := mime.ParseMediaType(root.Header.Get("Content-Type"))
	return err != nil || !strings.EqualFold(cmp.Or(parameters["smime-type"], "enveloped-data"), "signed-data")
}

// maxFiles is how many enclosed files are taken out of a mail; more stay in the original.
const maxFiles = 50

// Files are what was enclosed and has content, the signature of the mail itself left out: it is worth nothing without the
// original.
func (m Message) Files() []Part {
	var files []Part
	for _, part := range m.Parts {
		if len(part.Content) > 0 && !signatures[part.MediaType] && len(files) < maxFiles {
			files = append(files, part)
		}
	}
	return files
}

var signatures = map[string]bool{
	"application/pkcs7-signature": true, "application/x-pkcs7-signature": true, "application/pgp-signature": true,
}

// maxRaw is how much is shown of what cannot be read.
const maxRaw = 4000

// Raw is what can be shown of bytes that are no mail.
func Raw(original []byte) string { return text(string(original[:min(len(original), maxRaw)])) }
