package cli

import (
	"context"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
)

// Verify proves chains and clocks.
type Verify struct{}

// Run asks page after page and fails if anything does not add up.
func (*Verify) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	total := &reportingv1.VerifyTicketsResponse{}
	total.Faults, err = pages(0, func(size int32, token string) ([]*reportingv1.Fault, string, error) {
		page, err := connected.Reporting.VerifyTickets(ctx, &reportingv1.VerifyTicketsRequest{
			Parent: s.desk(), PageSize: size, PageToken: token,
		})
		total.Verified += page.GetVerified()
		if s.Terminal() && !s.JSON {
			s.Printf("\r%d tickets", total.GetVerified())
		}
		return page.GetFaults(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		if err := s.Message(total); err != nil {
			return err
		}
	} else {
		s.report(total)
	}
	if n := len(total.GetFaults()); n > 0 {
		return failure.New(failure.Failed, "", "%d of %d tickets do not add up", n, total.GetVerified())
	}
	return nil
}

func (s *session) report(total *reportingv1.VerifyTicketsResponse) {
	if s.Terminal() {
		s.Printf("\r")
	}
	if len(total.GetFaults()) == 0 {
		s.Printf("%s %d tickets: every hash chain verifies, every party clock sums to the ticket's time\n",
			s.Good("✓"), total.GetVerified())
		return
	}
	for _, fault := range total.GetFaults() {
		s.Printf("%s %s  %s\n", s.Bad("✗"), resource.ID(fault.GetName()), fault.GetDescription())
	}
}
