package app

import (
	"time"

	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/service"
)

// Config is everything triage is told.
type Config struct {
	service.Config
	Intake   dial.Config    `koanf:"intake"`
	HandOver HandOverConfig `koanf:"hand_over"`
	Profiles ProfilesConfig `koanf:"profiles"`
}

// ProfilesConfig says where the processes of the desks are.
type ProfilesConfig struct {
	Dir   string        `koanf:"dir" usage:"folder with the profiles of the desks; empty for those that Bavn ships with"`
	Every time.Duration `koanf:"every" usage:"how often the folder is looked at for changes"`
}

// Validate returns what cannot work.
func (c ProfilesConfig) Validate() error {
	if c.Every < time.Second {
		return config.Invalid("every", "must be at least a second, is %v", c.Every)
	}
	return nil
}

// HandOverConfig says how long offers wait.
type HandOverConfig struct {
	Lapse time.Duration `koanf:"lapse" usage:"how long an offered hand-over waits for its answer"`
}

// Validate returns what cannot work.
func (c HandOverConfig) Validate() error {
	if c.Lapse < time.Minute {
		return config.Invalid("lapse", "must be at least a minute, is %v", c.Lapse)
	}
	return nil
}

// DefaultConfig is what a process starts from.
func DefaultConfig() Config {
	c := Config{
		Config:   service.DefaultConfig(Name),
		Intake:   dial.DefaultConfig("127.0.0.1:7101"),
		HandOver: HandOverConfig{Lapse: 4 * time.Hour},
		Profiles: ProfilesConfig{Every: 10 * time.Second},
	}
	c.RPC.Listen = "127.0.0.1:7102"
	// A timer takes milliseconds, and many may ring at once: four workers shall not wait for a tenth of a second between them.
	c.Jobs.FetchCooldown = 10 * time.Millisecond
	return c
}
