package app

import (
	"encoding/hex"
	"time"

	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/rpc"
	"github.com/bavn/bavn/platform/service"
)

// Config is everything intake is told.
type Config struct {
	service.Config
	Triage rpc.ClientConfig `koanf:"triage"`
	Open   OpenConfig       `koanf:"open"`

	Connections ConnectionsConfig `koanf:"connections"`
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
	Keys []string `koanf:"keys" usage:"keys that seal the tools' secrets, 64 hex digits each, newest first; no tool is heard without" secret:"true"`
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
		Config: service.DefaultConfig(Name),
		Triage: rpc.DefaultClientConfig("127.0.0.1:7102"),
		Open:   OpenConfig{InlineTimeout: 3 * time.Second, RetryAfter: 10 * time.Second},
	}
}
