package devissuer_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/devissuer"
)

// verify checks an access token as a service does.
func (h *house) verify(token string) (*oidc.IDToken, error) {
	h.t.Helper()
	provider, err := oidc.NewProvider(h.t.Context(), h.config.Issuer)
	if err != nil {
		h.t.Fatal(err)
	}
	return provider.Verifier(&oidc.Config{ClientID: devissuer.Audience, Now: h.clock.Now}).Verify(h.t.Context(), token)
}

func (h *house) mint(person string, ttl time.Duration) string {
	h.t.Helper()
	token, err := h.issuer().Token(person, ttl)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

func TestAnExpiredTokenIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token := h.mint("mette", 5*time.Minute)
	if got, err := h.verify(token); err != nil || got.Subject != "mette" {
		t.Fatalf("a fresh token: %+v, %v", got, err)
	}
	h.clock.Advance(5*time.Minute + time.Second)
	for name, token := range map[string]string{"aged": token, "made expired": h.mint("mette", -time.Second)} {
		var expired *oidc.TokenExpiredError
		if _, err := h.verify(token); !errors.As(err, &expired) {
			t.Errorf("%s token: %v, want it refused as expired", name, err)
		}
		if status := h.userinfoStatus(token); status != http.StatusUnauthorized {
			t.Errorf("userinfo with the %s token answers %d, want 401", name, status)
		}
	}
}

func TestAForgedTokenIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	forger := newHouse(t, func(c *devissuer.Config) { c.Issuer = h.config.Issuer })
	genuine := h.mint("mette", time.Hour)
	parts := strings.Split(genuine, ".")
	for name, token := range map[string]string{
		"signed with another key":  forger.mint("mette", time.Hour),
		"with another's signature": strings.Join([]string{parts[0], strings.Split(h.mint("lars", time.Hour), ".")[1], parts[2]}, "."),
		"without a signature":      "eyJhbGciOiJub25lIn0." + parts[1] + ".",
		"that is garbage":          "not-a-token",
	} {
		if got, err := h.verify(token); err == nil {
			t.Errorf("a token %s passes as %s", name, got.Subject)
		}
		if status := h.userinfoStatus(token); status != http.StatusUnauthorized {
			t.Errorf("userinfo with a token %s answers %d, want 401", name, status)
		}
	}
}

func TestOneKindOfTokenDoesNotPassAsAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tokens := h.devGrant(url.Values{"person": {"mette"}, "client_id": {"cli"}, "scope": {"openid"}})
	for _, kind := range []string{"id_token", "refresh_token"} {
		if _, err := h.verify(tokens[kind]); err == nil {
			t.Errorf("the %s passes as an access token", kind)
		}
	}
	for _, kind := range []string{"id_token", "access_token"} {
		form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"cli"}, "refresh_token": {tokens[kind]}}
		if h.redeem(form).status != http.StatusBadRequest {
			t.Errorf("the %s passes as a refresh token", kind)
		}
	}
}

func TestTokensOutliveARestart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tokens := h.devGrant(url.Values{"person": {"mette"}, "client_id": {"cli"}})
	h.restart()
	if _, err := h.verify(tokens["access_token"]); err != nil {
		t.Errorf("the access token from before the restart: %v", err)
	}
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"cli"}, "refresh_token": {tokens["refresh_token"]}}
	if got := h.redeem(form); got.status != http.StatusOK {
		t.Errorf("the refresh token from before the restart: %d %s", got.status, got.body)
	}
}

