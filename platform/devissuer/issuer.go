// Package devissuer is the sign-in of `bavn dev` and of tests: a small OpenID Connect issuer where one picks a demo person
// from a list instead of typing a password. It speaks the same protocol as a production issuer (discovery, JWKS, authorization
// code flow with PKCE, refresh tokens), so that nothing behind it needs to know the difference.
//
// It has no passwords and must never be reachable from another machine: New refuses an issuer URL that is not loopback, and
// the handler refuses requests that were addressed to any other host name (DNS rebinding).
package devissuer

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/bavn/bavn/platform/clock"
)

// Audience is what every access token is for: the services of Bavn.
const Audience = "bavn"

const (
	defaultAccessTTL  = time.Hour
	defaultRefreshTTL = 12 * time.Hour
	codeTTL           = time.Minute
)

// Person is someone who can be picked on the sign-in page.
type Person struct {
	ID   string // the token's `sub`, such as "mette"
	Name string // shown on the page and in the ID token
	Role string // one line that tells a newcomer why to pick this person, such as "Service desk agent, NSP"
}

// Client is an application that may send people here. All clients are public: they hold no secret and must use PKCE.
type Client struct {
	ID   string
	Name string // shown on the page
	// RedirectURIs are compared exactly. One with the host 127.0.0.1 or [::1] and no port matches every port
	// (RFC 8252 §7.3), so that a command line client may listen where it finds room.
	RedirectURIs []string
}

// Config says who may sign in and where. Zero durations take their defaults.
type Config struct {
	Issuer  string // the issuer's own URL on loopback, such as "http://127.0.0.1:8086"; a path is allowed
	Persons []Person
	Clients []Client
	Clock   clock.Clock
	// KeyFile keeps the signing key (made at first start), so that tokens outlive a restart. Empty: a new key each time.
	KeyFile    string
	AccessTTL  time.Duration // access and ID tokens; default 1 h
	RefreshTTL time.Duration // refresh tokens, counted anew at each use; default 12 h
}

// Issuer signs people in. It is safe for concurrent use.
type Issuer struct {
	url     *url.URL
	persons []Person
	clients map[string]Client
	clock   clock.Clock
	key     signingKey
	ttl     struct{ access, refresh time.Duration }
	codes   *expiring[grant]    // authorization codes not yet redeemed
	spent   *expiring[struct{}] // refresh tokens already used: each works once
}

// New checks the configuration as a whole and loads or makes the signing key. Every violation is reported, not only the first.
func New(cfg Config) (*Issuer, error) {
	address, err := cfg.validate()
	if err != nil {
		return nil, fmt.Errorf("dev issuer configuration: %w", err)
	}
	key, err := loadOrMakeKey(cfg.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("dev issuer key: %w", err)
	}
	issuer := &Issuer{
		url:     address,
		persons: cfg.Persons,
		clients: make(map[string]Client, len(cfg.Clients)),
		clock:   cfg.Clock,
		key:     key,
		codes:   newExpiring[grant](cfg.Clock),
		spent:   newExpiring[struct{}](cfg.Clock),
	}
	for _, c := range cfg.Clients {
		issuer.clients[c.ID] = c
	}
	issuer.ttl.access = defaultTo(cfg.AccessTTL, defaultAccessTTL)
	issuer.ttl.refresh = defaultTo(cfg.RefreshTTL, defaultRefreshTTL)
	return issuer, nil
}

// Handler serves the issuer under the path of its URL, with the discovery document where OpenID Connect wants it.
func (i *Issuer) Handler() http.Handler {
	mux := http.NewServeMux()
	path := i.url.Path
	mux.HandleFunc("GET "+path+"/.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET "+path+jwksPath, i.jwks)
	mux.HandleFunc("GET "+path+authorizePath, i.showSignIn)
	mux.HandleFunc("POST "+path+authorizePath, i.signIn)
	mux.HandleFunc("GET "+path+stylesheetPath, i.stylesheet)
	mux.HandleFunc("POST "+path+tokenPath, i.token)
	mux.HandleFunc("GET "+path+userinfoPath, i.userinfo)
	mux.HandleFunc("POST "+path+userinfoPath, i.userinfo)
	return i.onlyOwnHost(mux)
}

// onlyOwnHost refuses a page elsewhere that has pointed its own name at 127.0.0.1: without passwords, being addressed by
// the right name is all that tells the two apart.
func (i *Issuer) onlyOwnHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.EqualFold(r.Host, i.url.Host) {
			http.Error(w, "the development issuer answers only at "+i.url.String(), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (i *Issuer) person(id string) (Person, bool) {
	for _, p := range i.persons {
		if p.ID == id {
			return p, true
		}
	}
	return Person{}, false
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,62}$`)

func (cfg Config) validate() (*url.URL, error) {
	var violations []error
	refuse := func(format string, args ...any) { violations = append(violations, fmt.Errorf(format, args...)) }

	address, err := url.Parse(cfg.Issuer)
	switch {
	case err != nil:
		refuse("issuer: %w", err)
	case address.Scheme != "http" && address.Scheme != "https", address.RawQuery != "", address.Fragment != "":
		refuse("issuer %q: must be an http(s) URL without query and fragment", cfg.Issuer)
	case strings.HasSuffix(address.Path, "/"):
		refuse("issuer %q: must not end with a slash", cfg.Issuer)
	case !isLoopback(address.Hostname()):
		refuse("issuer %q: without passwords it may only live on loopback", cfg.Issuer)
	}
	if cfg.Clock == nil {
		refuse("clock: is required")
	}
	if cfg.AccessTTL < 0 || cfg.RefreshTTL < 0 {
		refuse("access and refresh TTL: must not be negative")
	}
	if len(cfg.Persons) == 0 {
		refuse("persons: at least one is required")
	}
	seen := map[string]bool{}
	for _, p := range cfg.Persons {
		if !identifier.MatchString(p.ID) || seen[p.ID] {
			refuse("person %q: the id must be unique and match %s", p.ID, identifier)
		}
		seen[p.ID] = true
	}
	clear(seen)
	for _, c := range cfg.Clients {
		// An ID token names its client as audience. Were a client called "bavn", its ID tokens would pass as access tokens.
		if !identifier.MatchString(c.ID) || seen[c.ID] || c.ID == Audience {
			refuse("client %q: the id must be unique, differ from %q and match %s", c.ID, Audience, identifier)
		}
		seen[c.ID] = true
		for _, uri := range c.RedirectURIs {
			if u, err := url.Parse(uri); err != nil || !u.IsAbs() || u.Host == "" || u.Fragment != "" {
				refuse("client %q: redirect URI %q must be absolute and without fragment", c.ID, uri)
			}
		}
	}
	return address, errors.Join(violations...)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func defaultTo(d, fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return d
}
