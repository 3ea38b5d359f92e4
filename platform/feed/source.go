package feed

import (
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/grpc"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
)

// Source is a feed to subscribe to.
type Source interface {
	// Name is the service whose feed it is; positions are kept under it.
	Name() string
	// Follow gives emit, in order, every event after a position that the filter lets through and, now and then, how far
	// that was, until ctx ends, emit fails or the source does. It never returns nil.
	Follow(ctx context.Context, after Position, filter Filter, upcasters *Upcasters, emit func(Arrival) error) error
}

// Arrival is an event, or with a nil Event the news that everything the filter lets through up to a place has arrived, and
// that this was all there was.
type Arrival struct {
	Event   *Event
	Through Position
}

// arrival brings the event up to date. One that resists is no reason to stop the stream: it is parked like one that its
// handler cannot handle.
func arrival(event *Event, upcasters *Upcasters) Arrival {
	event.broken = upcasters.Apply(event.Record)
	return Arrival{Event: event, Through: event.Position}
}

type remoteSource struct {
	name   string
	client eventv1.FeedClient
}

// Remote is the feed of another service.
func Remote(name string, client eventv1.FeedClient) Source { return &remoteSource{name, client} }

func (s *remoteSource) Name() string { return s.name }

func (s *remoteSource) Follow(
	ctx context.Context, after Position, filter Filter, upcasters *Upcasters, emit func(Arrival) error,
) error {
	ctx, cancel := context.WithCancel(ctx) // ends the stream whichever way this returns
	defer cancel()
	request := &eventv1.WatchRequest{
		After:  after.Proto(),
		Filter: &eventv1.Filter{Types: filter.Types, Resources: filter.Resources},
	}
	if filter.Desks != nil {
		request.Filter.Desks = new(eventv1.Filter_Desks)
	}
	for _, desk := range filter.Desks {
		request.Filter.Desks.Names = append(request.Filter.Desks.Names, "desks/"+desk)
	}
	for _, shard := range filter.Shards {
		request.Filter.Shards = append(request.Filter.Shards, int32(shard))
	}
	stream, err := s.client.Watch(ctx, request)
	if err != nil {
		return fmt.Errorf("watch %s: %w", s.name, err)
	}
	for {
		arrival, err := receive(stream, upcasters)
		if err != nil {
			return fmt.Errorf("watch %s: %w", s.name, err)
		}
		if err := emit(arrival); err != nil {
			return err
		}
	}
}

func receive(stream grpc.ServerStreamingClient[eventv1.WatchResponse], upcasters *Upcasters) (Arrival, error) {
	response, err := stream.Recv()
	switch {
	case errors.Is(err, io.EOF):
		return Arrival{}, io.ErrUnexpectedEOF // the contract ends a stream with a status only
	case err != nil:
		return Arrival{}, err
	}
	switch payload := response.GetPayload().(type) {
	case *eventv1.WatchResponse_Event:
		event, err := received(payload.Event)
		if err != nil {
			return Arrival{}, err
		}
		return arrival(event, upcasters), nil
	case *eventv1.WatchResponse_Bookmark:
		return Arrival{Through: PositionOf(payload.Bookmark.GetPosition())}, nil
	default:
		return Arrival{}, fmt.Errorf("a response of unknown kind %T", payload)
	}
}

type localSource struct {
	name string
	tail tail
}

// Local is the service's own feed, read from its own database.
func Local(name string, reader *Reader, wake *Wake, pace Pace) Source {
	return &localSource{name, tail{reader, wake, pace.complete()}}
}

func (s *localSource) Name() string { return s.name }

func (s *localSource) Follow(
	ctx context.Context, after Position, filter Filter, upcasters *Upcasters, emit func(Arrival) error,
) error {
	same := func(context.Context) (Filter, error) { return filter, nil }
	return s.tail.run(ctx, after, same, func(page Page) error {
		for i := range page.Rows {
			event, err := page.Rows[i].event()
			if err != nil {
				return err
			}
			if err := emit(arrival(event, upcasters)); err != nil {
				return err
			}
		}
		if page.More || page.HeldBack {
			return nil
		}
		return emit(Arrival{Through: page.Through})
	})
}
