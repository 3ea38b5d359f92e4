package cli

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// TicketPlanFix says when and how it will be fixed.
type TicketPlanFix struct {
	Change
	Text
	At time.Time `required:"" format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME" help:"When: 2026-11-24T06:00:00+01:00."`
}

// Run plans it; the text says how (R82).
func (c *TicketPlanFix) Run(ctx context.Context, s *session) error {
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Releases.PlanFix(ctx, &triagev1.PlanFixRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, ReleaseTime: timestamppb.New(c.At), Plan: c.localized(),
		})
	})
}

// TicketTell tells those who wait for a fix.
type TicketTell struct {
	Change
	Text
}

// Run tells them; the text is what they read (R83).
func (c *TicketTell) Run(ctx context.Context, s *session) error {
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Releases.TellReporters(ctx, &triagev1.TellReportersRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Message: c.localized(),
		})
	})
}

// TicketReleased says that a fix is released.
type TicketReleased struct {
	Change
	Override
}

// Run says so (R83, R97).
func (c *TicketReleased) Run(ctx context.Context, s *session) error {
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Releases.MarkReleased(ctx, &triagev1.MarkReleasedRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, OverrideReason: c.reason(),
		})
	})
}

// TicketReleases lists what is to be released.
type TicketReleases struct {
	Limit int `short:"n" default:"0" placeholder:"N" help:"At most this many; 0 for all."`
}

// Run prints a table.
func (c *TicketReleases) Run(ctx context.Context, s *session) error {
	services, err := s.connect()
	if err != nil {
		return err
	}
	tickets, err := pages(c.Limit, func(size int32, token string) ([]*triagev1.Ticket, string, error) {
		page, err := services.Releases.ListPendingReleases(ctx, &triagev1.ListPendingReleasesRequest{
			Parent: resource.Desk(s.Desk), PageSize: size, PageToken: token,
		})
		return page.GetTickets(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.ListPendingReleasesResponse{Tickets: tickets})
	}
	table := s.Table("RELEASE", "NUMBER", "TOLD", "HELD BY", "TITLE")
	for _, t := range tickets {
		told := "no"
		if t.GetFixPlan().GetToldTime() != nil {
			told = s.Time(t.GetFixPlan().GetToldTime().AsTime())
		}
		table.Row(s.Time(t.GetFixPlan().GetReleaseTime().AsTime()), resource.ID(t.GetName()), told, holder(t), t.GetTitle())
	}
	return table.Print(s.Out)
}
