package app

import (
	"errors"
	"time"

	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/outbound"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/mail"
	"github.com/bavn/bavn/services/notify/internal/phone"
)

// Config is everything notify is told.
type Config struct {
	service.Config
	Intake   dial.Config    `koanf:"intake"`
	Triage   dial.Config    `koanf:"triage"`
	Mail     mail.Config    `koanf:"mail"`
	Delivery DeliveryConfig `koanf:"delivery"`
	Calm     CalmConfig     `koanf:"calm"`
	Tools    ToolsConfig    `koanf:"tools"`
	Webhooks WebhookConfig  `koanf:"webhooks"`
	Phone    phone.Config   `koanf:"phone"`
	// References are signed with the keys that intake has too.
	References mailref.Config `koanf:"references"`
}

// ToolsConfig says how the parties' own tools are called.
type ToolsConfig struct {
	outbound.Config
	Secrets string `koanf:"secrets" usage:"folder of tools' credentials, files {desk}.{credential}; no tool is called without"`
	Workers int    `koanf:"workers" usage:"calls to tools at once"`
}

// Validate returns what cannot work.
func (c ToolsConfig) Validate() error {
	if c.Workers < 1 {
		return config.Invalid("workers", "must be at least 1, is %d", c.Workers)
	}
	return c.Config.Validate()
}

// WebhookConfig says how other systems are told.
type WebhookConfig struct {
	outbound.Config
	Workers      int           `koanf:"workers" usage:"webhooks that are sent to at once; each may take a database connection"`
	RetryFirst   time.Duration `koanf:"retry_first" usage:"pause after a delivery's first failed attempt, doubled after each"`
	RetryMax     time.Duration `koanf:"retry_max" usage:"longest pause between two attempts"`
	GiveUpAfter  time.Duration `koanf:"give_up_after" usage:"how long a delivery is tried before it is given up"`
	Trips        int           `koanf:"trips" usage:"failures in a row after which a receiver is left alone for a while"`
	PauseMax     time.Duration `koanf:"pause_max" usage:"longest time for which a receiver is left alone"`
	DisableAfter time.Duration `koanf:"disable_after" usage:"how long a receiver may fail before its webhook is disabled"`
}

// Validate returns what cannot work.
func (c WebhookConfig) Validate() error {
	var errs []error
	for key, value := range map[string]int{"workers": c.Workers, "trips": c.Trips} {
		if value < 1 {
			errs = append(errs, config.Invalid(key, "must be at least 1, is %d", value))
		}
	}
	for key, value := range map[string]time.Duration{
		"retry_first": c.RetryFirst, "pause_max": c.PauseMax, "give_up_after": c.GiveUpAfter, "disable_after": c.DisableAfter,
	} {
		if value <= 0 {
			errs = append(errs, config.Invalid(key, "must be more than 0, is %v", value))
		}
	}
	if c.RetryMax < c.RetryFirst {
		errs = append(errs, config.Invalid("retry_max", "must be at least retry_first (%v), is %v", c.RetryFirst, c.RetryMax))
	}
	return errors.Join(append(errs, c.Config.Validate())...)
}

func (c WebhookConfig) patience() domain.WebhookPatience {
	return domain.WebhookPatience{
		Patience: domain.Patience{First: c.RetryFirst, Longest: c.RetryMax, GiveUp: c.GiveUpAfter},
		Trips:    c.Trips, Pause: c.PauseMax, DisableAfter: c.DisableAfter,
	}
}

// DeliveryConfig says how messages are delivered.
type DeliveryConfig struct {
	LinkURL     string        `koanf:"link_url" usage:"signed links' page at the gateway, with {desk}, {link}; empty for none"`
	TicketURL   string        `koanf:"ticket_url" usage:"page of a ticket, with {desk} and {ticket} in it; empty for none"`
	BoardURL    string        `koanf:"board_url" usage:"page of a desk's board, with {desk} in it; empty: nobody subscribes"`
	RetryFirst  time.Duration `koanf:"retry_first" usage:"pause after a message's first failed attempt, doubled after each"`
	RetryMax    time.Duration `koanf:"retry_max" usage:"longest pause between two attempts"`
	GiveUpAfter time.Duration `koanf:"give_up_after" usage:"how long a message is tried before it has failed"`
	RetryAfter  time.Duration `koanf:"retry_after" usage:"pause before intake and triage are asked again when they are away"`
}

