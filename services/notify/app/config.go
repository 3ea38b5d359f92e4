package app

import (
	"errors"
	"time"

	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/mail"
)

// Config is everything notify is told.
type Config struct {
	service.Config
	Intake   dial.Config    `koanf:"intake"`
	Triage   dial.Config    `koanf:"triage"`
	Mail     mail.Config    `koanf:"mail"`
	Delivery DeliveryConfig `koanf:"delivery"`
}

// DeliveryConfig says how messages are delivered.
type DeliveryConfig struct {
	TicketURL   string        `koanf:"ticket_url" usage:"page of a ticket, with {desk} and {ticket} in it; empty for none"`
	BoardURL    string        `koanf:"board_url" usage:"public page of a desk's board, with {desk} in it; empty: nobody can subscribe"`
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
		Delivery: DeliveryConfig{
			RetryFirst: 2 * time.Second, RetryMax: 15 * time.Minute, GiveUpAfter: 48 * time.Hour, RetryAfter: 5 * time.Second,
		},
	}
}
