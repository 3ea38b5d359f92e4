package command

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// proposed are the messages of a proposal that somebody sends, and the events of those that are settled with it: an inbox has it
// at once, and a call was made by who sends it. What a person sends waits for nothing.
func (c *Commands) proposed(
	row store.Proposal, sender string, letter *uuid.UUID, media []notifyv1.Medium, now time.Time,
) ([]store.Notification, []feed.Prepared, error) {
	var rows []store.Notification
	var events []feed.Prepared
	for i, recipient := range row.Recipients {
		for _, medium := range media {
			told := domain.Told{Rule: row.Rule, Recipient: "persons/" + recipient, Medium: medium}
			id := domain.NotificationID(domain.EventRef(row.Desk, row.Ticket, row.EventRevision), told, row.CreatedAt)
			message := store.Notification{
				Desk: row.Desk, Notification: id, Ticket: row.Ticket, EventRevision: row.EventRevision, EventType: row.EventType,
				Rule: row.Rule, Recipient: recipient, Template: row.Template, Person: cmp.Or(sender, row.Person), Unit: row.Unit,
				TicketStatus: row.TicketStatus, Audience: append(append([]string{}, row.Audience...), told.Recipient),
				MessageID: c.messageID(row.Desk, row.Ticket, id), JourneyTrace: row.JourneyTrace, JourneyRoot: row.JourneyRoot,
				Traceparent: row.Traceparent, Delivery: int16(notifyv1.Delivery_DELIVERY_QUEUED), Medium: int16(medium), Party: row.Party,
				ProfileVersion: row.ProfileVersion, OwnNumber: row.OwnNumber, Sight: row.Sights[i], Urgent: true, Letter: letter,
			}
			if medium == notifyv1.Medium_MEDIUM_PORTAL || medium == notifyv1.Medium_MEDIUM_CALL {
				event, err := settleNow(&message, notifyv1.Delivery_DELIVERY_SENT, "", now)
				if err != nil {
					return nil, nil, err
				}
				events = append(events, event)
			}
			rows = append(rows, message)
		}
	}
	return rows, events, nil
}

// keepDeliveries inserts the jobs that deliver what a person sent.
func (c *Commands) keepDeliveries(ctx context.Context, p *pg.Pipeline, rows []store.Notification) error {
	var ids []uuid.UUID
	for _, r := range rows {
		if notifyv1.Delivery(r.Delivery) == notifyv1.Delivery_DELIVERY_QUEUED {
			ids = append(ids, r.Notification)
		}
	}
	for start := 0; start < len(ids); start += deliverAtOnce {
		args := DeliverArgs{Desk: rows[0].Desk, Notifications: ids[start:min(start+deliverAtOnce, len(ids))]}
		if err := c.Jobs.Keep(ctx, p, args, time.Time{}); err != nil {
			return fmt.Errorf("keep delivery: %w", err)
		}
	}
	return nil
}

// Words are what a proposal would say to its first recipient, signed by who sends it.
func (c *Commands) Words(ctx context.Context, row store.Proposal, sender string) (subject, body string, err error) {
	media := []notifyv1.Medium{notifyv1.Medium_MEDIUM_MAIL}
	rows, _, err := c.proposed(row, sender, nil, media, c.Clock.Now())
	if err != nil {
		return "", "", err
	}
	m, err := c.addresses(ctx, row.Desk, rows[:1])
	if err != nil {
		return "", "", err
	}
	if err := c.words(ctx, row.Desk, rows[:1], &m); err != nil {
		return "", "", err
	}
	if m.tickets[row.Ticket] == nil {
		return "", "", errUnknown
	}
	language := domain.Language(m.persons[row.Recipients[0]].GetLanguageCode(), m.desk.LanguageCode)
	return c.say(rows[0], language, m)
}
