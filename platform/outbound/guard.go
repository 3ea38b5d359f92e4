// Package outbound makes HTTP clients for addresses that somebody else chose: a subscriber's webhook, a partner's tool. Such an
// address may name what only we can reach (the database, the cloud's metadata, a neighbour in the cluster), so that it is looked
// at when the connection is made, after the name was resolved: a name may point elsewhere the next time it is asked for.
package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/bavn/bavn/platform/config"
)

// Config says what may be called besides the public Internet.
type Config struct {
	Allow   []string      `koanf:"allow" usage:"internal networks that may be called, without TLS too; none if empty"`
	Timeout time.Duration `koanf:"timeout" usage:"longest time of one call, from looking the name up to the last byte of the answer"`
}

// DefaultConfig lets nobody in.
func DefaultConfig() Config { return Config{Timeout: 10 * time.Second} }

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	var errs []error
	if _, err := c.networks(); err != nil {
		errs = append(errs, config.Invalid("allow", "%v", err))
	}
	if c.Timeout < time.Second {
		errs = append(errs, config.Invalid("timeout", "must be at least 1s, is %v", c.Timeout))
	}
	return errors.Join(errs...)
}

func (c Config) networks() ([]netip.Prefix, error) {
	networks := make([]netip.Prefix, len(c.Allow))
	for i, written := range c.Allow {
		network, err := netip.ParsePrefix(written)
		if err != nil {
			return nil, fmt.Errorf("%q is not a network such as 10.20.0.0/16", written)
		}
		networks[i] = network.Masked()
	}
	return networks, nil
}

// ErrForbidden is why a call was not made: what it names is ours, or is no address that may be called at all.
var ErrForbidden = errors.New("the address may not be called")

// Guard knows which addresses may be called. It is safe for concurrent use.
type Guard struct {
	allowed []netip.Prefix
	timeout time.Duration
}

// New makes a guard.
func New(cfg Config) (*Guard, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	allowed, err := cfg.networks()
	return &Guard{allowed: allowed, timeout: cfg.Timeout}, err
}

// forbidden are networks that are not the public Internet and that netip has no word for. Those that carry an IPv4 address within
// an IPv6 one are here too: a gateway would take the packet to it.
var forbidden = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network (RFC 1122)
	netip.MustParsePrefix("100.64.0.0/10"),   // behind a carrier's NAT (RFC 6598)
	netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments (RFC 6890)
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("192.88.99.0/24"),  // 6to4 relays
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks (RFC 2544)
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved, and the broadcast address
	netip.MustParsePrefix("::/96"),           // IPv4-compatible, the loopback and the unspecified address
	netip.MustParsePrefix("64:ff9b::/96"),    // NAT64 (RFC 6052)
	netip.MustParsePrefix("64:ff9b:1::/48"),  // NAT64 of one's own (RFC 8215)
	netip.MustParsePrefix("100::/64"),        // discarded (RFC 6666)
	netip.MustParsePrefix("2001::/23"),       // Teredo and other protocol assignments
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("2002::/16"),       // 6to4
	netip.MustParsePrefix("3fff::/20"),       // documentation
	netip.MustParsePrefix("5f00::/16"),       // segment routing
	netip.MustParsePrefix("fec0::/10"),       // site-local, of old
}

// May reports whether an address may be called.
func (g *Guard) May(address netip.Addr) bool {
	address = address.Unmap()
	if g.allows(address) {
		return true
	}
	if !address.IsGlobalUnicast() || address.IsPrivate() || address.Zone() != "" {
		return false
	}
	for _, network := range forbidden {
		if network.Contains(address) {
			return false
		}
	}
	return true
}

// allows reports whether an address is of a network that is allowed by name.
func (g *Guard) allows(address netip.Addr) bool {
	for _, network := range g.allowed {
		if network.Contains(address.WithZone("")) {
			return true
		}
	}
	return false
}

// CheckURL says what is wrong with an address before it is called for the first time: https, a name or a number that may be
// called, nothing about a user. A name is looked at when it is called.
func (g *Guard) CheckURL(written string) error {
	u, err := url.Parse(written)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return fmt.Errorf("%w: it is not an absolute URL", ErrForbidden)
	case u.User != nil:
		return fmt.Errorf("%w: it holds a user", ErrForbidden)
	case u.Fragment != "":
		return fmt.Errorf("%w: it holds a fragment", ErrForbidden)
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	address, isNumber := netip.ParseAddr(host)
	switch {
	case isNumber == nil && !g.May(address):
		return fmt.Errorf("%w: it is internal", ErrForbidden)
	case u.Scheme == "http" && (isNumber == nil && g.allows(address.Unmap()) || len(g.allowed) > 0 && host == "localhost"):
		return nil // a neighbour that is allowed by name
	case u.Scheme != "https":
		return fmt.Errorf("%w: it must begin with https://", ErrForbidden)
	}
	return nil
}

// Client is an HTTP client that calls nothing internal: it looks at the address that each connection is made to, follows no
// redirect, which would lead the signed body elsewhere, and knows no proxy, which would look in our place.
func (g *Guard) Client() *http.Client {
	dialer := &net.Dialer{Timeout: g.timeout, ControlContext: g.control}
	return &http.Client{
		Timeout: g.timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: g.timeout, ResponseHeaderTimeout: g.timeout,
			MaxIdleConnsPerHost: 2, MaxConnsPerHost: 8, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// control looks at the address that the name was resolved to, right before the connection is made.
func (g *Guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" || !g.May(to.Addr()) {
		return fmt.Errorf("%w: it is internal", ErrForbidden)
	}
	return nil
}
