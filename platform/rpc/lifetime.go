package rpc

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/fault"
)

// lifetime bounds every call: a unary one by a deadline if its caller has set none, a stream by that of the server.
type lifetime struct {
	limit   time.Duration
	serving context.Context // ends when the server begins to stop
}

// errStopping sends the client of a stream to another replica, where it resumes.
var errStopping = fault.New(codes.Unavailable, fault.Unavailable).Cause(errors.New("the server is shutting down"))

func (l lifetime) unary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, l.limit)
		defer cancel()
	}
	return handler(ctx, req)
}

func (l lifetime) stream(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	ctx, cancel := context.WithCancelCause(ss.Context())
	defer cancel(nil)
	defer context.AfterFunc(l.serving, func() { cancel(errStopping) })()
	err := handler(srv, &streamWithContext{ServerStream: ss, ctx: ctx})
	if errors.Is(context.Cause(ctx), errStopping) {
		return errStopping
	}
	return err
}
