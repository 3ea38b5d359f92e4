package rpc_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/rpc"
)

func TestACallIsMadeOverRealMutualTLS(t *testing.T) {
	t.Parallel()
	seen := make(chan auth.Principal, 1)
	b := newHouse(t, handlers{
		unary: func(ctx context.Context, _ *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			p, _ := auth.FromContext(ctx)
			seen <- p
			return &grpc_testing.SimpleResponse{Username: p.Person}, nil
		},
	}, options{tcp: true})
	client := grpc_testing.NewTestServiceClient(b.dial("intake"))

	_, err := client.UnaryCall(t.Context(), &grpc_testing.SimpleRequest{})
	must(t, err)
	if p := <-seen; p.Service != "intake" || p.Person != "" || !p.Expires.IsZero() {
		t.Errorf("intake calls as itself and is taken for %+v", p)
	}
	_, err = client.UnaryCall(b.as(time.Hour), &grpc_testing.SimpleRequest{})
	must(t, err)
	if p := <-seen; p.Service != "intake" || p.Person != "kim" || p.Expires.IsZero() {
		t.Errorf("intake passes Kim's token along and is taken for %+v", p)
	}
}

func TestATokenIsNeverSentWithoutTLS(t *testing.T) {
	t.Parallel()
	_, err := dial.To(dial.DefaultConfig("passthrough:///localhost"), dial.Deps{
		Credentials: insecure.NewCredentials(), TracerProvider: trace.NewTracerProvider(),
		MeterProvider: sdkmetric.NewMeterProvider(), Propagator: propagation.TraceContext{},
	})
	if err == nil {
		t.Error("a connection without TLS is made, which would show tokens to whoever listens")
	}
}

func TestAnUnreachableServerIsTriedAgainForIdempotentCallsOnly(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	b := newHouse(t, handlers{
		unary: func(context.Context, *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			if calls.Add(1) < 3 {
				return nil, fault.New(codes.Unavailable, fault.Unavailable)
			}
			return &grpc_testing.SimpleResponse{}, nil
		},
	}, options{})
	if err := send(t.Context(), b.dial("intake"), unaryCall, nil); !fault.Is(err, fault.Unavailable) || calls.Load() != 1 {
		t.Errorf("a call that is not idempotent was made %d times: %v", calls.Load(), err)
	}
	for _, idempotent := range []string{"grpc.testing.TestService", "grpc.testing.TestService/UnaryCall", unaryCall} {
		calls.Store(0)
		conn := b.dial("intake", func(d *dial.Deps) { d.Idempotent = []string{idempotent} })
		if err := send(t.Context(), conn, unaryCall, nil); err != nil || calls.Load() != 3 {
			t.Errorf("%s: made %d times, want 3: %v", idempotent, calls.Load(), err)
		}
	}
}

func TestARefusalIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	b := newHouse(t, handlers{
		unary: func(context.Context, *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			calls.Add(1)
			return nil, fault.New(codes.Aborted, fault.StaleETag).Meta("etag", "7")
		},
	}, options{})
	conn := b.dial("intake", func(d *dial.Deps) { d.Idempotent = []string{"grpc.testing.TestService"} })
	if err := send(t.Context(), conn, unaryCall, nil); !fault.Is(err, fault.StaleETag) || calls.Load() != 1 {
		t.Errorf("a stale etag was tried %d times: %v", calls.Load(), err)
	}
}

func TestARefusalTwoServicesAwaySpeaksTheCallersLanguage(t *testing.T) {
	t.Parallel()
	inner := newHouse(t, handlers{
		unary: func(context.Context, *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			return nil, fault.New(codes.Aborted, fault.StaleETag).Meta("etag", "7")
		},
	}, options{})
	onward := grpc_testing.NewTestServiceClient(inner.dial("gateway"))
	outer := newHouse(t, handlers{
		unary: func(ctx context.Context, r *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			return onward.UnaryCall(auth.NewContext(ctx, auth.Principal{Service: "gateway"}), r)
		},
	}, options{})
	err := send(calling(t.Context(), "accept-language", "sv"), outer.dial("gateway"), unaryCall, nil)
	var said string
	for _, d := range status.Convert(err).Details() {
		if m, ok := d.(*errdetails.LocalizedMessage); ok {
			said = m.GetMessage()
		}
	}
	if !fault.Is(err, fault.StaleETag) || said != "Det har ändrats sedan du läste det. Aktuell etag är 7." {
		t.Errorf("a Swedish caller reads %q (%v)", said, err)
	}
}

func TestACallIsOneTraceFromClientToServer(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{}, options{})
	must(t, send(t.Context(), b.dial("intake"), unaryCall, nil))
	must(t, b.server.Stop(context.Background())) // the server's span ends after the answer
	spans := b.spans.GetSpans()
	client, server := ofKind(spans, oteltrace.SpanKindClient), ofKind(spans, oteltrace.SpanKindServer)
	if client == nil || server == nil || server.Parent.SpanID() != client.SpanContext.SpanID() ||
		server.SpanContext.TraceID() != client.SpanContext.TraceID() {
		t.Errorf("the server's span is not the child of the client's: %v", spans)
	}
}

func ofKind(spans tracetest.SpanStubs, kind oteltrace.SpanKind) *tracetest.SpanStub {
	i := slices.IndexFunc(spans, func(s tracetest.SpanStub) bool { return s.SpanKind == kind })
	if i < 0 {
		return nil
	}
	return &spans[i]
}

func TestACallWithoutDeadlineGetsTheClients(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{
		unary: func(ctx context.Context, _ *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			if d, ok := ctx.Deadline(); !ok || time.Until(d) > 5*time.Second {
				return nil, errors.New("no deadline")
			}
			if md, _ := metadata.FromIncomingContext(ctx); len(md.Get("authorization")) > 0 {
				return nil, errors.New("a token out of nowhere")
			}
			return &grpc_testing.SimpleResponse{}, nil
		},
	}, options{cfg: func(c *rpc.ServerConfig) { c.DefaultDeadline = time.Hour }})
	must(t, send(t.Context(), b.dial("intake"), unaryCall, nil))
}

func TestAServiceThatIsNotTheOneCalledIsRefused(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{}, options{tcp: true})
	own, err := b.ca.Credentials("intake", time.Now())
	must(t, err)
	conn := b.dial("intake", func(d *dial.Deps) { d.Credentials = own.Client("reporting") })
	if err := send(t.Context(), conn, unaryCall, nil); err == nil || !strings.Contains(err.Error(), `not \"reporting\"`) {
		t.Errorf("triage answers in reporting's place: %v", err)
	}
}

func TestTheServerSaysWhereItListens(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{}, options{tcp: true})
	if _, port, err := net.SplitHostPort(b.server.Addr()); err != nil || port == "0" {
		t.Errorf("listens on %q: %v", b.server.Addr(), err)
	}
	if !slices.Contains(b.server.Methods(), watchCall) {
		t.Errorf("methods = %v, the Feed is missing", b.server.Methods())
	}
}
