package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
)

// Parked is about events that a service could not handle and put aside.
type Parked struct {
	List   ParkedList   `cmd:"" help:"List them, with the error; what waits behind one comes after it."`
	Replay ParkedReplay `cmd:"" help:"Handle those of one resource again, after the cause is gone."`
}

// ParkedList asks every service.
type ParkedList struct {
	Source string `placeholder:"SERVICE" help:"Only events of this service's feed."`
	Limit  int    `short:"n" default:"50" help:"At most this many of each service; 0 lists all (${default})."`
}

// Run prints a table.
func (c *ParkedList) Run(ctx context.Context, s *session) error {
	all := &eventv1.ListParkedEventsResponse{}
	table := s.Table("SERVICE", "SUBSCRIBER", "SOURCE", "EVENT", "TYPE", "PARKED", "TRIED", "WHY")
	table.Right[6] = true
	err := s.eachSubscriptions(func(of client.Subscriptions) error {
		list, err := pages(c.Limit, func(size int32, token string) ([]*eventv1.ParkedEvent, string, error) {
			page, err := of.ListParkedEvents(ctx, &eventv1.ListParkedEventsRequest{Source: c.Source, PageSize: size, PageToken: token})
			return page.GetParkedEvents(), page.GetNextPageToken(), err
		})
		all.ParkedEvents = append(all.ParkedEvents, list...)
		for _, e := range list {
			why := e.GetError()
			if why == "" {
				why = "waits"
			}
			table.Row(of.Service, e.GetSubscriber(), e.GetSource(), fmt.Sprintf("%s@%d", e.GetResource(), e.GetRevision()), e.GetType(),
				s.Time(e.GetParkTime().AsTime()), fmt.Sprint(e.GetAttempts()), why)
		}
		return err
	})
	switch {
	case s.JSON:
		err = errors.Join(s.Message(all), err)
	case len(all.GetParkedEvents()) > 0:
		err = errors.Join(table.Print(s.Out), err)
	case err == nil:
		s.Printf("nothing is parked\n")
	}
	return err
}

// ParkedReplay asks every service to handle a resource's parked events.
type ParkedReplay struct {
	Resource string `arg:"" help:"A resource as 'bavn parked list' names it (without @REVISION), or a ticket's number."`
	Source   string `placeholder:"SERVICE" help:"Only events of this service's feed."`
	Request
}

// Run prints what came of it, and fails if something is still parked.
func (c *ParkedReplay) Run(ctx context.Context, s *session) error {
	request := &eventv1.ReplayParkedEventsRequest{
		Resource: resource.Ticket(s.Desk, c.Resource), Source: c.Source, RequestId: c.id(),
	}
	sum := &eventv1.ReplayParkedEventsResponse{}
	err := s.eachSubscriptions(func(of client.Subscriptions) error {
		done, err := of.ReplayParkedEvents(ctx, request)
		if !s.JSON && done.GetHandled()+done.GetLeft() > 0 {
			s.Printf("%s: %d handled, %d left\n", of.Service, done.GetHandled(), done.GetLeft())
		}
		sum.Handled, sum.Left = sum.GetHandled()+done.GetHandled(), sum.GetLeft()+done.GetLeft()
		return err
	})
	switch {
	case s.JSON:
		err = errors.Join(s.Message(sum), err)
	case err == nil && sum.GetHandled()+sum.GetLeft() == 0:
		s.Printf("nothing of %s is parked\n", request.GetResource())
	}
	if err == nil && sum.GetLeft() > 0 {
		err = failure.New(failure.Failed, "`bavn parked list` says why",
			"%d events of %s are still parked", sum.GetLeft(), request.GetResource())
	}
	return err
}

// eachSubscriptions asks one service after another, also when one of them does not answer.
func (s *session) eachSubscriptions(ask func(client.Subscriptions) error) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	var errs []error
	for _, of := range connected.Subscriptions {
		if err := ask(of); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", of.Service, err))
		}
	}
	return errors.Join(errs...)
}
