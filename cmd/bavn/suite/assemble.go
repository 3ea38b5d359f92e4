package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	gateway "github.com/bavn/bavn/gateway/app"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/platform/telemetry"
	intake "github.com/bavn/bavn/services/intake/app"
	notify "github.com/bavn/bavn/services/notify/app"
	reporting "github.com/bavn/bavn/services/reporting/app"
	triage "github.com/bavn/bavn/services/triage/app"
)

// outfit is what a service in this process is given beside its settings.
type outfit struct {
	clock clock.Clock
	log   io.Writer
}

func (o outfit) deps() service.Deps { return service.Deps{Clock: o.clock, Log: o.log} }

// assembled builds each of the five as its own main function does: from its defaults and its environment, with a gRPC server,
// a database, a tracer and a registry of its own.
var assembled = map[string]func(ctx context.Context, env []string, o outfit) (group, error){
	"triage": func(ctx context.Context, env []string, o outfit) (group, error) {
		cfg := triage.DefaultConfig()
		if err := load("triage", &cfg, env); err != nil {
			return nil, err
		}
		return triage.New(ctx, cfg, o.deps())
	},
	"intake": func(ctx context.Context, env []string, o outfit) (group, error) {
		cfg := intake.DefaultConfig()
		if err := load("intake", &cfg, env); err != nil {
			return nil, err
		}
		return intake.New(ctx, cfg, o.deps())
	},
	"notify": func(ctx context.Context, env []string, o outfit) (group, error) {
		cfg := notify.DefaultConfig()
		if err := load("notify", &cfg, env); err != nil {
			return nil, err
		}
		return notify.New(ctx, cfg, o.deps())
	},
	"reporting": func(ctx context.Context, env []string, o outfit) (group, error) {
		cfg := reporting.DefaultConfig()
		if err := load("reporting", &cfg, env); err != nil {
			return nil, err
		}
		return reporting.New(ctx, cfg, o.deps())
	},
	"gateway": assembleGateway,
}

func assembleGateway(ctx context.Context, env []string, o outfit) (group, error) {
	cfg := gateway.DefaultConfig()
	if err := load(gateway.Service, &cfg, env); err != nil {
		return nil, err
	}
	signals, err := telemetry.New(ctx, cfg.Telemetry, telemetry.Deps{Log: o.log})
	if err != nil {
		return nil, err
	}
	credentials, err := identity.Load(cfg.TLS, o.clock, signals.Logger)
	if err != nil {
		return nil, errors.Join(err, signals.Shutdown(ctx))
	}
	deps := gateway.Deps{Clock: o.clock, Credentials: credentials, Telemetry: signals}
	door, err := gateway.New(cfg, deps)
	if err != nil {
		return nil, errors.Join(err, signals.Shutdown(ctx))
	}
	parts := append([]run.Part{{Name: "telemetry", Stage: run.Telemetry, Stop: signals.Shutdown}}, door.Parts()...)
	return run.New(cfg.Run, signals.Logger, parts...), nil
}

func load(name string, cfg any, env []string) error {
	err := config.Load(cfg, config.Options{Program: name, Env: env, Prefix: "BAVN_" + strings.ToUpper(name) + "_"})
	if err != nil {
		return fmt.Errorf("settings of %s: %w", name, err)
	}
	return nil
}
