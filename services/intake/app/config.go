package app

import (
	"encoding/hex"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/bavn/bavn/platform/blobstore"
	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/intake/internal/ldapsource"
	"github.com/bavn/bavn/services/intake/internal/mail/door"
)

// Config is everything intake is told.
type Config struct {
	service.Config
	Triage dial.Config `koanf:"triage"`
	// Notify is told of answers to calls.
	Notify dial.Config      `koanf:"notify"`
	Open   OpenConfig       `koanf:"open"`
	Blobs  blobstore.Config `koanf:"blobs"`
	// References are those in mails of ours, by which answers find their tickets.
	References mailref.Config `koanf:"references"`
	Mail       door.Config    `koanf:"mail"`

	Attachments AttachmentConfig  `koanf:"attachments"`
	LDAP        ldapsource.Config `koanf:"ldap"`
	Connections ConnectionsConfig `koanf:"connections"`
}

// AttachmentConfig says how files are received and given out.
type AttachmentConfig struct {
	UploadTimeout time.Duration `koanf:"upload_timeout" usage:"longest time that one file may take to be received"`
	DownloadURL   string        `koanf:"download_url" usage:"address that download links begin with: the gateway's, and /files"`
	Scanner       string        `koanf:"scanner" usage:"host:port of a clamd that looks for malware; empty looks for none"`
}

// Validate returns what cannot work.
func (c AttachmentConfig) Validate() error {
	var errs []error
	if c.UploadTimeout < time.Second {
		errs = append(errs, config.Invalid("upload_timeout", "must be at least 1s, is %v", c.UploadTimeout))
	}
	at, err := url.Parse(c.DownloadURL)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" || strings.HasSuffix(at.Path, "/") {
		errs = append(errs, config.Invalid("download_url", "must be http(s)://host/path, is %q", c.DownloadURL))
	}
	if _, _, err := net.SplitHostPort(c.Scanner); c.Scanner != "" && err != nil {
		errs = append(errs, config.Invalid("scanner", "must be host:port, is %q", c.Scanner))
	}
	return errors.Join(errs...)
}

// OpenConfig says how long a reporter waits for triage, and when the backstop tries again.
type OpenConfig struct {
	InlineTimeout time.Duration `koanf:"inline_timeout" usage:"longest wait for triage before a number alone is answered"`
	RetryAfter    time.Duration `koanf:"retry_after" usage:"when the job opens a ticket that is still not open"`
}

// Validate returns what cannot work.
func (c OpenConfig) Validate() error {
	if c.InlineTimeout <= 0 {
		return config.Invalid("inline_timeout", "must be more than 0, is %v", c.InlineTimeout)
	}
	if c.RetryAfter <= c.InlineTimeout {
		return config.Invalid("retry_after", "must be more than inline_timeout (%v), is %v", c.InlineTimeout, c.RetryAfter)
	}
	return nil
}

// ConnectionsConfig is for connections with the parties' own tools.
type ConnectionsConfig struct {
	Keys []string `koanf:"keys" usage:"keys of tools' secrets, 64 hex digits, newest first; without, none is heard" secret:"true"`
}

// Validate returns what cannot work.
func (c ConnectionsConfig) Validate() error {
	_, err := c.sealer()
	return err
}

// sealer is nil without a key.
func (c ConnectionsConfig) sealer() (*pagetoken.Sealer, error) {
	if len(c.Keys) == 0 {
		return nil, nil
	}
	keys := make([][]byte, len(c.Keys))
	for i, written := range c.Keys {
		key, err := hex.DecodeString(written)
		if err != nil || len(key) != pagetoken.KeyBytes {
			return nil, config.Invalid("keys", "number %d is not %d hex digits", i+1, 2*pagetoken.KeyBytes)
		}
		keys[i] = key
	}
	return pagetoken.New(keys...)
}

// DefaultConfig is what a process starts from.
func DefaultConfig() Config {
	return Config{
		Mail:        door.DefaultConfig(),
		Config:      service.DefaultConfig(Name),
		Triage:      dial.DefaultConfig("127.0.0.1:7102"),
		Notify:      dial.DefaultConfig("127.0.0.1:7103"),
		Open:        OpenConfig{InlineTimeout: 3 * time.Second, RetryAfter: 10 * time.Second},
		Blobs:       blobstore.DefaultConfig(),
		Attachments: AttachmentConfig{UploadTimeout: 15 * time.Minute, DownloadURL: "http://127.0.0.1:8080/files"},
		LDAP:        ldapsource.DefaultConfig(),
	}
}
