// Package mail hands messages to a mail server, over connections that are kept open between messages.
package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	netmail "net/mail"
	"os"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/bavn/bavn/platform/config"
)

// Config says which mail server to use, and as whom.
type Config struct {
	Host     string `koanf:"host" usage:"mail server"`
	Port     int    `koanf:"port" usage:"its port: 25, 587 (submission) or 465 (implicit TLS)"`
	TLS      string `koanf:"tls" usage:"none, opportunistic, required (both STARTTLS) or implicit"`
	CA       string `koanf:"ca" usage:"file with the CA of the server's certificate; the system's CAs if empty"`
	Username string `koanf:"username" usage:"user at the server; empty to send without signing in"`
	Password string `koanf:"password" usage:"the user's password" secret:"true"`
	Hello    string `koanf:"hello" usage:"name in EHLO; the host's own if empty"`

	From    string `koanf:"from" usage:"sender, such as \"Service desk <desk@example.org>\""`
	ReplyTo string `koanf:"reply_to" usage:"where answers go, such as {desk}@example.org; to the sender if empty"`

	DKIM DKIMConfig `koanf:"dkim"`

	Connections int           `koanf:"connections" usage:"open connections to the mail server"`
	IdleTimeout time.Duration `koanf:"idle_timeout" usage:"an open connection that is not used for so long is opened anew"`
	SendTimeout time.Duration `koanf:"send_timeout" usage:"longest time to connect, and to hand over one message"`
}

// DefaultConfig sends to the machine's own mail server.
func DefaultConfig() Config {
	return Config{
		Host: "127.0.0.1", Port: 25, TLS: "opportunistic", From: "Bavn <bavn@localhost>",
		Connections: 4, IdleTimeout: 30 * time.Second, SendTimeout: 5 * time.Second,
	}
}

var tlsPolicies = map[string]gomail.Option{
	"none":          gomail.WithTLSPolicy(gomail.NoTLS),
	"opportunistic": gomail.WithTLSPolicy(gomail.TLSOpportunistic),
	"required":      gomail.WithTLSPolicy(gomail.TLSMandatory),
	"implicit":      gomail.WithSSL(),
}

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	var errs []error
	if c.Host == "" {
		errs = append(errs, config.Invalid("host", "is required"))
	}
	if c.Port < 1 || c.Port > 65535 {
		errs = append(errs, config.Invalid("port", "must be 1 to 65535, is %d", c.Port))
	}
	if _, known := tlsPolicies[c.TLS]; !known {
		errs = append(errs, config.Invalid("tls", "must be none, opportunistic, required or implicit, is %q", c.TLS))
	}
	if _, err := netmail.ParseAddress(c.From); err != nil {
		errs = append(errs, config.Invalid("from", "must be a mail address, is %q", c.From))
	}
	if c.ReplyTo != "" {
		if _, err := netmail.ParseAddress(c.ReplyTo); err != nil {
			errs = append(errs, config.Invalid("reply_to", "must be a mail address, is %q", c.ReplyTo))
		}
	}
	if c.Connections < 1 {
		errs = append(errs, config.Invalid("connections", "must be at least 1, is %d", c.Connections))
	}
	if c.SendTimeout < time.Second {
		errs = append(errs, config.Invalid("send_timeout", "must be at least 1s, is %v", c.SendTimeout))
	}
	return errors.Join(errs...)
}

// Domain is the sender's, in which Message-IDs are made.
func (c Config) Domain() string {
	from, err := netmail.ParseAddress(c.From)
	if err != nil {
		return ""
	}
	return from.Address[strings.LastIndexByte(from.Address, '@')+1:]
}

// client is the configuration as go-mail takes it.
func (c Config) client() (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(c.Port), tlsPolicies[c.TLS], gomail.WithTimeout(c.SendTimeout),
		gomail.WithoutNoop(), // a dead connection shows at MAIL FROM as well, one round trip earlier
	}
	if c.CA != "" {
		roots, err := certificates(c.CA)
		if err != nil {
			return nil, err
		}
		options = append(options, gomail.WithTLSConfig(&tls.Config{
			ServerName: c.Host, RootCAs: roots, MinVersion: tls.VersionTLS12,
		}))
	}
	if c.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(c.Username), gomail.WithPassword(c.Password))
	}
	if c.Hello != "" {
		options = append(options, gomail.WithHELO(c.Hello))
	}
	return gomail.NewClient(c.Host, options...)
}

func certificates(file string) (*x509.CertPool, error) {
	written, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the mail server's CA: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(written) {
		return nil, fmt.Errorf("read the mail server's CA: %s holds no certificate", file)
	}
	return roots, nil
}
