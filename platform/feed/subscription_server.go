package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed/internal/subscriptions"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/request"
)

// Operators says who may look after the installation.
type Operators interface {
	// MayOperate returns nil if the caller in ctx may call the method, by its short name.
	MayOperate(ctx context.Context, method string) error
}

// SubscriptionServer serves what the subscribers of one process put aside: bavn.event.v1.SubscriptionService. All fields are
// needed.
type SubscriptionServer struct {
	eventv1.UnimplementedSubscriptionServiceServer
	// Service is its name; page tokens are bound to it.
	Service     string
	Subscribers []*Subscriber
	// Pool is the database of all of them; it has the tables of package request too.
	Pool      *pgxpool.Pool
	Clock     clock.Clock
	Logger    *slog.Logger
	Operators Operators
	Pages     *pagetoken.Sealer
}

const defaultParkedPage = 50

// ListParkedEvents lists what is parked in this database, also of a subscriber that this process does not have any more.
func (s *SubscriptionServer) ListParkedEvents(
	ctx context.Context, r *eventv1.ListParkedEventsRequest,
) (*eventv1.ListParkedEventsResponse, error) {
	if err := s.Operators.MayOperate(ctx, "ListParkedEvents"); err != nil {
		return nil, err
	}
	principal, _ := auth.FromContext(ctx)
	query := pagetoken.Query{
		Principal: principal.Entity().String(), Hash: []byte(r.GetSource()),
		Method: s.Service + eventv1.SubscriptionService_ListParkedEvents_FullMethodName,
	}
	cursor, err := s.Pages.Open(query, r.GetPageToken())
	if err != nil {
		return nil, err
	}
	var after eventv1.ParkedEvent
	if err := proto.Unmarshal(cursor, &after); err != nil {
		return nil, fmt.Errorf("list parked: cursor: %w", err)
	}
	size := r.GetPageSize()
	if size == 0 {
		size = defaultParkedPage
	}
	rows, err := subscriptions.New(s.Pool).ListParked(ctx, subscriptions.ListParkedParams{
		Source: r.GetSource(), PageLimit: size + 1,
		AfterSubscriber: after.GetSubscriber(), AfterSource: after.GetSource(),
		AfterResource: after.GetResource(), AfterRevision: after.GetRevision(),
	})
	if err != nil {
		return nil, fmt.Errorf("list parked: %w", err)
	}
	page := &eventv1.ListParkedEventsResponse{}
	for _, row := range rows[:min(len(rows), int(size))] {
		page.ParkedEvents = append(page.ParkedEvents, &eventv1.ParkedEvent{
			Subscriber: row.Subscriber, Source: row.Source, Resource: row.Resource, Revision: row.Revision, Type: row.Type,
			Error: row.Error, Attempts: row.Attempts, ParkTime: timestamppb.New(row.ParkedAt),
		})
	}
	if len(rows) > int(size) {
		last := page.GetParkedEvents()[size-1]
		cursor, err := proto.Marshal(&eventv1.ParkedEvent{
			Subscriber: last.GetSubscriber(), Source: last.GetSource(), Resource: last.GetResource(), Revision: last.GetRevision(),
		})
		if err != nil {
			return nil, fmt.Errorf("list parked: cursor: %w", err)
		}
		page.NextPageToken = s.Pages.Seal(query, cursor)
	}
	return page, nil
}

// ReplayParkedEvents replays a resource for every subscriber that has parked events of it.
func (s *SubscriptionServer) ReplayParkedEvents(
	ctx context.Context, r *eventv1.ReplayParkedEventsRequest,
) (*eventv1.ReplayParkedEventsResponse, error) {
	if err := s.Operators.MayOperate(ctx, "ReplayParkedEvents"); err != nil {
		return nil, err
	}
	id, err := uuid.Parse(r.GetRequestId())
	if err != nil {
		return nil, fmt.Errorf("request id: %w", err) // the contract's own rule has refused it before
	}
	principal, _ := auth.FromContext(ctx)
	call := request.Request{
		Principal: principal.Entity().String(), Method: "ReplayParkedEvents", ID: id, Payload: request.Fingerprint(r),
	}
	handled, err := s.replayOnce(ctx, call, r)
	if err != nil {
		return nil, err
	}
	left, err := subscriptions.New(s.Pool).CountParkedOf(ctx, subscriptions.CountParkedOfParams{
		Resource: r.GetResource(), Source: r.GetSource(),
	})
	if err != nil {
		return nil, fmt.Errorf("count parked: %w", err)
	}
	return &eventv1.ReplayParkedEventsResponse{Handled: handled, Left: left}, nil
}

// replayOnce keeps the request after the replay, which is many transactions: one that broke off in the middle goes on when it
// is repeated, and no event is handled twice either way. What stands for the revision of its effect is how many were handled.
func (s *SubscriptionServer) replayOnce(
	ctx context.Context, call request.Request, r *eventv1.ReplayParkedEventsRequest,
) (int64, error) {
	earlier, repeated, err := call.Lookup(ctx, s.Pool)
	if err != nil || repeated {
		return earlier.Revision, err
	}
	handled, err := s.replay(ctx, r.GetResource(), r.GetSource())
	if err != nil || handled == 0 {
		return 0, err
	}
	err = call.Insert(ctx, s.Pool, request.Effect{Resource: r.GetResource(), Revision: handled}, s.Clock.Now())
	if request.Taken(err) {
		earlier, _, err = call.Lookup(ctx, s.Pool)
		return earlier.Revision, err
	}
	return handled, err
}

// replay returns how many events were handled. That a handler refused one again is no error of the call: it is what came of it,
// and stands with the event.
func (s *SubscriptionServer) replay(ctx context.Context, resource, source string) (handled int64, err error) {
	var away []error
	for _, subscriber := range s.Subscribers {
		if source != "" && source != subscriber.Source.Name() {
			continue
		}
		n, err := subscriber.Replay(ctx, resource)
		handled += int64(n)
		if err == nil {
			continue
		}
		s.Logger.WarnContext(ctx, "subscriber: replay ended early", slog.String("subscriber", subscriber.Name),
			slog.String("source", subscriber.Source.Name()), slog.String("resource", resource), slog.Any("error", err))
		if !FailedAgain(err) {
			away = append(away, err)
		}
	}
	if len(away) > 0 {
		return handled, fault.New(codes.Unavailable, fault.Unavailable).Cause(errors.Join(away...))
	}
	return handled, nil
}
