package rpc_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/interop/grpc_testing"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/rpc"
)

func TestARunningCallFinishesAtAShutdown(t *testing.T) {
	t.Parallel()
	entered, finish := make(chan struct{}), make(chan struct{})
	b := newHouse(t, handlers{
		unary: func(context.Context, *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			close(entered)
			<-finish
			return &grpc_testing.SimpleResponse{}, nil
		},
	}, options{})
	answered := make(chan error, 1)
	conn := b.dial("intake")
	go func() { answered <- send(context.Background(), conn, unaryCall, nil) }()
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- b.server.Stop(context.Background()) }()
	close(finish)
	must(t, <-answered)
	must(t, <-stopped)
	must(t, <-b.served)
}

func TestAWatchDoesNotHoldTheShutdownBack(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	b := newHouse(t, handlers{
		watch: func(_ *eventv1.WatchRequest, s grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
			close(entered)
			<-s.Context().Done()
			return nil
		},
	}, options{cfg: func(c *rpc.ServerConfig) { c.StopTimeout = time.Minute }})
	stream, err := eventv1.NewFeedClient(b.dial("notify")).Watch(t.Context(), &eventv1.WatchRequest{})
	must(t, err)
	<-entered
	began := time.Now()
	must(t, b.server.Stop(context.Background()))
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the shutdown waited %v for a watch", took)
	}
	if _, err := stream.Recv(); !fault.Is(err, fault.Unavailable) {
		t.Errorf("the watcher is told %v, want UNAVAILABLE, upon which it resumes elsewhere", err)
	}
}

func TestACallThatOutlivesTheShutdownIsCutOff(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	b := newHouse(t, handlers{
		unary: func(ctx context.Context, _ *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			close(entered)
			<-ctx.Done() // heeds its context and nothing else
			return nil, ctx.Err()
		},
	}, options{cfg: func(c *rpc.ServerConfig) { c.StopTimeout = 50 * time.Millisecond }})
	conn := b.dial("intake")
	answered := make(chan error, 1)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	go func() { answered <- send(ctx, conn, unaryCall, nil) }()
	<-entered
	must(t, b.server.Stop(context.Background()))
	if err := <-answered; err == nil {
		t.Error("a call that was cut off has succeeded")
	}
}

func TestAShutdownIsBoundedEvenIfAHandlerHeedsNothing(t *testing.T) {
	t.Parallel()
	entered, never := make(chan struct{}), make(chan struct{})
	b := newHouse(t, handlers{
		watch: func(*eventv1.WatchRequest, grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
			close(entered)
			<-never
			return nil
		},
	}, options{cfg: func(c *rpc.ServerConfig) { c.StopTimeout = 50 * time.Millisecond }})
	_, err := eventv1.NewFeedClient(b.dial("notify")).Watch(t.Context(), &eventv1.WatchRequest{})
	must(t, err)
	<-entered
	if err := b.server.Stop(context.Background()); err == nil {
		t.Error("a handler is left behind and nobody hears of it")
	}
	close(never) // the house stops its server once more and must succeed
}
