package collector

import (
	"context"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip" // OTLP exporters may compress
	"google.golang.org/grpc/status"
)

const maxExportBytes = 16 << 20

// NewServer makes the OTLP/gRPC server in front of a store. The caller binds it to loopback: it asks nobody who they are.
func NewServer(store *Store) *grpc.Server {
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxExportBytes))
	collectorpb.RegisterTraceServiceServer(server, &receiver{store: store})
	return server
}

type receiver struct {
	collectorpb.UnimplementedTraceServiceServer
	store *Store
}

// Export answers as the OTLP specification asks: invalid spans are rejected in a partial success, which a client must not send
// again; UNAVAILABLE asks it to.
func (r *receiver) Export(
	_ context.Context, request *collectorpb.ExportTraceServiceRequest,
) (*collectorpb.ExportTraceServiceResponse, error) {
	rejected, reason, err := r.store.Add(request.GetResourceSpans())
	if err != nil {
		r.store.config.Logger.Error("spans not kept", "error", err)
		return nil, status.Error(codes.Unavailable, "the spans could not be kept")
	}
	if rejected == 0 {
		return &collectorpb.ExportTraceServiceResponse{}, nil
	}
	return &collectorpb.ExportTraceServiceResponse{
		PartialSuccess: &collectorpb.ExportTracePartialSuccess{RejectedSpans: rejected, ErrorMessage: reason},
	}, nil
}
