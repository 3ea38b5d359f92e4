package dial

import (
	"errors"
	"time"

	"github.com/bavn/bavn/platform/config"
)

// Config says how one service is called.
type Config struct {
	Target string `koanf:"target" usage:"gRPC target: host:port, or dns:///host:port for all replicas of a headless service"`
	// Timeout is the deadline of a unary call whose context has none.
	Timeout         time.Duration `koanf:"timeout" usage:"deadline of a call that has none"`
	MaxMessageBytes int           `koanf:"max_message_bytes" usage:"largest answer"`
}

// DefaultConfig suits calls between services; Target is left to the caller.
func DefaultConfig(target string) Config {
	return Config{Target: target, Timeout: 5 * time.Second, MaxMessageBytes: 4 << 20}
}

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	var errs []error
	if c.Target == "" {
		errs = append(errs, config.Invalid("target", "must be host:port"))
	}
	if c.Timeout <= 0 {
		errs = append(errs, config.Invalid("timeout", "must be more than 0, is %v", c.Timeout))
	}
	if c.MaxMessageBytes < 1<<10 {
		errs = append(errs, config.Invalid("max_message_bytes", "must be at least 1024, is %d", c.MaxMessageBytes))
	}
	return errors.Join(errs...)
}
