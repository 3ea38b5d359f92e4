// Command notify runs the notify service.
package main

import (
	"context"
	"os"

	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/notify/app"
)

func main() {
	cfg := app.DefaultConfig()
	os.Exit(run.Main(app.Name, &cfg, func(ctx context.Context) (run.Runner, error) {
		return app.New(ctx, cfg, service.Deps{})
	}))
}
