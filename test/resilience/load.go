package resilience

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// load is people who report and work on tickets, one ticket each at a time.
type load struct {
	client  *client
	workers int
	// think is the mean time between two steps of a worker.
	think time.Duration

	reported atomic.Int64
}

// run works until stop, and then finishes the calls that are under way: a call that was begun is answered in the end.
func (l *load) run(ctx context.Context, stop <-chan struct{}) error {
	workers, ctx := errgroup.WithContext(ctx)
	for range l.workers {
		workers.Go(func() error {
			for !ended(stop) {
				if err := l.live(ctx, int(l.reported.Add(1)), stop); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return workers.Wait()
}

func ended(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}

// live reports the nth ticket and leads it through its life, as far as it comes.
func (l *load) live(ctx context.Context, n int, stop <-chan struct{}) error {
	submit, reportedBy := submission(n)
	answer, err := l.client.do(ctx, submit)
	if err != nil {
		return err
	}
	accepted, ok := answer.(*intakev1.Submission)
	if !ok {
		return fmt.Errorf("%v is answered with a %T", submit, answer)
	}
	if err := l.opened(ctx, accepted.GetTicket()); err != nil {
		return err
	}
	etag := "" // of what the stage before left, where it had one step only
	for _, stage := range lives[n%len(lives)] {
		if err := pause(ctx, time.Duration(rand.Int64N(int64(2*l.think)))); err != nil {
			return err
		}
		if ended(stop) {
			return nil
		}
		if len(stage) > 1 {
			etag = ""
		}
		steps, ctx := errgroup.WithContext(ctx)
		left := make([]proto.Message, len(stage))
		for i, s := range stage {
			steps.Go(func() (err error) {
				left[i], err = l.client.do(ctx, s.on(accepted.GetTicket(), etag, reportedBy))
				return err
			})
		}
		if err := steps.Wait(); err != nil {
			return err
		}
		if etag = ""; len(stage) == 1 {
			etag = left[0].(*triagev1.Ticket).GetEtag()
		}
	}
	return nil
}

// opened waits until a submission has become a ticket, which may be a while after its acknowledgement.
func (l *load) opened(ctx context.Context, ticket string) error {
	late := fmt.Errorf("%s was acknowledged and is no ticket after %v", ticket, patience)
	ctx, cancel := context.WithTimeoutCause(ctx, patience, late)
	defer cancel()
	return house.Until(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, attemptWithin)
		defer cancel()
		_, err := l.client.house.GRPC.Tickets.GetTicket(l.client.house.As(ctx, house.Mette), &triagev1.GetTicketRequest{Name: ticket})
		return err
	})
}
