package devissuer_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/bavn/bavn/platform/devissuer"
)

const webBack = "https://bavn.example/back?keep=1"

func TestWhoeverIsPickedComesBackWithTokensThatGoOIDCAccepts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	web, verifier := h.client("web", webBack), oauth2.GenerateVerifier()

	back := h.pick("lars", web.AuthCodeURL("a&b=state", oidc.Nonce("n1"), oauth2.S256ChallengeOption(verifier)))
	if back.Get("state") != "a&b=state" || back.Get("iss") != h.config.Issuer || back.Get("keep") != "1" {
		t.Errorf("sent back with %v, want the state, the issuer and the redirect URI's own query untouched", back)
	}
	token, err := web.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}

	provider, err := oidc.NewProvider(t.Context(), h.config.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	services := provider.Verifier(&oidc.Config{ClientID: devissuer.Audience, Now: h.clock.Now})
	access, err := services.Verify(t.Context(), token.AccessToken)
	if err != nil || access.Subject != "lars" || !access.Expiry.Equal(morning.Add(time.Hour)) {
		t.Errorf("access token: %+v, %v; want lars for one hour", access, err)
	}
	raw, _ := token.Extra("id_token").(string)
	identity, err := provider.Verifier(&oidc.Config{ClientID: "web", Now: h.clock.Now}).Verify(t.Context(), raw)
	if err != nil || identity.Nonce != "n1" {
		t.Fatalf("ID token: %+v, %v; want the nonce n1", identity, err)
	}
	if err := identity.VerifyAccessToken(token.AccessToken); err != nil {
		t.Errorf("the ID token does not vouch for its access token: %v", err)
	}
	info, err := provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token))
	if err != nil || info.Subject != "lars" {
		t.Errorf("userinfo: %+v, %v; want lars", info, err)
	}
}

func TestACodeIsGoodOnceForAMinuteAndOnlyForWhoeverAskedForIt(t *testing.T) {
	t.Parallel()
	verifier := oauth2.GenerateVerifier()
	for rule, breakIt := range map[string]func(*house, url.Values){
		"with another verifier": func(_ *house, form url.Values) { form.Set("code_verifier", oauth2.GenerateVerifier()) },
		"without a verifier":    func(_ *house, form url.Values) { form.Del("code_verifier") },
		"for another client":    func(_ *house, form url.Values) { form.Set("client_id", "cli") },
		"for another address":   func(_ *house, form url.Values) { form.Set("redirect_uri", "https://bavn.example/") },
		"after a minute":        func(h *house, _ url.Values) { h.clock.Advance(time.Minute) },
		"after a restart":       func(h *house, _ url.Values) { h.restart() },
		"that nobody was given": func(_ *house, form url.Values) { form.Set("code", "guess") },
		"a second time":         func(h *house, form url.Values) { h.redeem(form) },
		"after a wrong attempt": func(h *house, form url.Values) {
			h.redeem(url.Values{"grant_type": {"authorization_code"}, "code": form["code"]})
		},
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			back := h.pick("mette", h.client("web", webBack).AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)))
			form := url.Values{
				"grant_type": {"authorization_code"}, "code": {back.Get("code")}, "client_id": {"web"},
				"redirect_uri": {webBack}, "code_verifier": {verifier},
			}
			breakIt(h, form)
			got := h.redeem(form)
			if got.status != http.StatusBadRequest || !strings.Contains(got.body, `"invalid_grant"`) {
				t.Errorf("a code redeemed %s answers %d %s, want invalid_grant", rule, got.status, got.body)
			}
		})
	}
}

func TestNobodyIsSentToAnAddressThatIsNotOnTheList(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	challenge := oauth2.S256ChallengeOption(oauth2.GenerateVerifier())
	for _, c := range []struct {
		client, redirect string
		allowed          bool
	}{
		{"web", webBack, true},
		{"cli", "http://127.0.0.1/back", true},
		{"cli", "http://127.0.0.1:50123/back", true}, // RFC 8252: any port on loopback
		{"cli", "https://127.0.0.1:50123/back", false},
		{"cli", "http://127.0.0.1:50123/elsewhere", false},
		{"cli", "http://127.0.0.1.evil.example:80/back", false},
		{"cli", "http://user@127.0.0.1:1/back", false},
		{"web", "https://bavn.example:8443/back?keep=1", false},
		{"web", "https://bavn.example/back", false},
		{"web", "http://127.0.0.1/back", false},
		{"web", "", false},
		{"nobody", webBack, false},
	} {
		page := h.get(h.client(c.client, c.redirect).AuthCodeURL("s", challenge))
		if got := page.status == http.StatusOK; got != c.allowed {
			t.Errorf("%s back to %q: %d, want allowed=%t", c.client, c.redirect, page.status, c.allowed)
		}
		if !c.allowed && !strings.Contains(page.body, `role="alert"`) {
			t.Errorf("%s back to %q: the refusal is not a page that says why: %s", c.client, c.redirect, page.body)
		}
	}
}

func TestAClientThatAsksWronglyIsToldSoWithItsOwnState(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct{ parameter, value, code string }{
		{"response_type", "token", "unsupported_response_type"},
		{"code_challenge", "", "invalid_request"},
		{"code_challenge", "short", "invalid_request"},
		{"code_challenge_method", "plain", "invalid_request"},
		{"prompt", "none", "login_required"},
		{"request", "eyJ", "request_not_supported"},
	} {
		challenge := oauth2.S256ChallengeOption(oauth2.GenerateVerifier())
		wrong := oauth2.SetAuthURLParam(c.parameter, c.value)
		back := h.sentBack(h.get(h.client("web", webBack).AuthCodeURL("mine", challenge, wrong)))
		if back.Get("error") != c.code || back.Get("state") != "mine" || back.Has("code") {
			t.Errorf("%s=%q is sent back with %v, want error %s and the state", c.parameter, c.value, back, c.code)
		}
	}
}

func TestThePageSaysThatItIsForDevelopmentAndShowsNamesAsText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	page := h.get(h.client("web", webBack).AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
	for _, part := range []string{
		`<html lang="en">`, "Development only", "Mette &lt;Holm&gt;", "Technician, supplier", `name="person" value="lars"`,
	} {
		if !strings.Contains(page.body, part) {
			t.Errorf("the page lacks %s:\n%s", part, page.body)
		}
	}
	policy := page.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "form-action 'self' https://bavn.example") {
		t.Errorf("the policy %q would stop the browser on its way back to the client", policy)
	}
	if style := h.get(h.config.Issuer + "/sign_in.css"); style.status != http.StatusOK {
		t.Errorf("the stylesheet answers %d", style.status)
	}
}

func TestARequestAddressedToAnotherNameIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.config.Issuer+"/jwks.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "rebound.example"
	if got := h.do(request); got.status != http.StatusMisdirectedRequest {
		t.Errorf("a request for rebound.example answers %d, want 421", got.status)
	}
}