// Validate returns what cannot work.
func (c DeliveryConfig) Validate() error {
	var errs []error
	if c.RetryFirst <= 0 {
		errs = append(errs, config.Invalid("retry_first", "must be more than 0, is %v", c.RetryFirst))
	}
	if c.RetryMax < c.RetryFirst {
		errs = append(errs, config.Invalid("retry_max", "must be at least retry_first (%v), is %v", c.RetryFirst, c.RetryMax))
	}
	if c.GiveUpAfter < 0 {
		errs = append(errs, config.Invalid("give_up_after", "must not be negative, is %v", c.GiveUpAfter))
	}
	if c.RetryAfter <= 0 {
		errs = append(errs, config.Invalid("retry_after", "must be more than 0, is %v", c.RetryAfter))
	}
	return errors.Join(errs...)
}

func (c DeliveryConfig) patience() domain.Patience {
	return domain.Patience{First: c.RetryFirst, Longest: c.RetryMax, GiveUp: c.GiveUpAfter}
}

// CalmConfig says how much one person is written to.
type CalmConfig struct {
	PerHour     int           `koanf:"per_hour" usage:"messages one person gets in an hour, the digest included; 0 for no limit"`
	DigestEvery time.Duration `koanf:"digest_every" usage:"how long messages beyond that are gathered for a digest"`
}

// Validate returns what cannot work.
func (c CalmConfig) Validate() error {
	var errs []error
	if c.PerHour < 0 || c.PerHour == 1 {
		errs = append(errs, config.Invalid("per_hour", "must be 0 or at least 2 (one is for the digest), is %d", c.PerHour))
	}
	if c.DigestEvery < time.Minute {
		errs = append(errs, config.Invalid("digest_every", "must be at least 1m, is %v", c.DigestEvery))
	}
	return errors.Join(errs...)
}

func (c CalmConfig) calm() domain.Calm {
	return domain.Calm{PerHour: c.PerHour, DigestEvery: c.DigestEvery}
}

// Validate holds what one part asks of another.
func (c Config) Validate() error {
	if least := command.LeastJobTimeout(c.Mail.SendTimeout); c.Jobs.JobTimeout < least {
		return config.Invalid("jobs.job_timeout", "must be at least %v with this mail.send_timeout, is %v", least, c.Jobs.JobTimeout)
	}
	return nil
}

// DefaultConfig is what a process starts from.
func DefaultConfig() Config {
	return Config{
		Config: service.DefaultConfig(Name),
		Intake: dial.DefaultConfig("127.0.0.1:7101"),
		Triage: dial.DefaultConfig("127.0.0.1:7102"),
		Mail:   mail.DefaultConfig(),
		Tools:  ToolsConfig{Config: outbound.Config{Timeout: 5 * time.Second}, Workers: 4},
		Phone:  phone.DefaultConfig(),
		Calm:   CalmConfig{PerHour: 30, DigestEvery: time.Hour},
		Delivery: DeliveryConfig{
			RetryFirst: 2 * time.Second, RetryMax: 15 * time.Minute, GiveUpAfter: 48 * time.Hour, RetryAfter: 5 * time.Second,
		},
		Webhooks: WebhookConfig{
			Config: outbound.Config{Timeout: 5 * time.Second}, Workers: 4, RetryFirst: 5 * time.Second, RetryMax: time.Hour,
			GiveUpAfter: 72 * time.Hour, Trips: 5, PauseMax: 5 * time.Minute, DisableAfter: 5 * 24 * time.Hour,
		},
	}
}
