package feed_test

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pagetoken"
)

// quick is a pace at which tests do not wait.
var quick = feed.Pace{LiveGap: time.Millisecond, Poll: 20 * time.Millisecond}

// sight is what a person may see, by name; it can change while a stream is open.
type sight struct {
	mu   sync.Mutex
	keys map[string][]string
}

const everything = "*"

func (s *sight) set(person string, keys ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[person] = keys
}

// Sees is feed.Visibility.
func (s *sight) Sees(ctx context.Context, _ string) (keys []string, all bool, err error) {
	caller, _ := auth.FromContext(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	keys = s.keys[caller.Person]
	return keys, len(keys) == 1 && keys[0] == everything, nil
}

// served is a feed behind a real gRPC connection.
type served struct {
	pool   *pgxpool.Pool
	wake   *feed.Wake
	sight  *sight
	server *feed.Server
	client eventv1.FeedClient
}

// serve starts a feed server; the metadata "person" and "service" say who calls, as authentication would.
func serve(t testing.TB, pool *pgxpool.Pool, change ...func(*feed.ServerConfig)) *served {
	t.Helper()
	sealer, err := pagetoken.NewResume(make([]byte, pagetoken.KeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	s := &served{pool: pool, wake: startWake(t, pool), sight: &sight{keys: map[string][]string{}}}
	config := feed.ServerConfig{
		Source: "triage", Reader: feed.NewReader(pool), Wake: s.wake, Visibility: s.sight, Tokens: sealer, Pace: quick,
	}
	for _, c := range change {
		c(&config)
	}
	s.server = feed.NewServer(config)
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(grpc.StreamInterceptor(authenticate))
	eventv1.RegisterFeedServer(server, s.server)
	go func() { _ = server.Serve(listener) }() // ends with the listener
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:feed", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s.client = eventv1.NewFeedClient(conn)
	return s
}

func startWake(t testing.TB, pool *pgxpool.Pool) *feed.Wake {
	t.Helper()
	wake := feed.NewWake(pool, slog.New(slog.DiscardHandler))
	background(t, wake.Run)
	return wake
}

// background runs something until the test ends.
func background(t testing.TB, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

type authenticated struct {
	grpc.ServerStream
	ctx context.Context
}

func (a *authenticated) Context() context.Context { return a.ctx }

func authenticate(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	md, _ := metadata.FromIncomingContext(stream.Context())
	var p auth.Principal
	for _, v := range md.Get("person") {
		p.Person = v
	}
	for _, v := range md.Get("service") {
		p.Service = v
	}
	if p.Person == "" && p.Service == "" {
		return handler(srv, stream)
	}
	return handler(srv, &authenticated{stream, auth.NewContext(stream.Context(), p)})
}

func as(ctx context.Context, kind, name string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, kind, name)
}

// watch opens a stream; it ends with the test.
func (s *served) watch(ctx context.Context, t testing.TB, r *eventv1.WatchRequest) eventv1.Feed_WatchClient {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	stream, err := s.client.Watch(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// nextEvent skips bookmarks.
func nextEvent(t testing.TB, stream eventv1.Feed_WatchClient) *eventv1.Event {
	t.Helper()
	for {
		response, err := stream.Recv()
		if err != nil {
			t.Fatalf("receive: %v", err)
		}
		if e := response.GetEvent(); e != nil {
			return e
		}
	}
}

// nextMark skips events.
func nextMark(t testing.TB, stream eventv1.Feed_WatchClient) *eventv1.Bookmark {
	t.Helper()
	for {
		response, err := stream.Recv()
		if err != nil {
			t.Fatalf("receive: %v", err)
		}
		if b := response.GetBookmark(); b != nil {
			return b
		}
	}
}

// untilMark returns the events before the next bookmark.
func untilMark(t testing.TB, stream eventv1.Feed_WatchClient) (events []*eventv1.Event) {
	t.Helper()
	for {
		response, err := stream.Recv()
		if err != nil {
			t.Fatalf("receive: %v", err)
		}
		if response.GetBookmark() != nil {
			return events
		}
		events = append(events, response.GetEvent())
	}
}
