package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/services/notify/app"
)

// settings are the least that a process must be told.
var settings = []string{
	"N_DB_URL=postgres://x", "N_TLS_DEV_CA=/tmp", "N_OIDC_URL=http://127.0.0.1:1", "N_RPC_LISTEN=127.0.0.1:0",
	"N_TOKENS_KEYS=" + strings.Repeat("ab", 32), "N_REFERENCES_KEYS=" + strings.Repeat("cd", 32),
}

func load(more ...string) error {
	cfg := app.DefaultConfig()
	return config.Load(&cfg, config.Options{Program: "notify", Env: append(settings, more...), Prefix: "N_"})
}

func TestTheDefaultsAreAWholeConfiguration(t *testing.T) {
	t.Parallel()
	if err := load(); err != nil {
		t.Error(err)
	}
}

func TestWhatCannotWorkIsRefusedByItsKey(t *testing.T) {
	t.Parallel()
	for setting, key := range map[string]string{
		"N_MAIL_TLS=maybe": "mail.tls", "N_MAIL_PORT=0": "mail.port", "N_MAIL_FROM=nobody": "mail.from", "N_MAIL_HOST=": "mail.host",
		"N_MAIL_REPLY_TO=x": "mail.reply_to", "N_MAIL_CONNECTIONS=0": "mail.connections",
		"N_MAIL_SEND_TIMEOUT=1ms":                     "mail.send_timeout",
		"N_MAIL_SEND_TIMEOUT=" + time.Minute.String(): "jobs.job_timeout", // a job must have time for it
		"N_DELIVERY_RETRY_FIRST=0s":                   "delivery.retry_first", "N_DELIVERY_RETRY_MAX=1ms": "delivery.retry_max",
		"N_DELIVERY_GIVE_UP_AFTER=-1s": "delivery.give_up_after", "N_DELIVERY_RETRY_AFTER=0s": "delivery.retry_after",
		"N_WEBHOOKS_ALLOW=everything": "webhooks.allow", "N_WEBHOOKS_TRIPS=0": "webhooks.trips",
		"N_WEBHOOKS_WORKERS=0":     "webhooks.workers",
		"N_WEBHOOKS_RETRY_MAX=1ms": "webhooks.retry_max", "N_PHONE_TIMEOUT=1ms": "phone.timeout",
		"N_REFERENCES_KEYS=xy": "references.keys",
	} {
		if err := load(setting); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v, want it to name %s", setting, err, key)
		}
	}
}
