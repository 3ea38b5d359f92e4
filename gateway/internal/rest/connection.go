package rest

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

// connection is a connection to a service, made to fit what grpc-gateway's handlers ask of it: requests are completed from the
// headers of the HTTP request they come from, and a refused stream is refused before its first byte.
type connection struct{ grpc.ClientConnInterface }

func (c connection) Invoke(ctx context.Context, method string, request, reply any, opts ...grpc.CallOption) error {
	if message, ok := request.(proto.Message); ok {
		if admitted := callOf(ctx); admitted != nil {
			if err := admitted.headers.fill(admitted.route, message); err != nil {
				return err
			}
		}
	}
	return c.ClientConnInterface.Invoke(ctx, method, request, reply, opts...)
}

func (c connection) NewStream(
	ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption,
) (grpc.ClientStream, error) {
	opened, err := c.ClientConnInterface.NewStream(ctx, desc, method, opts...)
	if err != nil {
		return nil, err
	}
	return stream{opened}, nil
}

type stream struct{ grpc.ClientStream }

// Header waits for the service's word. A stream that ends without any has its error in what would be its first message; found
// here, it is answered like any other refusal and not as the content of a stream.
func (s stream) Header() (metadata.MD, error) {
	header, err := s.ClientStream.Header()
	if header == nil && err == nil {
		err = s.RecvMsg(new(emptypb.Empty))
	}
	return header, err
}
