package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
)

var start = time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC)

// testIssuer signs tokens and publishes its keys, and can be down.
type testIssuer struct {
	t      testing.TB
	server *httptest.Server
	clock  *clock.Manual
	asked  atomic.Int32 // for its keys
	down   atomic.Bool

	mu   sync.Mutex
	keys []jose.JSONWebKey // the last one signs
}

func newTestIssuer(t testing.TB, now *clock.Manual) *testIssuer {
	t.Helper()
	i := &testIssuer{t: t, clock: now}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		i.answer(w, map[string]any{"issuer": i.server.URL, "jwks_uri": i.server.URL + "/keys"})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		i.asked.Add(1)
		i.mu.Lock()
		defer i.mu.Unlock()
		public := jose.JSONWebKeySet{}
		for _, k := range i.keys {
			public.Keys = append(public.Keys, k.Public())
		}
		i.answer(w, public)
	})
	i.server = httptest.NewServer(mux)
	t.Cleanup(i.server.Close)
	i.rotate("first")
	return i
}

func (i *testIssuer) answer(w http.ResponseWriter, body any) {
	if i.down.Load() {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		i.t.Error(err)
	}
}

func (i *testIssuer) rotate(id string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		i.t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = []jose.JSONWebKey{{Key: key, KeyID: id, Algorithm: string(jose.ES256), Use: "sig"}}
}

// claims are those of a good token for an hour; changes make it a bad one.
func (i *testIssuer) claims(changes map[string]any) map[string]any {
	now := i.clock.Now()
	c := map[string]any{
		"iss": i.server.URL, "aud": "bavn", "sub": "kim", "scope": "openid tickets",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	for name, value := range changes {
		if value == nil {
			delete(c, name)
			continue
		}
		c[name] = value
	}
	return c
}

func (i *testIssuer) token(changes map[string]any) string {
	i.mu.Lock()
	key := i.keys[len(i.keys)-1]
	i.mu.Unlock()
	return sign(i.t, jose.SigningKey{Algorithm: jose.ES256, Key: key}, i.claims(changes))
}

func sign(t testing.TB, key jose.SigningKey, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType("at+jwt"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func verifier(t *testing.T, now clock.Clock, issuers ...*testIssuer) *auth.TokenVerifier {
	t.Helper()
	cfg := auth.TokenConfig{Leeway: 30 * time.Second, CacheSize: 100}
	for _, i := range issuers {
		cfg.Issuers = append(cfg.Issuers, auth.Issuer{URL: i.server.URL, Audience: "bavn"})
	}
	v, err := auth.NewTokenVerifier(cfg, now, &http.Client{Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(fmt.Errorf("make verifier: %w", err))
	}
	return v
}
