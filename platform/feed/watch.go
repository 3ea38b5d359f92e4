package feed

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pagetoken"
)

const (
	defaultMaxStreams = 64
	markGap           = time.Second // the least time between two marks of events that were passed over
	quietGaps         = 5           // so many of them without an event or a mark, and the stream says that it is alive
)

// Visibility says what the caller in ctx may see of a desk: events whose audience holds one of keys, relative to the desk
// ("parties/netic"), or everything, with hashes and salts, as an auditor. It is asked again before every read of an open
// stream.
type Visibility interface {
	Sees(ctx context.Context, desk string) (keys []string, all bool, err error)
}

// ServerConfig is what a Server is made of.
type ServerConfig struct {
	// Source is the name of the service whose feed it is ("triage"). Resume tokens are bound to it.
	Source     string
	Reader     *Reader
	Wake       *Wake
	Visibility Visibility
	// Tokens seals resume tokens: pagetoken.NewResume.
	Tokens *pagetoken.Sealer
	// Upcasters bring records up to date for outsiders; services do it themselves.
	Upcasters *Upcasters
	// MaxStreams of this process; 64 if 0.
	MaxStreams int
	Pace       Pace
}

// Server serves the feed of one service: bavn.event.v1.Feed.
type Server struct {
	eventv1.UnimplementedFeedServer
	visibility Visibility
	tokens     resumeTokens
	upcasters  *Upcasters
	maxStreams int64
	tail       tail

	streams atomic.Int64
	life    context.Context
	stop    context.CancelFunc
}

// NewServer makes the server. Call Stop before the gRPC server's graceful stop, which waits for streams to end.
func NewServer(c ServerConfig) *Server {
	if c.MaxStreams == 0 {
		c.MaxStreams = defaultMaxStreams
	}
	life, stop := context.WithCancel(context.Background())
	return &Server{
		visibility: c.Visibility,
		tokens:     resumeTokens{source: c.Source, sealer: c.Tokens},
		upcasters:  c.Upcasters,
		maxStreams: int64(c.MaxStreams),
		tail:       tail{reader: c.Reader, wake: c.Wake, pace: c.Pace.complete()},
		life:       life,
		stop:       stop,
	}
}

// Stop ends every stream with UNAVAILABLE, and refuses new ones.
func (s *Server) Stop() { s.stop() }

var errStopping = fault.New(codes.Unavailable, fault.Unavailable)

// Watch streams events; see the contract. A stream costs one query per wake-up and the memory of one page: while the
// consumer does not take what it was sent, nothing more is read for it.
func (s *Server) Watch(request *eventv1.WatchRequest, stream grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
	if s.streams.Add(1) > s.maxStreams {
		s.streams.Add(-1)
		return fault.New(codes.ResourceExhausted, TooManyStreams).RetryAfter(time.Second)
	}
	defer s.streams.Add(-1)

	principal, known := auth.FromContext(stream.Context())
	if !known {
		return fault.New(codes.Unauthenticated, fault.TokenMissing)
	}
	ctx, cancel := s.streamContext(stream.Context())
	defer cancel()
	after, view, err := s.open(principal, request)
	if err != nil {
		return err
	}
	gaps := time.NewTicker(markGap)
	defer gaps.Stop()
	send := sender{view: view, stream: stream, sent: after, gaps: gaps.C}
	err = s.tail.run(ctx, after, view.filter, send.page)
	return endOfStream(ctx, err)
}

// streamContext ends with the request, which ends with the caller's token, or when the server stops.
func (s *Server) streamContext(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	forget := context.AfterFunc(s.life, func() { cancel(errStopping) })
	return ctx, func() {
		forget()
		cancel(nil)
	}
}

