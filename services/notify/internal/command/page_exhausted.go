package command

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// tellExhausted tells whom triage names, the authority, that nobody on the chain has answered (R52, R67). Nothing holds it
// back: an urgent case has nobody.
func (c *Commands) tellExhausted(ctx context.Context, tx pgx.Tx, event *feed.Event, payload *triagev1.PageEvent) error {
	record, page, now := event.Record, payload.GetPage(), c.Clock.Now()
	h := domain.Happening{
		Type: record.GetType(), Ticket: &triagev1.Ticket{Name: page.GetTicket()}, Audience: record.GetAudience(),
		Profile: record.GetProfileVersion(), Asked: payload.GetNotifications(),
	}
	if err := members(ctx, store.New(tx), resourcename.Desk(record.GetDesk()), []*domain.Happening{&h}); err != nil {
		return err
	}
	told, _ := domain.Tell(h)
	rows := make([]store.Notification, 0, len(told))
	var events []feed.Prepared
	for _, t := range told {
		t.Rule = cmp.Or(t.Rule, "page_exhausted")                 // a page by hand has no rule
		t.Urgent, t.Sight = true, min(t.Sight, domain.SeesTicket) // what was written with an event of the ticket is not this one's
		row := c.row(event, h, t, now)
		row.Ticket = resourcename.ID(page.GetTicket())
		row.MessageID = c.messageID(row.Desk, row.Ticket, row.Notification)
		if delivery, reason, done := settledAtOnce(h, t); done {
			prepared, err := settleNow(&row, delivery, reason, now)
			if err != nil {
				return err
			}
			events = append(events, prepared)
		}
		rows = append(rows, row)
	}
	if err := c.enter(ctx, tx, rows, events, now); err != nil {
		return fmt.Errorf("tell that nobody answers: %w", err)
	}
	return nil
}
