package rpc

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// messageCheck refuses a request message or lets it pass. method is the full name of the RPC.
type messageCheck func(ctx context.Context, method string, message proto.Message) error

// Authorize decides whether the caller in ctx (auth.FromContext) may send this message to this method ("/package.Service/
// Method"). It returns a refusal of package fault.
type Authorize func(ctx context.Context, method string, message proto.Message) error

func (a Authorize) orHandlers() messageCheck {
	if a == nil {
		return func(context.Context, string, proto.Message) error { return nil }
	}
	return messageCheck(a)
}

// perMessage makes an interceptor of a check: the one message of a unary call, each received message of a stream.
func perMessage(name string, check messageCheck) interceptor {
	return interceptor{
		name: name,
		unary: func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			if message, ok := req.(proto.Message); ok {
				if err := check(ctx, info.FullMethod, message); err != nil {
					return nil, err
				}
			}
			return handler(ctx, req)
		},
		stream: func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
			return handler(srv, &checkedStream{ServerStream: ss, method: info.FullMethod, check: check})
		},
	}
}

type checkedStream struct {
	grpc.ServerStream
	method string
	check  messageCheck
}

func (s *checkedStream) RecvMsg(m any) error {
	if err := s.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	if message, ok := m.(proto.Message); ok {
		return s.check(s.Context(), s.method, message)
	}
	return nil
}
