package auth_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
)

func TestAGoodTokenNamesItsPerson(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(start)
	one, two := newTestIssuer(t, now), newTestIssuer(t, now)
	v := verifier(t, now, one, two)
	for name, token := range map[string]string{
		"first issuer": one.token(nil), "second issuer": two.token(nil),
		"audience among several": one.token(map[string]any{"aud": []string{"other", "bavn"}}),
		"scp list":               one.token(map[string]any{"scope": nil, "scp": []string{"openid", "tickets"}}),
		"issuer's clock ahead":   one.token(map[string]any{"nbf": start.Add(20 * time.Second).Unix()}),
	} {
		got, err := v.Verify(context.Background(), token)
		want := auth.Principal{
			Person: "kim", Scopes: []string{"openid", "tickets"}, Expires: start.Add(time.Hour + 30*time.Second),
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestABadTokenIsRefusedWithoutSayingWhy(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(start)
	ours, stranger := newTestIssuer(t, now), newTestIssuer(t, now)
	v := verifier(t, now, ours)
	catalog, err := fault.NewCatalog()
	if err != nil {
		t.Fatal(err)
	}
	good := ours.token(nil)
	parts := strings.Split(good, ".")
	otherPayload := strings.Split(ours.token(map[string]any{"sub": "root"}), ".")[1]
	secret := []byte(strings.Repeat("k", 32))
	for name, tc := range map[string]struct{ token, reason string }{
		"expired":                   {ours.token(map[string]any{"exp": start.Add(-time.Minute).Unix()}), fault.TokenExpired},
		"without expiry":            {ours.token(map[string]any{"exp": nil}), fault.TokenExpired},
		"not valid yet":             {ours.token(map[string]any{"nbf": start.Add(time.Minute).Unix()}), fault.TokenInvalid},
		"another audience":          {ours.token(map[string]any{"aud": "payroll"}), fault.TokenInvalid},
		"no audience":               {ours.token(map[string]any{"aud": nil}), fault.TokenInvalid},
		"unknown issuer":            {stranger.token(nil), fault.TokenInvalid},
		"forged: key of a stranger": {stranger.token(map[string]any{"iss": ours.server.URL}), fault.TokenInvalid},
		"forged: shared secret": {
			sign(t, jose.SigningKey{Algorithm: jose.HS256, Key: secret}, ours.claims(nil)), fault.TokenInvalid,
		},
		"forged: payload exchanged": {parts[0] + "." + otherPayload + "." + parts[2], fault.TokenInvalid},
		"forged: no signature":      {"eyJhbGciOiJub25lIn0." + parts[1] + ".", fault.TokenInvalid},
		"cut":                       {good[:len(good)-9], fault.TokenInvalid},
		"not a token":               {"hello", fault.TokenInvalid},
		"not base64":                {"a.%%%.b", fault.TokenInvalid},
		"huge":                      {strings.Repeat("a", 1<<20), fault.TokenInvalid},
		"no person":                 {ours.token(map[string]any{"sub": nil}), fault.TokenInvalid},
		"person with slash":         {ours.token(map[string]any{"sub": "kim/parties"}), fault.TokenInvalid},
		"person in capitals":        {ours.token(map[string]any{"sub": "Kim"}), fault.TokenInvalid},
		"person too long":           {ours.token(map[string]any{"sub": strings.Repeat("a", 64)}), fault.TokenInvalid},
		"person is a number":        {ours.token(map[string]any{"sub": 7}), fault.TokenInvalid},
	} {
		_, err := v.Verify(context.Background(), tc.token)
		if !fault.Is(err, tc.reason) {
			t.Errorf("%s: error = %v, want %s", name, err, tc.reason)
			continue
		}
		told := fault.ToStatus(context.Background(), err, catalog).Proto().String()
		if strings.Contains(told, "payroll") || strings.Contains(told, "signature") || strings.Contains(told, ours.server.URL) {
			t.Errorf("%s: a forger is told what to improve: %s", name, told)
		}
	}
}

func TestATokenStopsCountingWhenItExpiresAlsoFromTheCache(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(start)
	i := newTestIssuer(t, now)
	v := verifier(t, now, i)
	token := i.token(map[string]any{"exp": start.Add(time.Minute).Unix()})
	for _, step := range []struct {
		after  time.Duration
		reason string
	}{
		{0, ""},
		{60 * time.Second, ""},
		{89 * time.Second, ""},
		{90 * time.Second, fault.TokenExpired},
		{time.Hour, fault.TokenExpired},
	} {
		now.Set(start.Add(step.after))
		if _, err := v.Verify(context.Background(), token); fault.ReasonOf(err) != step.reason {
			t.Errorf("after %v (60 s of life, 30 s of leeway): error = %v, want %q", step.after, err, step.reason)
		}
	}
}

func TestAWithdrawnKeyStopsCounting(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(start)
	i := newTestIssuer(t, now)
	v := verifier(t, now, i)
	token := i.token(nil)
	if _, err := v.Verify(context.Background(), token); err != nil {
		t.Fatal(err)
	}
	i.rotate("second")
	now.Advance(time.Minute)
	if _, err := v.Verify(context.Background(), i.token(nil)); err != nil {
		t.Errorf("a token of the issuer's new key is refused: %v", err)
	}
	now.Advance(10 * time.Minute)
	if _, err := v.Verify(context.Background(), token); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("a token of a withdrawn key counts for ever: %v", err)
	}
}

func TestForgersCannotMakeUsHammerTheIssuer(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(start)
	ours, stranger := newTestIssuer(t, now), newTestIssuer(t, now)
	v := verifier(t, now, ours)
	for n := range 100 {
		forged := stranger.token(map[string]any{"iss": ours.server.URL, "jti": n})
		if _, err := v.Verify(context.Background(), forged); !fault.Is(err, fault.TokenInvalid) {
			t.Fatalf("forged token %d: %v", n, err)
		}
	}
	if asked := ours.asked.Load(); asked != 1 {
		t.Errorf("100 forged tokens made us ask the issuer %d times within a moment", asked)
	}
}

func TestManyFirstCallsAtOnceAllSucceed(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(start)
	i := newTestIssuer(t, now)
	v := verifier(t, now, i)
	var wg sync.WaitGroup
	for n := range 50 {
		token := i.token(map[string]any{"sub": fmt.Sprintf("person-%d", n)})
		wg.Go(func() {
			if p, err := v.Verify(context.Background(), token); err != nil || p.Person != fmt.Sprintf("person-%d", n) {
				t.Errorf("person-%d: %v, %v", n, p, err)
			}
		})
	}
	wg.Wait()
}

func TestAnIssuerThatIsDownIsNotTheCallersFault(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(start)
	i := newTestIssuer(t, now)
	v := verifier(t, now, i)
	token := i.token(nil)
	i.down.Store(true)
	for range 2 {
		if _, err := v.Verify(context.Background(), token); !fault.Is(err, fault.Unavailable) {
			t.Errorf("the issuer is down and a good token is refused with %v, want UNAVAILABLE", err)
		}
	}
	i.down.Store(false)
	now.Advance(2 * time.Second)
	if _, err := v.Verify(context.Background(), token); err != nil {
		t.Errorf("the issuer is back: %v", err)
	}
	i.down.Store(true)
	now.Advance(time.Minute)
	if _, err := v.Verify(context.Background(), i.token(map[string]any{"sub": "bo"})); err != nil {
		t.Errorf("the keys are known, so the issuer may be down: %v", err)
	}
}

func TestTheTokenCacheIsBounded(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(start)
	i := newTestIssuer(t, now)
	v := verifier(t, now, i)
	for n := range 500 {
		if _, err := v.Verify(context.Background(), i.token(map[string]any{"jti": n})); err != nil {
			t.Fatal(err)
		}
	}
	if held := v.Cached(); held > 100 {
		t.Errorf("the cache holds %d tokens, more than the 100 it may", held)
	}
}

func TestAnIncompleteIssuerStopsTheProcess(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]auth.TokenConfig{
		"no audience": {CacheSize: 1, Issuers: []auth.Issuer{{URL: "https://issuer.example"}}},
		"no url":      {CacheSize: 1, Issuers: []auth.Issuer{{Audience: "bavn"}}},
		"twice": {
			CacheSize: 1, Issuers: []auth.Issuer{{URL: "https://a", Audience: "b"}, {URL: "https://a", Audience: "c"}},
		},
		"negative cache": {CacheSize: -1},
	} {
		if _, err := auth.NewTokenVerifier(cfg, clock.NewManual(start), http.DefaultClient); err == nil {
			t.Errorf("%s: the process starts", name)
		}
	}
}

func BenchmarkVerifyFromCache(b *testing.B) {
	now := clock.NewManual(start)
	i := newTestIssuer(b, now)
	v, err := auth.NewTokenVerifier(auth.TokenConfig{
		CacheSize: 100, Issuers: []auth.Issuer{{URL: i.server.URL, Audience: "bavn"}},
	}, now, http.DefaultClient)
	if err != nil {
		b.Fatal(err)
	}
	token := i.token(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(context.Background(), token); err != nil {
			b.Fatal(err)
		}
	}
}
