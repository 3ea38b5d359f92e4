package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/bavn/bavn/platform/config"
)

// Runner is a service that is ready to run.
type Runner interface {
	Run(ctx context.Context) error
}

// Main is the whole of a service's main function: configure, build, run until a signal. It returns the process's exit status:
// 0 after an ordered shutdown, 2 for a configuration that cannot work, 1 for everything else.
func Main(name string, cfg any, build func(ctx context.Context) (Runner, error)) int {
	err := config.Load(cfg, config.Options{
		Program: name, Args: os.Args[1:], Env: os.Environ(), Prefix: "BAVN_" + strings.ToUpper(name) + "_",
	})
	if errors.Is(err, config.ErrPrinted) {
		return 0
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s cannot start with this configuration:\n%v\n", name, err)
		return 2
	}
	ctx, stop := UntilSignal(context.Background())
	defer stop()
	service, err := build(ctx)
	if err == nil {
		go giveBack(ctx, service)
		err = service.Run(ctx)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return 1
	}
	return 0
}

// giveBack returns the memory that starting took: goose alone reads migrations through 16 MB of buffers, and the first load would
// grow the heap to twice that before it collects them. What lies in a sync.Pool goes with the second collection.
func giveBack(ctx context.Context, service Runner) {
	starting, ok := service.(interface{ Ready() <-chan struct{} })
	if !ok {
		return
	}
	select {
	case <-starting.Ready():
		runtime.GC()
		debug.FreeOSMemory()
	case <-ctx.Done():
	}
}
