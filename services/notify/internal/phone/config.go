// Package phone hands text messages and calls to a provider over HTTP. What a provider wants to be told is a setting: a JSON
// object with {to}, {text}, {sender} and {id} in its values, sent as JSON or, for the likes of Twilio, as a form.
package phone

import (
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/bavn/bavn/platform/config"
)

// Config says which providers to use.
type Config struct {
	SMS  Provider `koanf:"sms"`
	Call Provider `koanf:"call"`
	// InboundToken is what the provider proves itself with when it brings an answer.
	InboundToken string        `koanf:"inbound_token" usage:"token of who brings text messages; empty takes none" secret:"true"`
	Timeout      time.Duration `koanf:"timeout" usage:"longest time of one request to a provider"`
}

// Provider is one of them.
type Provider struct {
	URL      string `koanf:"url" usage:"where messages are posted; empty for no provider"`
	Format   string `koanf:"format" usage:"json or form"`
	Fields   string `koanf:"fields" usage:"JSON object of what is posted, with {to}, {text}, {sender} and {id} in its values"`
	Sender   string `koanf:"sender" usage:"number or name that it comes from"`
	Username string `koanf:"username" usage:"user at the provider, for basic authentication"`
	Password string `koanf:"password" usage:"the user's password" secret:"true"`
	Token    string `koanf:"token" usage:"bearer token at the provider, in place of a user" secret:"true"`
	RefField string `koanf:"ref_field" usage:"field of the answer that holds the provider's own id, such as sid"`
	EndURL   string `koanf:"end_url" usage:"where a call that rings is ended, with {ref} in it; empty if it cannot be"`
	EndBody  string `koanf:"end_fields" usage:"JSON object of what is posted there"`
}

// DefaultConfig sends nothing.
func DefaultConfig() Config {
	provider := Provider{
		Format: "json", Fields: `{"to":"{to}","text":"{text}","sender":"{sender}","reference":"{id}"}`,
		RefField: "id", EndBody: "{}",
	}
	return Config{SMS: provider, Call: provider, Timeout: 5 * time.Second}
}

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	if c.Timeout < time.Second {
		return config.Invalid("timeout", "must be at least 1s, is %v", c.Timeout)
	}
	return nil
}

// Validate returns the settings that cannot work.
func (p Provider) Validate() error {
	if p.URL == "" {
		return nil
	}
	var errs []error
	if u, err := url.Parse(p.URL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		errs = append(errs, config.Invalid("url", "must be an address, is %q", p.URL))
	}
	if p.Format != "json" && p.Format != "form" {
		errs = append(errs, config.Invalid("format", "must be json or form, is %q", p.Format))
	}
	for key, written := range map[string]string{"fields": p.Fields, "end_fields": p.EndBody} {
		var fields map[string]string
		if err := json.Unmarshal([]byte(written), &fields); err != nil {
			errs = append(errs, config.Invalid(key, "must be a JSON object of texts: %v", err))
		}
	}
	return errors.Join(errs...)
}
