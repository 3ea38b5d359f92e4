package client_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/identity"
)

// triage answers TakeTicket with the given errors in turn, then with success, and remembers what it was asked.
type triage struct {
	triagev1.UnimplementedTicketServiceServer
	mu       sync.Mutex
	failures []error
	requests []*triagev1.TakeTicketRequest
	headers  metadata.MD
}

func (s *triage) TakeTicket(ctx context.Context, request *triagev1.TakeTicketRequest) (*triagev1.Ticket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, request)
	s.headers, _ = metadata.FromIncomingContext(ctx)
	if len(s.failures) > 0 {
		err := s.failures[0]
		s.failures = s.failures[1:]
		return nil, err
	}
	return &triagev1.Ticket{Name: request.GetName()}, nil
}

func connect(t *testing.T, service *triage, patience time.Duration) *client.Client {
	t.Helper()
	ca, err := identity.OpenDevCA(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := ca.Credentials("triage", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(certificate.ServerTLS())))
	triagev1.RegisterTicketServiceServer(server, service)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	address := listener.Addr().String()
	c, err := client.Open(client.Config{
		Intake: address, Triage: address, Notify: address, Reporting: address,
		Roots: ca.Roots(), Tokens: client.Static("a.b.c"), Language: "da", Patience: patience,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

var down = status.Error(codes.Unavailable, "down")

func TestAServiceThatComesBackIsAskedAgainWithTheSameRequestID(t *testing.T) {
	t.Parallel()
	service := &triage{failures: []error{down, status.Error(codes.Aborted, "two transactions met"), down}}
	c := connect(t, service, time.Minute)
	request := &triagev1.TakeTicketRequest{Name: "desks/nsp/tickets/ASCP00000001", RequestId: "7c9e6679-7425-40de-944b-e07fc1f90ae7"}
	if _, err := c.Tickets.TakeTicket(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	if len(service.requests) != 4 {
		t.Errorf("asked %d times, want 4", len(service.requests))
	}
	for i, asked := range service.requests {
		if asked.GetRequestId() != request.GetRequestId() {
			t.Errorf("attempt %d has another request id: %s", i+1, asked.GetRequestId())
		}
	}
	if got := service.headers.Get("authorization"); len(got) != 1 || got[0] != "Bearer a.b.c" {
		t.Errorf("authorization: %v", got)
	}
	if got := service.headers.Get("accept-language"); len(got) != 1 || got[0] != "da" {
		t.Errorf("accept-language: %v", got)
	}
}

func TestARefusalIsNotArguedWith(t *testing.T) {
	t.Parallel()
	service := &triage{failures: []error{status.Error(codes.FailedPrecondition, "closed")}}
	c := connect(t, service, time.Minute)
	_, err := c.Tickets.TakeTicket(context.Background(), &triagev1.TakeTicketRequest{})
	if status.Code(err) != codes.FailedPrecondition || len(service.requests) != 1 {
		t.Errorf("asked %d times and got %v", len(service.requests), err)
	}
}

func TestWithoutPatienceAServiceIsAskedOnce(t *testing.T) {
	t.Parallel()
	service := &triage{failures: []error{down, down}}
	c := connect(t, service, 0)
	_, err := c.Tickets.TakeTicket(context.Background(), &triagev1.TakeTicketRequest{})
	if status.Code(err) != codes.Unavailable || len(service.requests) != 1 {
		t.Errorf("asked %d times and got %v", len(service.requests), err)
	}
}

func TestALongRunRenewsItsToken(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC))
	made := 0
	tokens := &client.Renewed{Clock: now, Life: time.Hour, Make: func(context.Context, time.Duration) (string, error) {
		made++
		return "token", nil
	}}
	for range 5 {
		now.Advance(20 * time.Minute)
		if _, err := tokens.Token(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if made != 3 {
		t.Errorf("%d tokens in 100 minutes, want one each half hour that it is needed: 3", made)
	}
}
