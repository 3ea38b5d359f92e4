// Command gateway serves the REST API and the web page of Bavn.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/bavn/bavn/gateway/app"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/telemetry"
)

func main() {
	cfg := app.DefaultConfig()
	os.Exit(run.Main("gateway", &cfg, func(ctx context.Context) (run.Runner, error) { return assemble(ctx, cfg) }))
}

func assemble(ctx context.Context, cfg app.Config) (*run.Group, error) {
	signals, err := telemetry.New(ctx, cfg.Telemetry, telemetry.Deps{})
	if err != nil {
		return nil, fmt.Errorf("start telemetry: %w", err)
	}
	now := clock.System()
	credentials, err := identity.Load(cfg.TLS, now, signals.Logger)
	if err != nil {
		return nil, fmt.Errorf("load TLS files: %w", err)
	}

	gateway, err := app.New(cfg, app.Deps{Clock: now, Credentials: credentials, Telemetry: signals})
	if err != nil {
		return nil, err
	}
	parts := append([]run.Part{{Name: "telemetry", Stage: run.Telemetry, Stop: signals.Shutdown}}, gateway.Parts()...)
	return run.New(cfg.Run, signals.Logger, parts...), nil
}
