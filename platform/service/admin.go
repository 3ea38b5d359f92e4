package service

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/bavn/bavn/platform/run"
)

// adminPart serves metrics from before the database is opened until after it is closed, so that a start that hangs can be seen.
func adminPart(listen string, metrics http.Handler) run.Part {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	var listener net.Listener
	return run.Part{
		Name: "admin", Stage: run.Telemetry,
		Start: func(ctx context.Context) (err error) {
			if listener, err = new(net.ListenConfig).Listen(ctx, "tcp", listen); err != nil {
				return fmt.Errorf("listen on %s: %w", listen, err)
			}
			return nil
		},
		Serve: func(context.Context) error {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve metrics: %w", err)
			}
			return nil
		},
		Stop: server.Shutdown,
	}
}
