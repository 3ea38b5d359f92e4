package app

import (
	"time"

	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/service"
)

// Config is everything intake is told.
type Config struct {
	service.Config
	Triage dial.Config `koanf:"triage"`
	Open   OpenConfig  `koanf:"open"`
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

// DefaultConfig is what a process starts from.
func DefaultConfig() Config {
	return Config{
		Config: service.DefaultConfig(Name),
		Triage: dial.DefaultConfig("127.0.0.1:7102"),
		Open:   OpenConfig{InlineTimeout: 3 * time.Second, RetryAfter: 10 * time.Second},
	}
}
