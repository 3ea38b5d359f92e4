package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// settlement is what became of a message after the attempt that row counts last.
type settlement struct {
	row      store.Notification
	verdict  domain.Verdict
	language string
}

// settledEvents name what became of a message in the feed. One that is still queued is told in the ledger only: the feed gets
// one event per message.
var settledEvents = map[notifyv1.Delivery]string{
	notifyv1.Delivery_DELIVERY_SENT:       "notification.sent",
	notifyv1.Delivery_DELIVERY_FAILED:     "notification.failed",
	notifyv1.Delivery_DELIVERY_SUPPRESSED: "notification.suppressed",
	notifyv1.Delivery_DELIVERY_DIGESTED:   "notification.digested",
}

// settle writes what became of messages, with an event for each that is settled. A row that somebody else has claimed since
// is left to them.
func (c *Commands) settle(ctx context.Context, desk string, settled []settlement) error {
	if len(settled) == 0 {
		return nil
	}
	err := c.inTurn(ctx, func(ctx context.Context, p *pg.Pipeline) error { return c.settleWithin(ctx, p, desk, settled) })
	if err != nil {
		return fmt.Errorf("settle notifications: %w", err)
	}
	return nil
}

// settleWithin settles in a transaction that does more.
func (c *Commands) settleWithin(ctx context.Context, p *pg.Pipeline, desk string, settled []settlement) error {
	by := make(map[uuid.UUID]settlement, len(settled))
	ids, names := make([]uuid.UUID, len(settled)), make([]string, len(settled))
	for i, s := range settled {
		ids[i], by[s.row.Notification] = s.row.Notification, s
		names[i] = domain.NotificationName(desk, s.row.Notification.String())
	}
	if err := feed.LockAll(ctx, p, names); err != nil {
		return err
	}
	q := store.New(p)
	rows, err := q.LockNotifications(ctx, store.LockNotificationsParams{Desk: desk, Notifications: ids})
	if err != nil {
		return err
	}
	after, events, err := settling(desk, rows, by, c.Clock.Now())
	if err != nil || len(after.Notifications) == 0 {
		return err
	}
	if err := q.SettleNotifications(ctx, after); err != nil {
		return err
	}
	return feed.Append(ctx, p, events)
}

// settling are the rows after it, and their events.
func settling(
	desk string, rows []store.Notification, by map[uuid.UUID]settlement, now time.Time,
) (store.SettleNotificationsParams, []feed.Prepared, error) {
	p := store.SettleNotificationsParams{Now: now, Desk: desk}
	var all []feed.Prepared
	for _, row := range rows {
		s := by[row.Notification]
		if notifyv1.Delivery(row.Delivery) != notifyv1.Delivery_DELIVERY_QUEUED || row.Attempts != s.row.Attempts {
			continue
		}
		row.Delivery, row.Reason, row.LanguageCode, row.DueAt = int16(s.verdict.Delivery), s.verdict.Reason, s.language, s.verdict.DueAt
		at := now
		if typ, ok := settledEvents[s.verdict.Delivery]; ok {
			row.SettledAt, row.DueAt = &now, now
			events, head, err := feed.Prepare(head(row), []feed.Draft{draft(row, typ)}, now)
			if err != nil {
				return p, nil, err
			}
			all = append(all, events...)
			row.Revision, row.ChainHash, at = head.Revision, head.Hash, head.Time
		}
		p.Notifications, p.Deliveries = append(p.Notifications, row.Notification), append(p.Deliveries, row.Delivery)
		p.Reasons, p.LanguageCodes = append(p.Reasons, row.Reason), append(p.LanguageCodes, row.LanguageCode)
		p.DueAts, p.Revisions = append(p.DueAts, row.DueAt), append(p.Revisions, row.Revision)
		p.ChainHashes, p.LastEventAts = append(p.ChainHashes, hash(row.ChainHash)), append(p.LastEventAts, at)
	}
	return p, all, nil
}

// head is where a message's chain stands.
func head(row store.Notification) feed.Head {
	h := feed.Head{Revision: row.Revision, Hash: row.ChainHash}
	if row.LastEventAt != nil {
		h.Time = *row.LastEventAt
	}
	return h
}

// draft is an event of a message. It says nothing of the text and nothing of the address.
func draft(row store.Notification, typ string) feed.Draft {
	d := feed.Draft{
		Desk: row.Desk, Resource: domain.NotificationName(row.Desk, row.Notification.String()), Type: typ,
		Payload: &notifyv1.NotificationEvent{Notification: Answer(row)},
		Actor:   &eventv1.Actor{Service: serviceName},
		Cause:   &eventv1.Cause{Event: About(row), Rule: row.Rule},
		// The request that caused the message, however much later it is sent.
		Traceparent: row.Traceparent, Audience: row.Audience,
	}
	if len(row.JourneyTrace) > 0 {
		d.Journey = &eventv1.Journey{TraceId: row.JourneyTrace, RootSpanId: row.JourneyRoot}
	}
	return d
}

// WrittenToStakeholders is what a letter of the incident manager is about: no event of a ticket.
const WrittenToStakeholders = "stakeholders.written"

// About is the event that a message is about; empty for a letter, and for one that is about something due.
func About(row store.Notification) string {
	switch {
	case row.EventType == WrittenToStakeholders:
		return ""
	case row.Topic == "":
		return domain.EventRef(row.Desk, row.Ticket, row.EventRevision)
	case strings.HasPrefix(row.Topic, "announcements/"):
		return domain.Ref(domain.DeskName(row.Desk)+"/"+row.Topic, row.EventRevision)
	default:
		return ""
	}
}

// recipientName is the person written to; of a subscriber to a board only the subscription is known.
func recipientName(row store.Notification) string {
	if isAnswer(row) { // whoever sent it: intake alone knows
		return domain.DeskName(row.Desk) + "/" + row.Topic
	}
	if id, ok := strings.CutPrefix(row.Recipient, domain.SubscriberPrefix); ok && row.Topic != "" {
		return domain.DeskName(row.Desk) + "/boardSubscriptions/" + id
	}
	return domain.PersonName(row.Desk, row.Recipient)
}

// Answer is a message as the contract shows it to everybody who may see it: without the event, whose revision counts what its
// recipient may not see.
func Answer(row store.Notification) *notifyv1.Notification {
	n := &notifyv1.Notification{
		Name: domain.NotificationName(row.Desk, row.Notification.String()),
		Rule: row.Rule, Recipient: recipientName(row),
		Delivery: notifyv1.Delivery(row.Delivery), Attempts: row.Attempts, Reason: row.Reason, MessageId: row.MessageID,
		CreateTime: timestamppb.New(row.CreatedAt), Template: row.Template, LanguageCode: row.LanguageCode,
		Medium: notifyv1.Medium(row.Medium),
	}
	if row.Ticket != "" {
		n.Ticket = domain.TicketName(row.Desk, row.Ticket)
	}
	if row.Party != "" {
		n.Party = domain.DeskName(row.Desk) + "/" + row.Party
	}
	if row.Digest != nil {
		n.Digest = domain.NotificationName(row.Desk, row.Digest.String())
	}
	if row.SettledAt != nil {
		n.SettleTime = timestamppb.New(*row.SettledAt)
	}
	return n
}
