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

// adminPart serves metrics and probes from before the database is opened until after it is closed, so that a start that hangs
// can be seen.
func adminPart(listen string, handler http.Handler) run.Part {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
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

// adminHandler answers /livez as long as the process can answer at all: a database that is away is no reason to restart.
// /readyz says what gRPC health says, for a kubelet, whose gRPC probe speaks no TLS.
func adminHandler(metrics http.Handler, ready func() bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !ready() {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}
