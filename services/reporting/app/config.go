package app

import (
	"github.com/bavn/bavn/platform/rpc"
	"github.com/bavn/bavn/platform/service"
)

// Config is everything reporting is told.
type Config struct {
	service.Config
	Triage rpc.ClientConfig `koanf:"triage"`
	Intake rpc.ClientConfig `koanf:"intake"`
	Notify rpc.ClientConfig `koanf:"notify"`
}

// DefaultConfig is what a process starts from.
func DefaultConfig() Config {
	return Config{
		Config: service.DefaultConfig(Name),
		Triage: rpc.DefaultClientConfig("127.0.0.1:7102"),
		Intake: rpc.DefaultClientConfig("127.0.0.1:7101"),
		Notify: rpc.DefaultClientConfig("127.0.0.1:7103"),
	}
}
