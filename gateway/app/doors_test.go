package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bavn/bavn/gateway/app"
)

func TestEveryAnswerProtectsTheBrowser(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{})
	for _, path := range []string{"/", "/desks/nsp/tickets/ASCP00000042", "/v1/desks", "/auth/session", "/openapi.yaml"} {
		got := h.do(request{path: path, anonymous: true})
		policy := got.header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") ||
			got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Referrer-Policy") == "" {
			t.Errorf("%s: %v", path, got.header)
		}
		if got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: other origins are let in although none is configured", path)
		}
	}
}

func TestOnlyConfiguredOriginsMayCallAcross(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{}, func(cfg *app.Config) { cfg.HTTP.CORSOrigins = []string{"https://partner.example"} })
	for origin, want := range map[string]string{"https://partner.example": "https://partner.example", "https://evil.example": ""} {
		got := h.do(request{method: http.MethodOptions, path: submitPath, anonymous: true, header: map[string]string{
			"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type",
		}})
		allowed, credentials := got.header.Get("Access-Control-Allow-Origin"), got.header.Get("Access-Control-Allow-Credentials")
		if allowed != want || credentials != "" {
			t.Errorf("%s is answered %q, credentials %q; want %q and never with credentials", origin, allowed, credentials, want)
		}
	}
}

func TestTheContractIsServedAndTheAdminDoorMeasures(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{})
	got := h.do(request{path: "/openapi.yaml", anonymous: true})
	if got.status != http.StatusOK || !strings.Contains(got.body, "openapi: 3.0.3") || got.header.Get("ETag") == "" {
		t.Errorf("%d %.80s", got.status, got.body)
	}
	unchanged := map[string]string{"If-None-Match": got.header.Get("ETag")}
	if again := h.do(request{path: "/openapi.yaml", anonymous: true, header: unchanged}); again.status != http.StatusNotModified {
		t.Errorf("unchanged, but answers %d", again.status)
	}
	for _, door := range []string{h.admin, h.url} {
		for _, path := range []string{"/healthz", "/readyz"} {
			if got := h.do(request{at: door, path: path, anonymous: true}); got.status != http.StatusOK {
				t.Errorf("%s%s answers %d %s", door, path, got.status, got.body)
			}
		}
	}
	if got := h.do(request{at: h.admin, path: "/metrics", anonymous: true}); !strings.Contains(got.body, "up 1") {
		t.Errorf("the admin door measures nothing: %s", got.body)
	}
	if got := h.do(request{path: "/metrics", anonymous: true}); strings.Contains(got.body, "up 1") {
		t.Error("metrics are for the admin door only")
	}
}
