package app_test

import (
	"io"
	"strings"
	"testing"

	"github.com/bavn/bavn/gateway/app"
	"github.com/bavn/bavn/platform/config"
)

func TestEveryWrongSettingIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	cfg := app.DefaultConfig()
	err := config.Load(&cfg, config.Options{
		Program: "gateway", Prefix: "BAVN_GATEWAY_", Output: io.Discard,
		Args: []string{"--http-public-url=bavn.example/path", "--http-body-bytes=1", "--services-triage-target=127.0.0.1:1"},
		Env:  []string{"BAVN_GATEWAY_SIGN_IN_ISSUER=https://id.example", "BAVN_GATEWAY_SIGN_IN_SESSION_KEYS=short"},
	})
	if err == nil {
		t.Fatal("the configuration was accepted")
	}
	for _, setting := range []string{
		"http.public_url", "http.body_bytes", "services.intake.target", "services.notify.target", "services.reporting.target",
		"sign_in.session_keys",
	} {
		if !strings.Contains(err.Error(), setting) {
			t.Errorf("%s is not named in: %v", setting, err)
		}
	}
	if strings.Contains(err.Error(), "services.triage.target") || strings.Contains(err.Error(), "short") {
		t.Errorf("named although right, or a secret shown: %v", err)
	}
}
