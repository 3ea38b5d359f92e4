package api

import (
	"context"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/reporting/internal/domain"
	"github.com/bavn/bavn/services/reporting/internal/store"
)

const defaultVerifyPage = 500

// VerifyTickets proves the hash chains of a page of tickets, and that their clocks sum to their wall time.
func (s *Reporting) VerifyTickets(
	ctx context.Context, r *reportingv1.VerifyTicketsRequest,
) (*reportingv1.VerifyTicketsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	if err := s.Gate.Desk(ctx, "VerifyTickets", desk, "parent"); err != nil {
		return nil, err
	}
	after, next, err := s.page(ctx, desk, "VerifyTickets", r.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := r.GetPageSize()
	if size == 0 {
		size = defaultVerifyPage
	}
	numbers, err := store.New(s.Pool).ListTickets(ctx, store.ListTicketsParams{Desk: desk, After: after, Size: size})
	if err != nil {
		return nil, pg.Translate(err)
	}
	response := &reportingv1.VerifyTicketsResponse{}
	for _, number := range numbers {
		name := r.GetParent() + "/tickets/" + number
		fault, err := s.verify(ctx, desk, number, name)
		if err != nil {
			return nil, pg.Translate(err)
		}
		response.Verified++
		if fault != "" {
			response.Faults = append(response.Faults, &reportingv1.Fault{Name: name, Description: fault})
		}
	}
	if len(numbers) == int(size) {
		response.NextPageToken = next(numbers[len(numbers)-1])
	}
	return response, nil
}

// verify returns what is wrong with a ticket; empty where all is well.
func (s *Reporting) verify(ctx context.Context, desk, number, name string) (string, error) {
	events, err := store.Events(ctx, s.Pool, desk, name)
	if err != nil {
		return "", err
	}
	if broken := brokenChain(events); broken != "" {
		return broken, nil
	}
	steps, err := store.Steps(ctx, s.Pool, desk, number)
	if err != nil {
		return "", err
	}
	if len(steps) > 0 && !domain.ClocksAreExact(steps) {
		return "the party clocks do not sum to the wall time", nil
	}
	return "", nil
}

// brokenChain says where the proof of a history fails; empty where it holds.
func brokenChain(events []*feed.Event) string {
	if _, err := feed.VerifyChain(feed.Head{}, events); err != nil {
		return err.Error()
	}
	return ""
}