// open decides where a stream begins and what its caller gets to see.
func (s *Server) open(caller auth.Principal, request *eventv1.WatchRequest) (Position, view, error) {
	desk := deskOf(request.GetParent())
	filter := filterOf(desk, request.GetFilter())
	if caller.Service != "" && caller.Person == "" {
		after := PositionOf(request.GetAfter())
		if request.GetAfter() == nil {
			var err error
			if after, err = s.tokens.open(desk, request.GetResumeToken()); err != nil {
				return Position{}, nil, err
			}
		}
		return after, &serviceView{of: filter}, nil
	}
	switch {
	case desk == "":
		return Position{}, nil, fault.New(codes.PermissionDenied, fault.PermissionDenied)
	case request.GetAfter() != nil:
		return Position{}, nil, fault.New(codes.InvalidArgument, fault.InvalidResumeToken).Field("after", "services_only")
	}
	after, err := s.tokens.open(desk, request.GetResumeToken())
	if err != nil {
		return Position{}, nil, err
	}
	return after, &outsiderView{
		of: filter, desk: desk, visibility: s.visibility, tokens: s.tokens, upcasters: s.upcasters,
	}, nil
}

func filterOf(desk string, f *eventv1.Filter) Filter {
	filter := Filter{Desk: desk, Types: f.GetTypes(), Resources: f.GetResources()}
	for _, shard := range f.GetShards() {
		filter.Shards = append(filter.Shards, int(shard))
	}
	if f.GetDesks() != nil {
		filter.Desks = []string{}
	}
	for _, name := range f.GetDesks().GetNames() {
		filter.Desks = append(filter.Desks, deskOf(name))
	}
	return filter
}

// endOfStream says why a stream ended: the server's own reason before the context's.
func endOfStream(ctx context.Context, err error) error {
	if cause, ok := errors.AsType[*fault.Error](context.Cause(ctx)); ok {
		return cause
	}
	if errors.Is(err, ErrAhead) {
		return fault.New(codes.DataLoss, PositionAhead).Cause(err)
	}
	return err
}

// view is what one kind of caller gets to see.
type view interface {
	filter(ctx context.Context) (Filter, error)
	event(row *Row) (*eventv1.Event, error)
	bookmark(at Position) *eventv1.Bookmark
}

// sender sends the pages of one stream.
type sender struct {
	view     view
	stream   grpc.ServerStreamingServer[eventv1.WatchResponse]
	sent     Position         // of the last event or bookmark
	caughtUp bool             // the stream has said so
	gaps     <-chan time.Time // ticks every markGap
	silence  int              // ticks since the last bookmark
}

// page sends the events, and a bookmark when the stream first catches up, when it has passed over others for a while, and
// when it has been quiet for long.
func (s *sender) page(page Page) error {
	for i := range page.Rows {
		event, err := s.view.event(&page.Rows[i])
		if err != nil {
			return err
		}
		if err := s.stream.Send(&eventv1.WatchResponse{Payload: &eventv1.WatchResponse_Event{Event: event}}); err != nil {
			return err
		}
		s.sent = page.Rows[i].Position
	}
	if !s.markIsDue(page) {
		return nil
	}
	mark := s.view.bookmark(page.Through)
	if err := s.stream.Send(&eventv1.WatchResponse{Payload: &eventv1.WatchResponse_Bookmark{Bookmark: mark}}); err != nil {
		return err
	}
	s.sent, s.caughtUp, s.silence = page.Through, s.caughtUp || !page.HeldBack, 0
	return nil
}

// markIsDue keeps marks to where the stream is up to date, so that one also says: that was all. Only when other transactions
// hold the feed back for long does a mark go without meaning that, or the stream would have to begin far behind.
func (s *sender) markIsDue(page Page) bool {
	select {
	case <-s.gaps:
		s.silence++
	default:
	}
	passedOver := page.Through.After(s.sent)
	switch {
	case page.More:
		return false
	case page.HeldBack:
		return passedOver && s.silence >= quietGaps
	case !s.caughtUp:
		return true
	case passedOver:
		return s.silence > 0
	default:
		return len(page.Rows) == 0 && s.silence >= quietGaps
	}
}
