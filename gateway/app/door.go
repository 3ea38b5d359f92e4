package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// door is one HTTP server.
type door struct {
	name     string
	address  string
	server   *http.Server
	listener net.Listener
}

func newDoor(name, address string, handler http.Handler, cfg HTTPConfig, log *slog.Logger) *door {
	return &door{name: name, address: address, server: &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: min(cfg.ReadTimeout, 5*time.Second),
		ReadTimeout:       cfg.ReadTimeout,
		// A call that takes all its time must still get its answer out; a stream sets its own deadlines.
		WriteTimeout:   cfg.ReadTimeout + cfg.RequestTimeout + 5*time.Second,
		IdleTimeout:    cfg.IdleTimeout,
		MaxHeaderBytes: cfg.HeaderBytes,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}}
}

func (d *door) listen(ctx context.Context) error {
	if d.listener != nil {
		return nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", d.address)
	if err != nil {
		return fmt.Errorf("listen on %s for %s: %w", d.address, d.name, err)
	}
	d.listener = listener
	return nil
}

func (d *door) serve(context.Context) error {
	if err := d.server.Serve(d.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", d.name, err)
	}
	return nil
}

// stop lets running requests finish until ctx ends, and then cuts them off.
func (d *door) stop(ctx context.Context) error {
	if err := d.server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("stop %s: %w", d.name, err), d.server.Close())
	}
	return nil
}

// addr is where the door is, as host:port; empty before listen.
func (d *door) addr() string {
	if d.listener == nil {
		return ""
	}
	return d.listener.Addr().String()
}
