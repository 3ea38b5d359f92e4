package pg

import (
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Config says which database to use and how long it may be waited for. A zero value in any field but URL means the
// default.
type Config struct {
	URL string `koanf:"url" usage:"PostgreSQL connection URL" secret:"true"`
	// MaxConns bounds the pool. More than 8 on two cores only queue in the server instead of here.
	MaxConns int32 `koanf:"max_conns" usage:"most connections of this process to its database"`
	// The limits below keep every transaction short, because one that stays open holds back the whole feed.
	StatementTimeout         time.Duration `koanf:"statement_timeout" usage:"longest time one SQL statement may take"`
	LockTimeout              time.Duration `koanf:"lock_timeout" usage:"longest wait for a row that another transaction holds"`
	IdleInTransactionTimeout time.Duration `koanf:"idle_in_transaction_timeout" usage:"longest pause inside a transaction"`
	ConnectTimeout           time.Duration `koanf:"connect_timeout" usage:"longest time to open a connection"`
}

// DefaultConfig returns the defaults, without a URL.
func DefaultConfig() Config {
	return Config{
		MaxConns:                 8,
		StatementTimeout:         10 * time.Second,
		LockTimeout:              3 * time.Second,
		IdleInTransactionTimeout: 10 * time.Second,
		ConnectTimeout:           5 * time.Second,
	}
}

// completed fills what is zero with the defaults.
func (c Config) completed() Config {
	d := DefaultConfig()
	if c.MaxConns == 0 {
		c.MaxConns = d.MaxConns
	}
	for _, limit := range []struct{ value, fallback *time.Duration }{
		{&c.StatementTimeout, &d.StatementTimeout},
		{&c.LockTimeout, &d.LockTimeout},
		{&c.IdleInTransactionTimeout, &d.IdleInTransactionTimeout},
		{&c.ConnectTimeout, &d.ConnectTimeout},
	} {
		if *limit.value == 0 {
			*limit.value = *limit.fallback
		}
	}
	return c
}

// Validate returns every mistake at once. No error repeats the URL, which holds a password.
func (c Config) Validate() error {
	c = c.completed()
	var mistakes []error
	if c.URL == "" {
		mistakes = append(mistakes, errors.New("url: is required"))
	} else if _, err := pgxpool.ParseConfig(c.URL); err != nil {
		mistakes = append(mistakes, errors.New("url: is not a PostgreSQL connection URL"))
	}
	if c.MaxConns < 1 {
		mistakes = append(mistakes, fmt.Errorf("max_conns: %d is less than 1", c.MaxConns))
	}
	for name, limit := range c.serverLimits() {
		if limit < time.Millisecond {
			mistakes = append(mistakes, fmt.Errorf("%s: %v is less than a millisecond", name, limit))
		}
	}
	if c.ConnectTimeout < time.Millisecond {
		mistakes = append(mistakes, fmt.Errorf("connect_timeout: %v is less than a millisecond", c.ConnectTimeout))
	}
	return errors.Join(mistakes...)
}

// serverLimits are the limits that PostgreSQL itself keeps, by the name of its setting.
func (c Config) serverLimits() map[string]time.Duration {
	return map[string]time.Duration{
		"statement_timeout":                   c.StatementTimeout,
		"lock_timeout":                        c.LockTimeout,
		"idle_in_transaction_session_timeout": c.IdleInTransactionTimeout,
	}
}
