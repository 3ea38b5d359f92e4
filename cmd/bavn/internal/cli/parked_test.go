package cli

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/identity"
)

// listener is a service with parked events, which a replay can handle unless they are stuck.
type listener struct {
	eventv1.UnimplementedSubscriptionServiceServer
	parked []*eventv1.ParkedEvent
	stuck  bool
	denies bool
}

func (l *listener) ListParkedEvents(
	context.Context, *eventv1.ListParkedEventsRequest,
) (*eventv1.ListParkedEventsResponse, error) {
	if l.denies {
		return nil, status.Error(codes.PermissionDenied, "not you")
	}
	return &eventv1.ListParkedEventsResponse{ParkedEvents: l.parked}, nil
}

func (l *listener) ReplayParkedEvents(
	_ context.Context, r *eventv1.ReplayParkedEventsRequest,
) (*eventv1.ReplayParkedEventsResponse, error) {
	n := int64(len(l.parked))
	switch {
	case n > 0 && r.GetResource() != l.parked[0].GetResource():
		return nil, status.Error(codes.InvalidArgument, r.GetResource())
	case l.stuck:
		return &eventv1.ReplayParkedEventsResponse{Left: n}, nil
	}
	return &eventv1.ReplayParkedEventsResponse{Handled: n}, nil
}

// asked runs a command against triage, while nothing is parked in the three others.
func asked(t *testing.T, triage *listener, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	ca, err := identity.OpenDevCA(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := ca.Credentials("triage", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	serve := func(l *listener) string {
		at, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server := grpc.NewServer(grpc.Creds(credentials.NewTLS(certificate.ServerTLS())))
		eventv1.RegisterSubscriptionServiceServer(server, l)
		go func() { _ = server.Serve(at) }()
		t.Cleanup(server.Stop)
		return at.Addr().String()
	}
	others := serve(&listener{})
	return run(t, append([]string{
		"--ca", filepath.Join(dir, "ca.crt"), "--token", "a.b.c", "--patience", "0s",
		"--triage", serve(triage), "--intake", others, "--notify", others, "--reporting", others,
	}, args...)...)
}

func parkedPair() []*eventv1.ParkedEvent {
	at := timestamppb.New(time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC))
	name := "desks/nsp/tickets/ASCP00000007"
	return []*eventv1.ParkedEvent{
		{
			Subscriber: "words", Source: "triage", Resource: name, Revision: 3, Type: "ticket.noted", ParkTime: at,
			Error: "no word fits", Attempts: 5,
		},
		{Subscriber: "words", Source: "triage", Resource: name, Revision: 4, Type: "ticket.resolved", ParkTime: at},
	}
}

func TestParkedEventsOfEveryServiceAreListedWithTheirError(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := asked(t, &listener{parked: parkedPair()}, "parked", "list")
	if code != failure.OK || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	for _, want := range []string{"desks/nsp/tickets/ASCP00000007@3", "no word fits", "ASCP00000007@4", "waits", "triage"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("does not say %q:\n%s", want, stdout)
		}
	}
	if code, stdout, _ := asked(t, &listener{}, "parked", "list"); code != failure.OK || stdout != "nothing is parked\n" {
		t.Errorf("exit code %d, %q", code, stdout)
	}
	code, _, stderr = asked(t, &listener{denies: true}, "parked", "list")
	if code != failure.NotPermitted || !strings.Contains(stderr, "triage") {
		t.Errorf("exit code %d, %q: which service refuses?", code, stderr)
	}
}

func TestAReplaySaysWhatCameOfItAndFailsWhenSomethingIsLeft(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		triage *listener
		code   int
		says   string
	}{
		{&listener{parked: parkedPair()}, failure.OK, "triage: 2 handled, 0 left\n"},
		{&listener{parked: parkedPair(), stuck: true}, failure.Failed, "triage: 0 handled, 2 left\n"},
		{&listener{}, failure.OK, "nothing of desks/nsp/tickets/ASCP00000007 is parked\n"},
	} {
		code, stdout, stderr := asked(t, tt.triage, "parked", "replay", "ascp00000007")
		if code != tt.code || stdout != tt.says {
			t.Errorf("exit code %d, %q, %q; want %d, %q", code, stdout, stderr, tt.code, tt.says)
		}
	}
}
