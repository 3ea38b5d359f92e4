package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
)

// maxTokenBytes bounds the work a stranger can cause with one header.
const maxTokenBytes = 16 << 10

// signingAlgorithms are asymmetric without exception: with a shared secret, every verifier could issue.
var signingAlgorithms = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA,
}

var (
	errMissing = fault.New(codes.Unauthenticated, fault.TokenMissing)
	errExpired = fault.New(codes.Unauthenticated, fault.TokenExpired)
	errInvalid = fault.New(codes.Unauthenticated, fault.TokenInvalid)
)

// Issuer is one OpenID Connect provider whose tokens are accepted.
type Issuer struct {
	URL      string `koanf:"url"      usage:"issuer, exactly as in the tokens' iss claim"`
	Audience string `koanf:"audience" usage:"audience that a token must be meant for"`
	// JWKSURL saves the discovery, for an issuer without one.
	JWKSURL string `koanf:"jwks_url" usage:"key set of the issuer; discovered if empty"`
	// PersonClaim names the claim that holds the person's id.
	PersonClaim string `koanf:"person_claim" usage:"claim with the person's id; sub if empty"`
}

// TokenVerifier verifies bearer tokens of several issuers. Its answers are kept by the SHA-256 of the token, because a
// signature check for every call is too slow.
type TokenVerifier struct {
	issuers map[string]*issuer
	clock   clock.Clock
	leeway  time.Duration
	cache   *tokenCache
}

// TokenConfig says which tokens are accepted.
type TokenConfig struct {
	Issuers []Issuer `koanf:"issuers"`
	// Leeway is how far the issuer's clock may be from ours.
	Leeway time.Duration `koanf:"leeway" usage:"how far the issuer's clock may be from ours"`
	// CacheSize bounds the verified tokens kept in memory, about 500 bytes each. Zero means 10,000.
	CacheSize int `koanf:"cache_size" usage:"verified tokens kept in memory"`
}

const defaultCacheSize = 10_000

// NewTokenVerifier checks the configuration. It does not talk to the issuers: keys are fetched when the first token
// comes, so that services and issuer may start in any order. client is used for key sets and must have a time-out.
func NewTokenVerifier(cfg TokenConfig, now clock.Clock, client *http.Client) (*TokenVerifier, error) {
	if cfg.CacheSize < 0 || cfg.Leeway < 0 {
		return nil, errors.New("token cache size and leeway must not be negative")
	}
	if cfg.CacheSize == 0 {
		cfg.CacheSize = defaultCacheSize
	}
	v := &TokenVerifier{
		issuers: make(map[string]*issuer, len(cfg.Issuers)), clock: now, leeway: cfg.Leeway, cache: newTokenCache(cfg.CacheSize),
	}
	for i, is := range cfg.Issuers {
		if is.URL == "" || is.Audience == "" {
			return nil, fmt.Errorf("issuers[%d]: url and audience are both needed", i)
		}
		if _, twice := v.issuers[is.URL]; twice {
			return nil, fmt.Errorf("issuers[%d]: %s is given twice", i, is.URL)
		}
		v.issuers[is.URL] = newIssuer(is, now, client)
	}
	return v, nil
}

// Verify returns whom the token names. Errors are TOKEN_EXPIRED, TOKEN_INVALID (why is only in the cause, for the log)
// and UNAVAILABLE if the issuer's keys cannot be had.
func (v *TokenVerifier) Verify(ctx context.Context, token string) (Principal, error) {
	if len(token) > maxTokenBytes {
		return Principal{}, errInvalid.Cause(fmt.Errorf("token of %d bytes", len(token)))
	}
	key := sha256.Sum256([]byte(token))
	now := v.clock.Now()
	if p, ok := v.cache.get(key, now); ok {
		if !now.Before(p.Expires) {
			return Principal{}, errExpired
		}
		return p, nil
	}
	p, err := v.verify(ctx, token, now)
	if err != nil {
		return Principal{}, err
	}
	v.cache.put(key, p, now)
	return p, nil
}

// Cached is how many verified tokens are kept in memory, for a gauge.
func (v *TokenVerifier) Cached() int { return v.cache.len() }

func (v *TokenVerifier) verify(ctx context.Context, token string, now time.Time) (Principal, error) {
	name, err := claimedIssuer(token)
	if err != nil {
		return Principal{}, errInvalid.Cause(err)
	}
	is, ok := v.issuers[name]
	if !ok {
		return Principal{}, errInvalid.Cause(fmt.Errorf("issuer %q is not configured", name))
	}
	idToken, err := is.verify(ctx, token)
	if err != nil {
		return Principal{}, err
	}
	var claims map[string]any
	if err := idToken.Claims(&claims); err != nil {
		return Principal{}, errInvalid.Cause(fmt.Errorf("read claims: %w", err))
	}
	expires := idToken.Expiry.UTC().Truncate(time.Microsecond).Add(v.leeway)
	if !now.Before(expires) {
		return Principal{}, errExpired.Cause(fmt.Errorf("expired at %s", idToken.Expiry.UTC()))
	}
	if notBefore, ok := claims["nbf"].(float64); ok && now.Add(v.leeway).Before(time.Unix(int64(notBefore), 0)) {
		return Principal{}, errInvalid.Cause(fmt.Errorf("not valid before %s", time.Unix(int64(notBefore), 0).UTC()))
	}
	person, _ := claims[is.personClaim].(string)
	if !personID.MatchString(person) {
		return Principal{}, errInvalid.Cause(fmt.Errorf("claim %q is not a person's id", is.personClaim))
	}
	return Principal{Person: person, Scopes: scopes(claims), Expires: expires}, nil
}

// claimedIssuer reads the issuer before anything is verified, only to know whose keys to try.
func claimedIssuer(token string) (string, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", errors.New("not a signed JWT")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", fmt.Errorf("decode payload: %w", err)
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return "", fmt.Errorf("parse payload: %w", err)
	}
	return claims.Issuer, nil
}

// scopes reads "scope" (RFC 9068: one string) or "scp" (a list or a string, as some providers have it).
func scopes(claims map[string]any) []string {
	for _, name := range []string{"scope", "scp"} {
		switch value := claims[name].(type) {
		case string:
			return strings.Fields(value)
		case []any:
			var list []string
			for _, v := range value {
				if s, ok := v.(string); ok {
					list = append(list, s)
				}
			}
			return slices.Clip(list)
		}
	}
	return nil
}
