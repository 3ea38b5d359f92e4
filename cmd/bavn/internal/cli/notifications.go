package cli

import (
	"context"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// Notifications lists messages.
type Notifications struct {
	Ticket string `arg:"" optional:"" help:"Only those about this ticket."`
	Limit  int    `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table, newest first.
func (c *Notifications) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	ticket := s.ticketIfAny(c.Ticket)
	list, err := pages(c.Limit, func(size int32, token string) ([]*notifyv1.Notification, string, error) {
		page, err := connected.Notifications.ListNotifications(ctx, &notifyv1.ListNotificationsRequest{
			Parent: s.desk(), Ticket: ticket, PageSize: size, PageToken: token,
		})
		return page.GetNotifications(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&notifyv1.ListNotificationsResponse{Notifications: list})
	}
	if len(list) == 0 {
		s.Printf("no messages\n")
		return nil
	}
	table := s.Table("WRITTEN", "TICKET", "TO", "BY", "ABOUT", "DELIVERY", "WHY")
	for _, n := range list {
		table.Row(s.Time(n.GetCreateTime().AsTime()), resource.ID(n.GetTicket()), resource.Short(n.GetRecipient()),
			word(n.GetMedium().String(), "MEDIUM_"), n.GetTemplate(), word(n.GetDelivery().String(), "DELIVERY_"), n.GetReason())
	}
	return table.Print(s.Out)
}
