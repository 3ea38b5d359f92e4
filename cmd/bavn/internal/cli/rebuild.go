package cli

import (
	"context"
	"fmt"
	"time"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
)

// Progress says how far reporting has heard.
type Progress struct{}

// Run prints one line per feed.
func (*Progress) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	progress, err := connected.Reporting.GetProgress(ctx, &reportingv1.GetProgressRequest{})
	if err != nil {
		return err
	}
	return s.printProgress(progress)
}

func (s *session) printProgress(p *reportingv1.Progress) error {
	if s.JSON {
		return s.Message(p)
	}
	table := s.Table("FEED", "EVENTS", "PARKED", "LAST RECORDED", "")
	table.Right[1], table.Right[2] = true, true
	for _, feed := range p.GetFeeds() {
		state := "catching up"
		if feed.GetCaughtUp() {
			state = "caught up"
		}
		table.Row(feed.GetSource(), fmt.Sprint(feed.GetEvents()), fmt.Sprint(feed.GetParked()),
			s.Time(feed.GetLastRecordedAt().AsTime()), state)
	}
	return table.Print(s.Out)
}

// Rebuild makes reporting read everything again.
type Rebuild struct {
	NoWait bool `help:"Do not wait until it has caught up."`
	Request
}

// pollProgress is how often reporting is asked how far it is.
const pollProgress = 500 * time.Millisecond

// Run starts the rebuild and follows it until every feed has caught up.
func (c *Rebuild) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	begin := s.clock.Now()
	progress, err := connected.Reporting.RebuildReadModel(ctx, &reportingv1.RebuildReadModelRequest{RequestId: c.id()})
	if err != nil {
		return err
	}
	if c.NoWait {
		return s.printProgress(progress)
	}
	ticker := time.NewTicker(pollProgress)
	defer ticker.Stop()
	for {
		progress, err = connected.Reporting.GetProgress(ctx, &reportingv1.GetProgressRequest{})
		if err != nil {
			return err
		}
		events, done := heard(progress)
		if s.Terminal() && !s.JSON {
			s.Printf("\r%d events", events)
		}
		if done {
			break
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if !s.JSON {
		if s.Terminal() {
			s.Printf("\r")
		}
		s.Printf("rebuilt in %v\n", s.clock.Now().Sub(begin).Round(time.Millisecond))
	}
	return s.printProgress(progress)
}

func heard(p *reportingv1.Progress) (events int64, done bool) {
	done = len(p.GetFeeds()) > 0
	for _, feed := range p.GetFeeds() {
		events += feed.GetEvents()
		done = done && feed.GetCaughtUp()
	}
	return events, done
}
