package service

import (
	"encoding/hex"
	"errors"
	"regexp"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/rpc"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/telemetry"
)

// Config is what every service is told. A service embeds it in its own configuration with `koanf:",squash"`-free nesting: each
// part keeps its key.
type Config struct {
	Telemetry telemetry.Config `koanf:"telemetry"`
	Run       run.Config       `koanf:"run"`
	RPC       rpc.ServerConfig `koanf:"rpc"`
	Admin     AdminConfig      `koanf:"admin"`
	TLS       TLSConfig        `koanf:"tls"`
	OIDC      auth.Issuer      `koanf:"oidc"`
	DB        pg.Config        `koanf:"db"`
	Jobs      jobs.Config      `koanf:"jobs"`
	Tokens    TokenConfig      `koanf:"tokens"`
	Feed      FeedConfig       `koanf:"feed"`
	Admins    []string         `koanf:"admins" usage:"ids of those who operate it: desks, parked events, rebuilding"`
}

var personID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	var mistakes []error
	for _, admin := range c.Admins {
		if !personID.MatchString(admin) {
			mistakes = append(mistakes, config.Invalid("admins", "%q is not the id of a person", admin))
		}
	}
	return errors.Join(mistakes...)
}

// AdminConfig is the port for platform people: metrics, and answers for probes that speak no mutual TLS. It carries no tickets.
type AdminConfig struct {
	Listen string `koanf:"listen" usage:"host:port of /metrics, /livez and /readyz; empty serves none of them"`
}

// TLSConfig says where the service's certificate comes from: files in production, a folder with a CA in development.
type TLSConfig struct {
	identity.Files
	DevCA string `koanf:"dev_ca" usage:"folder of a development CA that issues the certificate at start; never in production"`
}

// Validate returns the settings that cannot work.
func (c TLSConfig) Validate() error {
	files := c.CA != "" && c.Cert != "" && c.Key != ""
	if files == (c.DevCA != "") {
		return errors.New("give either ca, cert and key, or dev_ca")
	}
	return nil
}

// TokenConfig holds the keys that page and resume tokens are sealed with. All replicas share them; the first seals, the
// others still open what was given out before a rotation.
type TokenConfig struct {
	Keys []string `koanf:"keys" usage:"keys of page and resume tokens, 64 hex digits each, newest first" secret:"true"`
}

// Validate returns the settings that cannot work.
func (c TokenConfig) Validate() error {
	_, err := c.decode()
	return err
}

func (c TokenConfig) decode() ([][]byte, error) {
	if len(c.Keys) == 0 {
		return nil, config.Invalid("keys", "at least one is required")
	}
	keys := make([][]byte, len(c.Keys))
	for i, written := range c.Keys {
		key, err := hex.DecodeString(written)
		if err != nil || len(key) != pagetoken.KeyBytes {
			return nil, config.Invalid("keys", "number %d is not %d hex digits", i+1, 2*pagetoken.KeyBytes)
		}
		keys[i] = key
	}
	return keys, nil
}

// FeedConfig limits the service's feed.
type FeedConfig struct {
	MaxStreams int `koanf:"max_streams" usage:"watch streams of this process"`
}

// DefaultConfig is what a service starts from.
func DefaultConfig(name string) Config {
	return Config{
		Telemetry: telemetry.DefaultConfig(name),
		Run:       run.DefaultConfig(),
		RPC:       rpc.DefaultServerConfig(),
		OIDC:      auth.Issuer{Audience: "bavn", PersonClaim: "sub"},
		DB:        pg.DefaultConfig(),
		Jobs:      jobs.DefaultConfig(),
		Feed:      FeedConfig{MaxStreams: 256},
	}
}
