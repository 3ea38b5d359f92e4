package client

import (
	"context"
	"crypto/rand"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// traced leaves tracing to the services, or tells them by a parent that is not sampled (W3C Trace Context) to keep nothing.
func traced(yes bool) grpc.UnaryClientInterceptor {
	return func(
		ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker,
		opts ...grpc.CallOption,
	) error {
		if !yes {
			var ids [24]byte
			_, _ = rand.Read(ids[:]) // never fails (crypto/rand)
			ctx = metadata.AppendToOutgoingContext(ctx, "traceparent", fmt.Sprintf("00-%x-%x-00", ids[:16], ids[16:]))
		}
		return invoke(ctx, method, req, reply, conn, opts...)
	}
}
