package app

import (
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/service"
)

// Config is everything reporting is told.
type Config struct {
	service.Config
	Triage dial.Config `koanf:"triage"`
	Intake dial.Config `koanf:"intake"`
	Notify dial.Config `koanf:"notify"`
}

// DefaultConfig is what a process starts from.
func DefaultConfig() Config {
	return Config{
		Config: service.DefaultConfig(Name),
		Triage: dial.DefaultConfig("127.0.0.1:7102"),
		Intake: dial.DefaultConfig("127.0.0.1:7101"),
		Notify: dial.DefaultConfig("127.0.0.1:7103"),
	}
}
