package client

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/bavn/bavn/platform/clock"
)

// TokenSource gives the bearer token of a call; an empty one sends none.
type TokenSource interface {
	Token(ctx context.Context) (string, error)
}

// Static is a token that was given.
type Static string

// Token returns it.
func (s Static) Token(context.Context) (string, error) { return string(s), nil }

// Renewed makes a new token when half the life of the last one is over, so that a long run never carries a stale one.
type Renewed struct {
	Clock clock.Clock
	Life  time.Duration
	Make  func(ctx context.Context, life time.Duration) (string, error)

	mu    sync.Mutex
	token string
	until time.Time
}

// Token returns the present token, or a new one.
func (r *Renewed) Token(ctx context.Context) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.Clock.Now()
	if now.Before(r.until) {
		return r.token, nil
	}
	token, err := r.Make(ctx, r.Life)
	if err != nil {
		return "", err
	}
	r.token, r.until = token, now.Add(r.Life/2)
	return r.token, nil
}

// bearer puts the token into every call, over TLS only.
type bearer struct{ tokens TokenSource }

func (b bearer) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	token, err := b.tokens.Token(ctx)
	if err != nil || token == "" {
		return nil, err
	}
	return map[string]string{"authorization": "Bearer " + token}, nil
}

func (bearer) RequireTransportSecurity() bool { return true }

// Claims is what a token says about its holder, unverified: for addressing, never for a decision.
type Claims struct {
	Person  string `json:"sub"`
	Issuer  string `json:"iss"`
	Expires int64  `json:"exp"` // seconds since 1970
}

// ReadClaims reads a token without verifying it.
func ReadClaims(token string) (Claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Claims{}, fmt.Errorf("read token: it has %d parts, a signed one has 3", len(parts))
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return Claims{}, fmt.Errorf("read token: %w", err)
	}
	var claims Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		return Claims{}, fmt.Errorf("read token: %w", err)
	}
	return claims, nil
}
