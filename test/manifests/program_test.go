package manifests_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gateway "github.com/bavn/bavn/gateway/app"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/platform/telemetry"
	intake "github.com/bavn/bavn/services/intake/app"
	notify "github.com/bavn/bavn/services/notify/app"
	reporting "github.com/bavn/bavn/services/reporting/app"
	triage "github.com/bavn/bavn/services/triage/app"
)

// program is one of the five as its main function makes it: configured, put together, connected to nothing.
type program struct {
	settings any    // to be loaded
	listen   string // the name of the port that callers use

	// What the loaded settings say.
	address, admin func() string
	certificate    func() identity.Files
	targets        func() map[string]dial.Config
	grace          func(t *testing.T) time.Duration
}

func programs() map[string]*program {
	quiet := service.Deps{Log: io.Discard}
	in, tr, no, re, gw := intake.DefaultConfig(), triage.DefaultConfig(), notify.DefaultConfig(), reporting.DefaultConfig(),
		gateway.DefaultConfig()
	return map[string]*program{
		"intake": serving(&in, &in.Config, func() map[string]dial.Config {
			return map[string]dial.Config{"triage": in.Triage, "notify": in.Notify}
		}, func(ctx context.Context) (group, error) { return intake.New(ctx, in, quiet) }),
		"triage": serving(&tr, &tr.Config, func() map[string]dial.Config {
			return map[string]dial.Config{"intake": tr.Intake}
		}, func(ctx context.Context) (group, error) { return triage.New(ctx, tr, quiet) }),
		"notify": serving(&no, &no.Config, func() map[string]dial.Config {
			return map[string]dial.Config{"triage": no.Triage, "intake": no.Intake}
		}, func(ctx context.Context) (group, error) { return notify.New(ctx, no, quiet) }),
		"reporting": serving(&re, &re.Config, func() map[string]dial.Config {
			return map[string]dial.Config{"triage": re.Triage, "intake": re.Intake, "notify": re.Notify}
		}, func(ctx context.Context) (group, error) { return reporting.New(ctx, re, quiet) }),
		"gateway": {
			settings: &gw, listen: "http",
			address:     func() string { return gw.HTTP.Listen },
			admin:       func() string { return gw.Admin.Listen },
			certificate: func() identity.Files { return gw.TLS },
			targets: func() map[string]dial.Config {
				s := gw.Services
				return map[string]dial.Config{
					"intake": s.Intake, "triage": s.Triage, "notify": s.Notify, "reporting": s.Reporting,
				}
			},
			grace: func(t *testing.T) time.Duration { t.Helper(); return gatewayGrace(t, gw) },
		},
	}
}

// group is a service that knows how long its shutdown may take.
type group interface{ Grace() time.Duration }

func serving(
	settings any, shared *service.Config, targets func() map[string]dial.Config,
	build func(context.Context) (group, error),
) *program {
	return &program{
		settings: settings, listen: "grpc",
		address:     func() string { return shared.RPC.Listen },
		admin:       func() string { return shared.Admin.Listen },
		certificate: func() identity.Files { return shared.TLS.Files },
		targets:     targets,
		grace: func(t *testing.T) time.Duration {
			t.Helper()
			shared.TLS = service.TLSConfig{DevCA: t.TempDir()} // the real files are in the cluster
			built, err := build(t.Context())
			if err != nil {
				t.Fatalf("cannot be put together: %v", err)
			}
			return built.Grace()
		},
	}
}

func gatewayGrace(t *testing.T, cfg gateway.Config) time.Duration {
	t.Helper()
	signals, err := telemetry.New(t.Context(), cfg.Telemetry, telemetry.Deps{Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ca, err := identity.OpenDevCA(t.TempDir(), clock.System().Now())
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := ca.Credentials(gateway.Service, clock.System().Now())
	if err != nil {
		t.Fatal(err)
	}
	app, err := gateway.New(cfg, gateway.Deps{Clock: clock.System(), Credentials: credentials, Telemetry: signals})
	if err != nil {
		t.Fatalf("cannot be put together: %v", err)
	}
	parts := append([]run.Part{{Name: "telemetry", Stage: run.Telemetry, Stop: signals.Shutdown}}, app.Parts()...)
	return run.New(cfg.Run, slog.New(slog.DiscardHandler), parts...).Grace()
}

// load configures a program as Kubernetes would: with the environment of its container and the files mounted into it.
func (c *cluster) load(t *testing.T, name string, p *program) {
	t.Helper()
	prefix := "BAVN_" + strings.ToUpper(name) + "_"
	var env []string
	for variable, value := range c.environment(t, name) {
		if variable == prefix+"CONFIG" {
			value = c.mounted(t, name, value)
		}
		env = append(env, variable+"="+value)
	}
	if err := config.Load(p.settings, config.Options{Program: name, Prefix: prefix, Env: env}); err != nil {
		t.Fatalf("%s does not start with its manifest:\n%v", name, err)
	}
}

// environment is that of the container, all references resolved.
func (c *cluster) environment(t *testing.T, name string) map[string]string {
	t.Helper()
	env := map[string]string{}
	container := c.deployments[name].container()
	for _, from := range container.EnvFrom {
		for variable, value := range c.configMaps[from.ConfigMap.Name] {
			env[variable] = value
		}
	}
	for _, v := range container.Env {
		value, known := v.Value, true
		switch from := v.From; {
		case from.ConfigMap.Name != "":
			value, known = c.configMaps[from.ConfigMap.Name][from.ConfigMap.Key]
		case from.Secret.Name != "":
			if value, known = c.secrets[from.Secret.Name][from.Secret.Key]; !known && from.Secret.Optional {
				continue
			}
		}
		if !known {
			t.Errorf("%s of %s refers to something that is not there", v.Name, name)
		}
		env[v.Name] = value
	}
	return env
}

// mounted writes a file of a mounted ConfigMap where this process can read it, and returns its path.
func (c *cluster) mounted(t *testing.T, name, path string) string {
	t.Helper()
	d := c.deployments[name]
	for _, mount := range d.container().VolumeMounts {
		if mount.Path != filepath.Dir(path) {
			continue
		}
		for _, volume := range d.pod().Volumes {
			content, known := c.configMaps[volume.ConfigMap.Name][filepath.Base(path)]
			if volume.Name != mount.Name || !known {
				continue
			}
			copied := filepath.Join(t.TempDir(), filepath.Base(path))
			if err := os.WriteFile(copied, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			return copied
		}
	}
	t.Fatalf("%s is told to read %s, which nothing mounts", name, path)
	return ""
}
