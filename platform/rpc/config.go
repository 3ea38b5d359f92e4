package rpc

import (
	"errors"
	"time"

	"github.com/bavn/bavn/platform/config"
)

// ServerConfig is nested in each process's configuration under the key rpc.
type ServerConfig struct {
	Listen          string        `koanf:"listen" usage:"host:port of the gRPC server; port 0 takes a free one"`
	MaxMessageBytes int           `koanf:"max_message_bytes" usage:"largest request message"`
	MaxStreams      uint32        `koanf:"max_streams" usage:"concurrent calls per connection"`
	DefaultDeadline time.Duration `koanf:"default_deadline" usage:"deadline of a unary call whose caller gives none"`
	StopTimeout     time.Duration `koanf:"stop_timeout" usage:"longest time that running calls get to finish at a shutdown"`
	ProbeInterval   time.Duration `koanf:"probe_interval" usage:"time between two health checks of database and the like"`
	ProbeTimeout    time.Duration `koanf:"probe_timeout" usage:"longest time one health check may take"`
	Reflection      bool          `koanf:"reflection" usage:"serve the contract to tools such as grpcurl"`
}

// DefaultServerConfig suits a service behind the gateway.
func DefaultServerConfig() ServerConfig {
	return ServerConfig{
		Listen:          "127.0.0.1:0",
		MaxMessageBytes: 1 << 20,
		MaxStreams:      1000,
		DefaultDeadline: 10 * time.Second,
		StopTimeout:     8 * time.Second,
		ProbeInterval:   5 * time.Second,
		ProbeTimeout:    2 * time.Second,
		Reflection:      true,
	}
}

// Validate returns the settings that cannot work.
func (c ServerConfig) Validate() error {
	var errs []error
	if c.Listen == "" {
		errs = append(errs, config.Invalid("listen", "must be host:port"))
	}
	if c.MaxMessageBytes < 1<<10 {
		errs = append(errs, config.Invalid("max_message_bytes", "must be at least 1024, is %d", c.MaxMessageBytes))
	}
	if c.MaxStreams == 0 {
		errs = append(errs, config.Invalid("max_streams", "must be more than 0"))
	}
	for _, d := range []struct {
		key   string
		value time.Duration
	}{
		{"default_deadline", c.DefaultDeadline},
		{"stop_timeout", c.StopTimeout},
		{"probe_interval", c.ProbeInterval},
		{"probe_timeout", c.ProbeTimeout},
	} {
		if d.value <= 0 {
			errs = append(errs, config.Invalid(d.key, "must be more than 0, is %v", d.value))
		}
	}
	return errors.Join(errs...)
}
