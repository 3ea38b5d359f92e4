package run

import (
	"context"
	"os/signal"
	"syscall"
)

// UntilSignal returns a context that ends at SIGINT or SIGTERM. A second signal ends the process at once, for somebody who
// does not want to wait for the shutdown. Only main calls it: a process has one.
func UntilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // back to the default: the next signal kills
	return ctx, stop
}
