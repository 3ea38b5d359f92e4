// Package door takes mails in: by SMTP or LMTP from a mail server, and by IMAP out of a mailbox. A mail is kept before it is
// acknowledged, or it is not acknowledged.
package door

import (
	"crypto/tls"
	"errors"
	"fmt"
	netmail "net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/bavn/bavn/platform/config"
)

// Config is nested in intake's configuration, under the key mail.
type Config struct {
	Addresses     []string      `koanf:"addresses" usage:"addresses received, each ADDRESS=DESK or ADDRESS=DESK/PARTY/GROUP"`
	Domain        string        `koanf:"domain" usage:"domain in which every desk has an address, its id; empty for none"`
	SMTPListen    string        `koanf:"smtp_listen" usage:"host:port for SMTP from a mail server; empty for none"`
	LMTPListen    string        `koanf:"lmtp_listen" usage:"host:port for LMTP from a mail server; empty for none"`
	Hello         string        `koanf:"hello" usage:"name with which mail servers are greeted"`
	TLSCert       string        `koanf:"tls_cert" usage:"file with the certificate for STARTTLS; empty for no encryption"`
	TLSKey        string        `koanf:"tls_key" usage:"file with its key"`
	MaxBytes      int64         `koanf:"max_bytes" usage:"largest mail, in bytes as sent"`
	MaxRecipients int           `koanf:"max_recipients" usage:"most recipients of one mail"`
	Connections   int           `koanf:"connections" usage:"most mail servers connected at once to each listener"`
	Timeout       time.Duration `koanf:"timeout" usage:"longest silence of a mail server, and longest time to keep a mail"`
	IMAP          IMAPConfig    `koanf:"imap"`
}

// IMAPConfig says which mailbox is read.
type IMAPConfig struct {
	Host     string        `koanf:"host" usage:"server of a mailbox that is read by IMAP; empty for none"`
	Port     int           `koanf:"port" usage:"its port"`
	TLS      string        `koanf:"tls" usage:"none, starttls or implicit"`
	CA       string        `koanf:"ca" usage:"file with the CA of the server's certificate; the system's CAs if empty"`
	Mailbox  string        `koanf:"mailbox" usage:"folder that is read"`
	Address  string        `koanf:"address" usage:"which of the addresses the mailbox is"`
	Username string        `koanf:"username" usage:"user at the server"`
	Password string        `koanf:"password" usage:"the user's password; empty with OAuth2" secret:"true"`
	OAuth    OAuthConfig   `koanf:"oauth"`
	Poll     time.Duration `koanf:"poll" usage:"how often the folder is looked at where the server says nothing"`
	Delete   bool          `koanf:"delete" usage:"delete what was kept; otherwise it stays there with the keyword $BavnKept"`
}

// OAuthConfig is how a token for the mailbox is got (XOAUTH2).
type OAuthConfig struct {
	TokenURL     string   `koanf:"token_url" usage:"where tokens are got; empty signs in by password"`
	ClientID     string   `koanf:"client_id" usage:"our id there"`
	ClientSecret string   `koanf:"client_secret" usage:"our secret there" secret:"true"`
	RefreshToken string   `koanf:"refresh_token" usage:"of the mailbox's user; empty signs in as the application" secret:"true"`
	Scopes       []string `koanf:"scopes" usage:"what the token is for"`
}

// DefaultConfig receives nothing.
func DefaultConfig() Config {
	return Config{
		Hello: "localhost", MaxBytes: 40 << 20, MaxRecipients: 50, Connections: 50, Timeout: time.Minute,
		IMAP: IMAPConfig{Port: 993, TLS: "implicit", Mailbox: "INBOX", Poll: time.Minute},
	}
}

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	_, err := c.routes()
	errs := []error{err}
	if (c.SMTPListen != "" || c.LMTPListen != "" || c.IMAP.Host != "") && len(c.Addresses) == 0 && c.Domain == "" {
		errs = append(errs, config.Invalid("addresses", "at least one is required to receive mail"))
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		errs = append(errs, config.Invalid("tls_key", "certificate and key go together"))
	}
	if c.MaxBytes < 64<<10 || c.MaxBytes > 100<<20 {
		errs = append(errs, config.Invalid("max_bytes", "must be 64 KiB to 100 MiB, is %d", c.MaxBytes))
	}
	if c.MaxRecipients < 1 || c.Connections < 1 {
		errs = append(errs, config.Invalid("connections", "connections and max_recipients must be at least 1"))
	}
	if c.Timeout < time.Second {
		errs = append(errs, config.Invalid("timeout", "must be at least 1s, is %v", c.Timeout))
	}
	return errors.Join(append(errs, c.IMAP.check(c))...)
}

func (c IMAPConfig) check(all Config) error {
	if c.Host == "" {
		return nil
	}
	var errs []error
	if _, known := dialers[c.TLS]; !known {
		errs = append(errs, config.Invalid("imap.tls", "must be none, starttls or implicit, is %q", c.TLS))
	}
	if routes, err := all.routes(); err == nil && routes[strings.ToLower(c.Address)] == (Route{}) {
		errs = append(errs, config.Invalid("imap.address", "must be one of the addresses"))
	}
	if c.Username == "" || (c.Password == "") == (c.OAuth.TokenURL == "") {
		errs = append(errs, config.Invalid("imap.username", "a user and either a password or oauth are required"))
	}
	if c.Poll < time.Second {
		errs = append(errs, config.Invalid("imap.poll", "must be at least 1s, is %v", c.Poll))
	}
	return errors.Join(errs...)
}

// Route is where mails to an address go.
type Route struct{ Desk, Group string }

var target = regexp.MustCompile(`^([a-z][a-z0-9-]{1,30})(?:/([a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62}))?$`)

// routes are the addresses, in lower case.
func (c Config) routes() (map[string]Route, error) {
	routes := make(map[string]Route, len(c.Addresses))
	for i, written := range c.Addresses {
		address, to, found := strings.Cut(written, "=")
		parsed, err := netmail.ParseAddress(address)
		goes := target.FindStringSubmatch(to)
		if !found || err != nil || goes == nil {
			return nil, config.Invalid("addresses", "number %d is not ADDRESS=DESK or ADDRESS=DESK/PARTY/GROUP", i+1)
		}
		routes[strings.ToLower(parsed.Address)] = Route{Desk: goes[1], Group: goes[2]}
	}
	return routes, nil
}

// certificate is the one for STARTTLS; nil for none.
func (c Config) certificate() (*tls.Config, error) {
	if c.TLSCert == "" {
		return nil, nil //nolint:nilnil // no encryption is what was asked for
	}
	pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("load the certificate for STARTTLS: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}
