package rpc_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/interop/grpc_testing"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/rpc"
)

func refuseAll(context.Context, string, proto.Message) error {
	return fault.New(codes.PermissionDenied, fault.PermissionDenied)
}

// dialWithoutCertificate connects like a script from outside: it trusts our CA and shows no certificate.
func (b *house) dialWithoutCertificate() *grpc.ClientConn {
	return b.dial("intake", func(d *dial.Deps) {
		d.Credentials = credentials.NewTLS(&tls.Config{RootCAs: b.ca.Roots(), ServerName: "localhost"})
	})
}

func TestAPanicIsOneFailedCall(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{
		unary: func(context.Context, *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			panic("secret state 4711")
		},
		watch: func(*eventv1.WatchRequest, grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
			panic("secret state 4711")
		},
	}, options{})
	conn := b.dial("intake")
	for _, method := range []string{unaryCall, watchCall} {
		err := send(t.Context(), conn, method, nil)
		if !fault.Is(err, fault.Internal) || strings.Contains(err.Error(), "4711") {
			t.Errorf("%s: the caller sees %v", method, err)
		}
	}
	if log := b.log.String(); strings.Count(log, "secret state 4711") < 2 || !strings.Contains(log, "server_test.go") {
		t.Errorf("the panics are not logged with their stacks: %s", log)
	}
}

func TestACauseIsLoggedAndNotTold(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{
		unary: func(context.Context, *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			return nil, errors.New("select from tickets: connection refused")
		},
	}, options{})
	err := send(t.Context(), b.dial("intake"), unaryCall, nil)
	if !fault.Is(err, fault.Internal) || strings.Contains(err.Error(), "select") {
		t.Errorf("the caller sees %v", err)
	}
	for _, want := range []string{"select from tickets", `"calling_service":"intake"`, `"level":"ERROR"`, "UnaryCall"} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, b.log)
		}
	}
}

func TestAnErrorWithoutTextsIsReported(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{
		unary: func(context.Context, *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			return nil, fault.New(codes.Aborted, "FORGOTTEN_REASON")
		},
	}, options{})
	if err := send(t.Context(), b.dial("intake"), unaryCall, nil); !fault.Is(err, "FORGOTTEN_REASON") {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(b.log.String(), "FORGOTTEN_REASON has no texts") {
		t.Errorf("nobody hears of the missing texts: %s", b.log)
	}
}

func TestAHandlerAlwaysHasADeadline(t *testing.T) {
	t.Parallel()
	left := make(chan time.Duration, 2)
	b := newHouse(t, handlers{
		unary: func(ctx context.Context, _ *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			deadline, ok := ctx.Deadline()
			if !ok {
				return nil, errors.New("no deadline")
			}
			left <- time.Until(deadline)
			return &grpc_testing.SimpleResponse{}, nil
		},
	}, options{cfg: func(c *rpc.ServerConfig) { c.DefaultDeadline = 3 * time.Second }})
	// A plain client sets none; ours always does.
	plain, err := grpc.NewClient("passthrough:///localhost", grpc.WithContextDialer(b.dialer),
		grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: b.ca.Roots(), ServerName: "localhost"})))
	must(t, err)
	defer plain.Close()
	ctx := calling(t.Context(), "authorization", "Bearer "+b.token(time.Hour))
	must(t, send(ctx, plain, unaryCall, nil))
	if d := <-left; d > 3*time.Second {
		t.Errorf("a call without deadline gets %v, want 3s", d)
	}
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	must(t, send(short, plain, unaryCall, nil))
	if d := <-left; d > time.Second {
		t.Errorf("the caller's own deadline of 1s has become %v", d)
	}
}

func TestACallIsAuthorizedWithItsMessageAndItsCaller(t *testing.T) {
	t.Parallel()
	type question struct{ person, service, method, parent string }
	asked := make(chan question, 1)
	b := newHouse(t, handlers{
		watch: func(*eventv1.WatchRequest, grpc.ServerStreamingServer[eventv1.WatchResponse]) error { return nil },
	}, options{authorize: func(ctx context.Context, method string, message proto.Message) error {
		p, _ := auth.FromContext(ctx)
		asked <- question{p.Person, p.Service, method, message.(*eventv1.WatchRequest).GetParent()}
		return nil
	}})
	stream, err := eventv1.NewFeedClient(b.dial("gateway")).Watch(b.as(time.Hour), &eventv1.WatchRequest{Parent: "desks/nsp"})
	must(t, err)
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	want := question{"kim", "gateway", watchCall, "desks/nsp"}
	if got := <-asked; got != want {
		t.Errorf("asked %+v, want %+v", got, want)
	}
}

func TestAWatchEndsWhenItsTokenExpires(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{
		watch: func(_ *eventv1.WatchRequest, s grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
			<-s.Context().Done()
			return s.Context().Err()
		},
	}, options{})
	stream, err := eventv1.NewFeedClient(b.dial("gateway")).Watch(b.as(2*time.Second), &eventv1.WatchRequest{})
	must(t, err)
	if _, err := stream.Recv(); !fault.Is(err, fault.TokenExpired) || status.Code(err) != codes.Unauthenticated {
		t.Errorf("the watch ends with %v, want UNAUTHENTICATED TOKEN_EXPIRED", err)
	}
}

func TestREDMetricsAreKeptPerMethod(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{}, options{})
	must(t, send(t.Context(), b.dial("intake"), unaryCall, nil))
	_ = send(t.Context(), b.dial("intake"), unaryCall, field(99, "x"))
	must(t, b.server.Stop(context.Background())) // durations are recorded after the answer
	var got metricdata.ResourceMetrics
	must(t, b.metrics.Collect(context.Background(), &got))
	var points, exemplars int
	for _, scope := range got.ScopeMetrics {
		for _, m := range scope.Metrics {
			if h, ok := m.Data.(metricdata.Histogram[float64]); ok && strings.HasSuffix(m.Name, "duration") {
				for _, p := range h.DataPoints {
					points++
					exemplars += len(p.Exemplars)
				}
			}
		}
	}
	if points != 2 || exemplars < 2 {
		t.Errorf("one good and one refused call: %d durations with %d exemplars, want 2 and 2", points, exemplars)
	}
}

func TestToolsCanReadTheContract(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{}, options{})
	stream, err := reflectionv1.NewServerReflectionClient(b.dialWithoutCertificate()).ServerReflectionInfo(t.Context())
	must(t, err)
	must(t, stream.Send(&reflectionv1.ServerReflectionRequest{
		MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{},
	}))
	answer, err := stream.Recv()
	must(t, err)
	if listed := answer.String(); !strings.Contains(listed, "bavn.event.v1.Feed") {
		t.Errorf("reflection lists %s", listed)
	}
}

func TestAnIncompleteServerIsNotBuilt(t *testing.T) {
	t.Parallel()
	_, err := rpc.NewServer(rpc.ServerConfig{Listen: "127.0.0.1:0"}, rpc.Deps{})
	for _, want := range []string{"max_message_bytes", "stop_timeout", "Credentials", "Authenticator", "Clock"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, does not name %s", err, want)
		}
	}
}
