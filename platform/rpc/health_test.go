package rpc_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/rpc"
	"github.com/bavn/bavn/platform/run"
)

const (
	serving    = grpc_health_v1.HealthCheckResponse_SERVING
	notServing = grpc_health_v1.HealthCheckResponse_NOT_SERVING
)

// observe follows the health of one service; each call of the result waits for the next change.
func observe(t *testing.T, conn *grpc.ClientConn, service string) func() grpc_health_v1.HealthCheckResponse_ServingStatus {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	stream, err := grpc_health_v1.NewHealthClient(conn).Watch(ctx, &grpc_health_v1.HealthCheckRequest{Service: service})
	must(t, err)
	return func() grpc_health_v1.HealthCheckResponse_ServingStatus {
		t.Helper()
		answer, err := stream.Recv()
		must(t, err)
		return answer.GetStatus()
	}
}

func expect(t *testing.T, what string, got, want grpc_health_v1.HealthCheckResponse_ServingStatus) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: health says %v, want %v", what, got, want)
	}
}

// startHealth runs the health part of the server as run.Group does and returns its stop.
func (b *house) startHealth() (stop func()) {
	b.t.Helper()
	for _, part := range b.server.Parts() {
		if part.Stage != run.Health {
			continue
		}
		must(b.t, part.Start(b.t.Context()))
		ctx, cancel := context.WithCancel(b.t.Context())
		ended := make(chan error, 1)
		go func() { ended <- part.Serve(ctx) }()
		b.t.Cleanup(func() { cancel(); must(b.t, <-ended) })
		return func() { must(b.t, part.Stop(context.Background())) }
	}
	b.t.Fatal("the server has no health part")
	return nil
}

func TestHealthFollowsTheDatabaseDownAndUpAgain(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	b := newHouse(t, handlers{}, options{
		cfg: func(c *rpc.ServerConfig) { c.ProbeInterval = 5 * time.Millisecond },
		probes: []rpc.Probe{
			{Name: "migrations", Check: func(context.Context) error { return nil }},
			{Name: "database", Check: func(context.Context) error {
				if down.Load() {
					return errors.New("connection refused")
				}
				return nil
			}},
		},
	})
	conn := b.dialWithoutCertificate()
	for _, service := range []string{"", "bavn.event.v1.Feed"} {
		expect(t, "before the first check", observe(t, conn, service)(), notServing)
	}
	stop := b.startHealth()
	whole, feed := observe(t, conn, ""), observe(t, conn, "bavn.event.v1.Feed")
	expect(t, "all is well", whole(), serving)
	expect(t, "all is well, feed", feed(), serving)
	if !b.server.Serving() {
		t.Error("health says SERVING, but the server says that it is not")
	}
	for range 2 {
		down.Store(true)
		expect(t, "the database is down", whole(), notServing)
		expect(t, "the database is down, feed", feed(), notServing)
		if b.server.Serving() {
			t.Error("the database is down, but the server says that it is serving")
		}
		down.Store(false)
		expect(t, "the database is back", whole(), serving)
		expect(t, "the database is back, feed", feed(), serving)
	}
	stop()
	expect(t, "shutting down", whole(), notServing)
	if b.server.Serving() {
		t.Error("shutting down, but the server says that it is serving")
	}
	if failures := strings.Count(b.log.String(), "health probe fails"); failures != 2 {
		t.Errorf("two outages make %d lines: one each is wanted, not one for every check", failures)
	}
}

func TestAProbeThatHangsIsAProbeThatFails(t *testing.T) {
	t.Parallel()
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	var hanging atomic.Bool
	b := newHouse(t, handlers{}, options{
		cfg: func(c *rpc.ServerConfig) { c.ProbeInterval, c.ProbeTimeout = 5*time.Millisecond, 20*time.Millisecond },
		probes: []rpc.Probe{{Name: "database", Check: func(context.Context) error {
			if hanging.Load() {
				<-never // does not heed its context
			}
			return nil
		}}},
	})
	b.startHealth()
	next := observe(t, b.dialWithoutCertificate(), "")
	expect(t, "all is well", next(), serving)
	hanging.Store(true)
	expect(t, "the database hangs", next(), notServing)
	hanging.Store(false)
	expect(t, "the database answers", next(), serving)
}

func TestAnUnknownServiceHasNoHealth(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{}, options{})
	_, err := grpc_health_v1.NewHealthClient(b.dialWithoutCertificate()).Check(t.Context(),
		&grpc_health_v1.HealthCheckRequest{Service: "payroll"})
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want NOT_FOUND", err)
	}
}
