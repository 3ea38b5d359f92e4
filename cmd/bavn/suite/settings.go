package suite

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// MailDomain is where each desk has an address: nsp@desk.example.
const MailDomain = "desk.example"

// Names of the five, in the order in which a submission meets what they tell.
var Names = []string{"triage", "intake", "notify", "reporting", "gateway"}

// settings are what one of the five is told, as environment variables. Services in this process and in processes of their
// own read the same ones through the same configuration, so that development differs from production in values only.
func (g *ground) settings(name string) ([]string, error) {
	own, err := g.ownSettings(name)
	if err != nil {
		return nil, err
	}
	all := map[string]string{
		"TELEMETRY_OTLP_ENDPOINT": g.addresses.OTLP,
		"TELEMETRY_OTLP_INSECURE": "true",
		"TELEMETRY_SAMPLE_RATIO":  strconv.FormatFloat(g.cfg.sampleRatio(), 'f', -1, 64),
		"RUN_DRAIN_DELAY":         "0s", // no load balancer has to notice
		"RUN_STOP_TIMEOUT":        stopTimeout.String(),
	}
	maps.Copy(all, own)
	maps.Copy(all, g.cfg.Settings[name])
	prefix := "BAVN_" + strings.ToUpper(name) + "_"
	env := make([]string, 0, len(all))
	for _, key := range slices.Sorted(maps.Keys(all)) {
		env = append(env, prefix+key+"="+all[key])
	}
	return env, nil
}

// inboundToken is what a development provider of text messages shows when it brings one.
const inboundToken = "development"

func (g *ground) ownSettings(name string) (map[string]string, error) {
	a := g.addresses
	switch name {
	case "intake":
		blobs, err := filepath.Abs(g.folder.Path("blobs"))
		if err != nil {
			return nil, fmt.Errorf("find the suite's folder: %w", err)
		}
		return g.serviceSettings(name, a.Intake, g.ports.IntakeAdmin, map[string]string{
			"TRIAGE_TARGET": a.Triage, "NOTIFY_TARGET": a.Notify, "BLOBS_URL": (&url.URL{Scheme: "file", Path: blobs}).String(),
			"ATTACHMENTS_DOWNLOAD_URL": a.Gateway + "/files",
			"REFERENCES_KEYS":          g.keys.References, "MAIL_SMTP_LISTEN": a.MailIn, "MAIL_DOMAIN": MailDomain,
			"CONNECTIONS_KEYS": g.keys.Tokens,
		}), nil
	case "triage":
		return g.serviceSettings(name, a.Triage, g.ports.TriageAdmin, map[string]string{"INTAKE_TARGET": a.Intake}), nil
	case "notify":
		return g.serviceSettings(name, a.Notify, g.ports.NotifyAdmin, map[string]string{
			"INTAKE_TARGET": a.Intake, "TRIAGE_TARGET": a.Triage,
			"MAIL_HOST": "127.0.0.1", "MAIL_PORT": strconv.Itoa(g.ports.SMTP), "MAIL_TLS": "none",
			"MAIL_FROM": "Bavn <bavn@example.org>", "MAIL_REPLY_TO": "Bavn <{desk}@" + MailDomain + ">",
			"DELIVERY_TICKET_URL": a.Gateway + "/desks/{desk}/tickets/{ticket}",
			"TOOLS_SECRETS":       g.folder.Path("secrets"), "TOOLS_ALLOW": "127.0.0.0/8", // a tool that somebody tries out here
			"DELIVERY_LINK_URL": a.Gateway + "/l/{desk}/{link}", "REFERENCES_KEYS": g.keys.References,
			"WEBHOOKS_ALLOW": "127.0.0.0/8", // whoever tries webhooks here receives them here
			"PHONE_SMS_URL":  a.Mailbox + "/phone/sms", "PHONE_CALL_URL": a.Mailbox + "/phone/call",
			"PHONE_CALL_END_URL": a.Mailbox + "/phone/call/{ref}/end", "PHONE_INBOUND_TOKEN": inboundToken,
			"DELIVERY_BOARD_URL": a.Gateway + "/board/{desk}",
		}), nil
	case "reporting":
		return g.serviceSettings(name, a.Reporting, g.ports.ReportingAdmin, map[string]string{
			"INTAKE_TARGET": a.Intake, "TRIAGE_TARGET": a.Triage, "NOTIFY_TARGET": a.Notify,
		}), nil
	case "gateway":
		return g.gatewaySettings()
	default:
		return nil, fmt.Errorf("there is no service %q", name)
	}
}

func (g *ground) serviceSettings(name, listen string, admin int, own map[string]string) map[string]string {
	settings := map[string]string{
		"RPC_LISTEN":   listen,
		"ADMIN_LISTEN": address(admin),
		"TLS_DEV_CA":   g.folder.Path("ca"),
		"OIDC_URL":     g.addresses.Issuer,
		"DB_URL":       g.postgres.URL(name),
		"TOKENS_KEYS":  g.keys.Tokens,
		"ADMINS":       strings.Join(g.cfg.Administrators, ","),
	}
	maps.Copy(settings, own)
	return settings
}

func (g *ground) gatewaySettings() (map[string]string, error) {
	a := g.addresses
	cert, key, err := g.ca.Issue("gateway", g.cfg.Clock.Now())
	if err == nil {
		err = errors.Join(
			os.WriteFile(g.folder.Path("ca", "gateway.crt"), cert, 0o600),
			os.WriteFile(g.folder.Path("ca", "gateway.key"), key, 0o600),
		)
	}
	if err != nil {
		return nil, fmt.Errorf("certificate of the gateway: %w", err)
	}
	return map[string]string{
		"HTTP_LISTEN": address(g.ports.Gateway), "HTTP_PUBLIC_URL": a.Gateway, "ADMIN_LISTEN": address(g.ports.GatewayAdmin),
		"SERVICES_INTAKE_TARGET": a.Intake, "SERVICES_TRIAGE_TARGET": a.Triage,
		"SERVICES_NOTIFY_TARGET": a.Notify, "SERVICES_REPORTING_TARGET": a.Reporting,
		"SIGN_IN_ISSUER": a.Issuer, "SIGN_IN_SESSION_KEYS": g.keys.Session,
		"TLS_CA": g.folder.CA(), "TLS_CERT": g.folder.Path("ca", "gateway.crt"), "TLS_KEY": g.folder.Path("ca", "gateway.key"),
	}, nil
}