func TestARefreshTokenWorksOnceForItsOwnClientUntilItExpires(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.devGrant(url.Values{"person": {"mette"}, "client_id": {"cli"}, "scope": {"openid"}})
	refresh := func(client, token string) (int, map[string]string) {
		form := url.Values{"grant_type": {"refresh_token"}, "client_id": {client}, "refresh_token": {token}}
		got := h.redeem(form)
		return got.status, texts(h.t, got.body)
	}
	if status, _ := refresh("web", first["refresh_token"]); status != http.StatusBadRequest {
		t.Errorf("another client's refresh answers %d, want 400", status)
	}
	h.clock.Advance(11 * time.Hour)
	status, second := refresh("cli", first["refresh_token"])
	if status != http.StatusOK || second["id_token"] == "" {
		t.Fatalf("refresh answers %d with %v", status, second)
	}
	if got, err := h.verify(second["access_token"]); err != nil || got.Subject != "mette" {
		t.Errorf("the renewed access token: %+v, %v", got, err)
	}
	if status, _ := refresh("cli", first["refresh_token"]); status != http.StatusBadRequest {
		t.Errorf("the second use answers %d, want 400", status)
	}
	h.clock.Advance(12*time.Hour + time.Second)
	if status, _ := refresh("cli", second["refresh_token"]); status != http.StatusBadRequest {
		t.Errorf("an expired refresh token answers %d, want 400", status)
	}
}

func TestTheDevGrantKnowsOnlyDemoPersonsAndKnownClients(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if tokens := h.devGrant(url.Values{"person": {"mette"}}); tokens["access_token"] == "" || tokens["refresh_token"] != "" {
		t.Errorf("without a client: %v, want an access token only", tokens)
	}
	for _, form := range []url.Values{
		{"grant_type": {"urn:bavn:dev"}, "person": {"nobody"}},
		{"grant_type": {"urn:bavn:dev"}},
		{"grant_type": {"urn:bavn:dev"}, "person": {"mette"}, "client_id": {"nobody"}},
		{"grant_type": {"password"}, "person": {"mette"}},
	} {
		if got := h.redeem(form); got.status != http.StatusBadRequest {
			t.Errorf("%v answers %d %s, want 400", form, got.status, got.body)
		}
	}
	if _, err := h.issuer().Token("nobody", time.Hour); err == nil {
		t.Error("Token made one for somebody who does not exist")
	}
}

func TestProcessesThatStartAtOnceShareOneKey(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "issuer.jwk")
	h := newHouse(t, func(c *devissuer.Config) { c.KeyFile = file })
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			other, err := devissuer.New(h.config)
			if err != nil {
				t.Error(err)
				return
			}
			token, err := other.Token("mette", time.Hour)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := h.verify(token); err != nil {
				t.Errorf("a token of the other process: %v", err)
			}
		})
	}
	group.Wait()
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v; want it readable by its owner only", info, err)
	}
}

func TestAConfigurationIsRefusedWithEverythingThatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	_, err := devissuer.New(devissuer.Config{
		Issuer:    "http://192.0.2.1:8086",
		Persons:   []devissuer.Person{{ID: "Mette"}, {ID: "lars"}, {ID: "lars"}},
		Clients:   []devissuer.Client{{ID: devissuer.Audience}, {ID: "web", RedirectURIs: []string{"/relative"}}},
		AccessTTL: -1,
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{"loopback", "clock", "TTL", `"Mette"`, `"lars"`, `client "bavn"`, "/relative"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the refusal does not name %s: %v", part, err)
		}
	}
}

func TestABrokenKeyFileStopsTheStart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "issuer.jwk")
	if err := os.WriteFile(file, []byte(`{"kty":"oct","k":"AAAA"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := devissuer.New(devissuer.Config{
		Issuer: "http://127.0.0.1:1", Clock: clock.System(), Persons: []devissuer.Person{{ID: "mette"}}, KeyFile: file,
	})
	if err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("started with a key file that holds no such key: %v", err)
	}
}

func (h *house) devGrant(form url.Values) map[string]string {
	h.t.Helper()
	form.Set("grant_type", "urn:bavn:dev")
	got := h.redeem(form)
	if got.status != http.StatusOK {
		h.t.Fatalf("dev grant: %d %s", got.status, got.body)
	}
	return texts(h.t, got.body)
}

func (h *house) userinfoStatus(token string) int {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.config.Issuer+"/userinfo", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	return h.do(request).status
}

// texts reads the string members of a JSON object.
func texts(t *testing.T, body string) map[string]string {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	found := map[string]string{}
	for name, value := range members {
		if text, ok := value.(string); ok {
			found[name] = text
		}
	}
	return found
}
