// Command gateway serves the REST API and the web page of Bavn.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/bavn/bavn/gateway/app"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/telemetry"
)

func main() {
	ctx, stop := run.UntilSignal(context.Background())
	err := serve(ctx)
	stop()
	if err != nil && !errors.Is(err, config.ErrPrinted) {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context) error {
	cfg := app.DefaultConfig()
	if err := config.Load(&cfg, config.Options{
		Program: "gateway", Args: os.Args[1:], Env: os.Environ(), Prefix: "BAVN_GATEWAY_",
	}); err != nil {
		return err
	}
	signals, err := telemetry.New(ctx, cfg.Telemetry, telemetry.Deps{})
	if err != nil {
		return fmt.Errorf("start telemetry: %w", err)
	}
	now := clock.System()
	credentials, err := identity.Load(cfg.TLS, now, signals.Logger)
	if err != nil {
		return fmt.Errorf("load TLS files: %w", err)
	}
	//nolint:contextcheck // streams end in their stage of the shutdown, not with the signal
	gateway, err := app.New(cfg, app.Deps{Clock: now, Credentials: credentials, Telemetry: signals})
	if err != nil {
		return err
	}
	parts := append([]run.Part{{Name: "telemetry", Stage: run.Telemetry, Stop: signals.Shutdown}}, gateway.Parts()...)
	return run.New(cfg.Run, signals.Logger, parts...).Run(ctx)
}
