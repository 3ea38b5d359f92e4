// Command bavn runs everything on one machine (`bavn dev`) and is the client of every service.
package main

import (
	"context"
	"os"

	"github.com/bavn/bavn/cmd/bavn/internal/cli"
	"github.com/bavn/bavn/platform/run"
)

func main() {
	ctx, stop := run.UntilSignal(context.Background())
	code := cli.Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
