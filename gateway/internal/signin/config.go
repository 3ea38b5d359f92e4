// Package signin lets browsers sign in: OpenID Connect authorization code flow with PKCE, and a session that lives in a sealed
// cookie alone, so that any replica serves any browser. Scripts with a bearer token never come near it.
package signin

import (
	"errors"
	"net/url"
	"time"

	"github.com/bavn/bavn/platform/config"
)

// Config is nested in the gateway's configuration under the key sign_in.
type Config struct {
	Issuer       string        `koanf:"issuer" usage:"OpenID Connect issuer; empty serves scripts with tokens only"`
	ClientID     string        `koanf:"client_id" usage:"this gateway's client id at the issuer"`
	ClientSecret string        `koanf:"client_secret" secret:"true" usage:"the client's secret; empty for a public client"`
	Scopes       []string      `koanf:"scopes" usage:"scopes asked for; offline_access brings a refresh token at many issuers"`
	SessionKeys  []string      `koanf:"session_keys" secret:"true" usage:"base64 of 32 bytes each: the first seals, all open"`
	SessionTTL   time.Duration `koanf:"session_ttl" usage:"longest session, however often its token is renewed"`
}

// DefaultConfig has no issuer.
func DefaultConfig() Config {
	return Config{
		ClientID: "bavn-web", Scopes: []string{"openid", "profile", "offline_access"}, SessionTTL: 12 * time.Hour,
	}
}

// Enabled reports whether browsers can sign in.
func (c Config) Enabled() bool { return c.Issuer != "" }

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	if !c.Enabled() {
		return nil
	}
	var errs []error
	if issuer, err := url.Parse(c.Issuer); err != nil || issuer.Host == "" {
		errs = append(errs, config.Invalid("issuer", "must be the issuer's URL, is %q", c.Issuer))
	}
	if c.ClientID == "" {
		errs = append(errs, config.Invalid("client_id", "must be given with an issuer"))
	}
	if c.SessionTTL <= 0 {
		errs = append(errs, config.Invalid("session_ttl", "must be more than 0, is %v", c.SessionTTL))
	}
	if _, err := newSeal(c.SessionKeys); err != nil {
		errs = append(errs, config.Invalid("session_keys", "%w", err))
	}
	return errors.Join(errs...)
}
