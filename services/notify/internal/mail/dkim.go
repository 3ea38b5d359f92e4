package mail

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
	gomail "github.com/wneessen/go-mail"

	"github.com/bavn/bavn/platform/config"
)

// DKIMConfig says with which key mails are signed (RFC 6376).
type DKIMConfig struct {
	Domain   string `koanf:"domain" usage:"domain that signs, usually the sender's; empty signs nothing"`
	Selector string `koanf:"selector" usage:"the key's name in the domain's DNS, as in SELECTOR._domainkey.DOMAIN"`
	Key      string `koanf:"key" usage:"file with the private key, RSA or Ed25519, PKCS#8 or PKCS#1 in PEM"`
}

// Validate returns the settings that cannot work.
func (c DKIMConfig) Validate() error {
	if c.Domain == "" {
		return nil
	}
	var errs []error
	if c.Selector == "" {
		errs = append(errs, config.Invalid("selector", "is required with domain"))
	}
	if c.Key == "" {
		errs = append(errs, config.Invalid("key", "is required with domain"))
	}
	return errors.Join(errs...)
}

// signedFields are those that a receiver judges a mail by, and those that lead a reply back. A field that a mail has not is
// signed as missing, so that nobody adds it.
var signedFields = []string{
	"From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To", "MIME-Version", "Content-Type",
	"Content-Language", "Auto-Submitted", "List-Id", "List-Unsubscribe",
	"List-Unsubscribe-Post", // RFC 8058, 4: both are signed
}

// signer signs mails; nil signs nothing.
type signer struct{ options *dkim.SignOptions }

func newSigner(c DKIMConfig) (*signer, error) {
	if c.Domain == "" {
		return nil, nil //nolint:nilnil // nothing is signed
	}
	key, err := privateKey(c.Key)
	if err != nil {
		return nil, fmt.Errorf("read the DKIM key: %w", err)
	}
	return &signer{&dkim.SignOptions{
		Domain: c.Domain, Selector: c.Selector, Signer: key, HeaderCanonicalization: dkim.CanonicalizationRelaxed,
		BodyCanonicalization: dkim.CanonicalizationRelaxed, HeaderKeys: signedFields,
	}}, nil
}

func privateKey(file string) (crypto.Signer, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, fmt.Errorf("%s holds no PEM", file)
	}
	if block.Type == "RSA PRIVATE KEY" {
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		return key, nil
	case ed25519.PrivateKey:
		return key, nil
	default:
		return nil, fmt.Errorf("%s holds a %T, want RSA or Ed25519", file, parsed)
	}
}

// sign adds the signature over the mail as it will be written: its boundary is fixed before.
func (s *signer) sign(m *gomail.Msg) error {
	if s == nil {
		return nil
	}
	var raw bytes.Buffer
	if _, err := m.WriteTo(&raw); err != nil {
		return fmt.Errorf("write the mail: %w", err)
	}
	signing, err := dkim.NewSigner(s.options)
	if err != nil {
		return fmt.Errorf("sign the mail: %w", err)
	}
	if _, err := raw.WriteTo(signing); err != nil {
		return fmt.Errorf("sign the mail: %w", errors.Join(err, signing.Close()))
	}
	if err := signing.Close(); err != nil {
		return fmt.Errorf("sign the mail: %w", err)
	}
	name, value, _ := strings.Cut(signing.Signature(), ":")
	m.SetGenHeaderPreformatted(gomail.Header(name), strings.TrimSpace(value))
	return nil
}
