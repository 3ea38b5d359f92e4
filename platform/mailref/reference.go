// Package mailref makes and reads the signed references by which a reply finds its way back (RFC 5322: Message-ID, References,
// Reply-To). Whoever knows the number of a ticket cannot make one; whoever has a mail from us has one. Notify writes them, intake
// reads them, so that both share the keys.
//
// One form serves all headers. In a Message-ID or References it is the whole local part; in Reply-To it stands behind the plus of
// a subaddress (RFC 5233):
//
//	<t.nsp.ascp00000042.ms3p7xq4kd2vbn5a@example.org>                            all mails of a ticket refer to it; no mail has it
//	<t.nsp.ascp00000042.019395d8-….ms3p7xq4kd2vbn5a@example.org>                 one mail of it
//	desk+t.nsp.ascp00000042.ms3p7xq4kd2vbn5a@example.org                         where an answer goes
//	desk+p.nsp.019395d8-1c2d-7e3f-8a4b-5c6d7e8f9a0b.ms3p7xq4kd2vbn5a@example.org where a call to those on duty is answered
//	<i.nsp.019395d8-1c2d-7e3f-8a4b-5c6d7e8f9a0b.ms3p7xq4kd2vbn5a@example.org>    what we said of a mail that became no ticket
//
// All of it is lower case: mail servers may change the case of a local part, and some do.
package mailref

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/bavn/bavn/platform/config"
)

// Config holds the keys. Intake and notify share them, and all their replicas do.
type Config struct {
	Keys []string `koanf:"keys" usage:"mail references' keys, 64 hex digits, newest first; same in intake and notify" secret:"true"`
}

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	_, err := c.decode()
	return err
}

func (c Config) decode() ([][]byte, error) {
	if len(c.Keys) == 0 {
		return nil, config.Invalid("keys", "at least one is required")
	}
	keys := make([][]byte, len(c.Keys))
	for i, written := range c.Keys {
		key, err := hex.DecodeString(written)
		if err != nil || len(key) != keyBytes {
			return nil, config.Invalid("keys", "number %d is not %d hex digits", i+1, 2*keyBytes)
		}
		keys[i] = key
	}
	return keys, nil
}

const (
	keyBytes = 32
	// macBytes of the signature are kept: nobody can try 2^80 mails.
	macBytes = 10
	// localBytes is the most that a local part may have (RFC 5321, 4.5.3.1.1).
	localBytes = 64
)

// Kind is what a reference leads to.
type Kind byte

// The kinds.
const (
	Ticket Kind = 't'
	Page   Kind = 'p' // a call to those on duty
	// Inbound is a mail that came in and was answered, though it became no ticket.
	Inbound Kind = 'i'
)

// Reference is what a mail is about.
type Reference struct {
	Kind Kind
	// Desk and ID are those of the resource's name: "nsp", "ASCP00000042".
	Desk, ID string
	// Serial tells the mails of one resource apart; empty for what they have in common.
	Serial string
}

// Signer makes and reads references. It is safe for concurrent use.
type Signer struct{ keys [][]byte }

// New makes a signer. The first key signs, all of them are known again.
func New(cfg Config) (*Signer, error) {
	keys, err := cfg.decode()
	if err != nil {
		return nil, err
	}
	return &Signer{keys: keys}, nil
}

// Local is the reference as a local part.
func (s *Signer) Local(r Reference) string {
	unsigned := r.unsigned()
	return unsigned + "." + mac(s.keys[0], unsigned)
}

// MessageID is the reference as a Message-ID, without angle brackets.
func (s *Signer) MessageID(r Reference, domain string) string { return s.Local(r) + "@" + domain }

// ReplyTo is an address with the reference behind a plus: "desk@example.org" becomes "desk+t.nsp.….@example.org". Where that
// would be too long to be an address, it is the address as it was: the other headers still lead back.
func (s *Signer) ReplyTo(address string, r Reference) string {
	r.Serial = ""
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address
	}
	local := address[:at] + "+" + s.Local(r)
	if len(local) > localBytes {
		return address
	}
	return local + address[at:]
}

func (r Reference) unsigned() string {
	parts := []string{string(r.Kind), r.Desk, r.ID}
	if r.Serial != "" {
		parts = append(parts, r.Serial)
	}
	return strings.ToLower(strings.Join(parts, "."))
}

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

func mac(key []byte, unsigned string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("bavn mail reference\x00" + unsigned))
	return strings.ToLower(encoding.EncodeToString(h.Sum(nil)[:macBytes]))
}

// written is the form of a local part or of what stands behind its plus: kind, desk, id, perhaps a serial, signature.
var written = regexp.MustCompile(
	`(?:^|[<+\s,;:"])([tpi])\.([a-z][a-z0-9-]{1,30})\.([a-z0-9][a-z0-9-]{3,35})(?:\.([a-z0-9-]{1,36}))?\.([a-z2-7]{16})@`)

// ErrNone is said of headers in which there is no reference of ours.
var ErrNone = errors.New("no signed reference")

// maxHeader is as much of a header as is read: References may name a hundred mails.
const maxHeader = 32 << 10

// Find returns the reference that headers hold, the last one of the first header that holds any: References ends with the mail
// that is answered. Give Reply-To's address (To, Delivered-To) first, then In-Reply-To, then References. Returns ErrNone.
func (s *Signer) Find(headers ...string) (Reference, error) {
	for _, header := range headers {
		lower := strings.ToLower(header[:min(len(header), maxHeader)])
		found := written.FindAllStringSubmatch(lower, -1)
		for i := len(found) - 1; i >= 0; i-- {
			m := found[i]
			r := Reference{Kind: Kind(m[1][0]), Desk: m[2], ID: m[3], Serial: m[4]}
			if !s.signed(r, m[5]) {
				continue
			}
			if r.Kind == Ticket {
				r.ID = strings.ToUpper(r.ID)
			}
			return r, nil
		}
	}
	return Reference{}, ErrNone
}

// Foreign reports whether a header holds a reference of this form, whoever signed it: another installation makes such as well.
func Foreign(header string) bool {
	return written.MatchString(strings.ToLower(header[:min(len(header), maxHeader)]))
}

func (s *Signer) signed(r Reference, signature string) bool {
	for _, key := range s.keys {
		if hmac.Equal([]byte(mac(key, r.unsigned())), []byte(signature)) {
			return true
		}
	}
	return false
}

// String is for messages to people who run Bavn.
func (r Reference) String() string {
	collection := map[Kind]string{Ticket: "tickets", Page: "pages", Inbound: "inboundItems"}[r.Kind]
	return fmt.Sprintf("desks/%s/%s/%s", r.Desk, collection, r.ID)
}
