package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/platform/telemetry"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Tell writes down whom the desk's profile or our own rules name for a batch of triage's events, and inserts the jobs that will
// tell them. It writes through the subscriber's transaction and nothing else, and the same event again adds nothing: each
// message is written once, however often the batch is handled. What happens to a ticket in import is written down as suppressed
// (R34).
func (c *Commands) Tell(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	batch, happenings, err := happenings(batch)
	if err != nil || len(batch) == 0 {
		return err
	}
	if err := receivers(ctx, tx, batch, happenings); err != nil {
		return err
	}
	if err := people(ctx, tx, batch, happenings); err != nil {
		return err
	}
	if err := eraseLetters(ctx, tx, batch, happenings); err != nil {
		return err
	}
	now := c.Clock.Now()
	var (
		rows   []store.Notification
		events []feed.Prepared // of rows that are settled as soon as they are written
	)
	for i, h := range happenings {
		told, proposed := domain.Tell(h)
		if err := propose(ctx, tx, batch[i], h, proposed, now); err != nil {
			return err
		}
		for _, t := range told {
			row := c.row(batch[i], h, t, now)
			if delivery, reason, done := settledAtOnce(h, t); done {
				prepared, err := settleNow(&row, delivery, reason, now)
				if err != nil {
					return err
				}
				events = append(events, prepared)
			}
			rows = append(rows, row)
		}
	}
	if err := c.enter(ctx, tx, rows, events, now); err != nil {
		return err
	}
	return closeRestricted(ctx, tx, batch, happenings)
}

// enter puts messages into the ledger, with the jobs that deliver them and the events of those that are settled already.
func (c *Commands) enter(ctx context.Context, tx pgx.Tx, rows []store.Notification, events []feed.Prepared, now time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	written, err := insert(ctx, tx, rows, now)
	if err != nil {
		return err
	}
	if err := c.deliverLater(ctx, tx, written); err != nil {
		return err
	}
	return appendFirst(ctx, tx, events, written)
}

// settledAtOnce: what an import brings concerns nobody now, and what is told in the inbox is there when it is written.
func settledAtOnce(h domain.Happening, t domain.Told) (delivery notifyv1.Delivery, reason string, done bool) {
	switch {
	case h.Ticket.GetImporting():
		return notifyv1.Delivery_DELIVERY_SUPPRESSED, domain.ReasonImport, true
	case t.Medium == notifyv1.Medium_MEDIUM_PORTAL:
		return notifyv1.Delivery_DELIVERY_SENT, "", true
	}
	return 0, "", false
}

// closeRestricted closes what was said about a ticket before, when the ticket is closed to most people or to somebody who was let
// in (R149). It comes last: what was said may stand in the same batch.
func closeRestricted(ctx context.Context, tx pgx.Tx, batch []*feed.Event, happenings []domain.Happening) error {
	for i, h := range happenings {
		if h.Type != "ticket.restricted" && h.Type != "ticket.sight_revoked" {
			continue
		}
		record := batch[i].Record
		desk, ticket := resourcename.Desk(record.GetDesk()), resourcename.ID(record.GetResource())
		if err := store.CloseTo(ctx, tx, desk, ticket, h.Audience, record.GetRevision()); err != nil {
			return err
		}
	}
	return nil
}

// eraseLetters forgets what people wrote about a ticket whose texts are erased (R147).
func eraseLetters(ctx context.Context, tx pgx.Tx, batch []*feed.Event, happenings []domain.Happening) error {
	for i, h := range happenings {
		if h.Type != "ticket.texts_erased" {
			continue
		}
		record := batch[i].Record
		erased := store.EraseLettersParams{Desk: resourcename.Desk(record.GetDesk()), Ticket: resourcename.ID(record.GetResource())}
		if err := store.New(tx).EraseLetters(ctx, erased); err != nil {
			return fmt.Errorf("erase letters: %w", err)
		}
	}
	return nil
}

// happenings are the events as the rules see them, and those events. A desk without a profile asks for nothing: of its events
// only those are looked into that our own rules, or those who follow a ticket, wait for.
func happenings(batch []*feed.Event) ([]*feed.Event, []domain.Happening, error) {
	events, all := make([]*feed.Event, 0, len(batch)), make([]domain.Happening, 0, len(batch))
	for _, event := range batch {
		record := event.Record
		if record.GetProfileVersion() == "" && !domain.Heard(record.GetType()) {
			continue
		}
		payload := new(triagev1.TicketEvent)
		if err := record.GetPayload().UnmarshalTo(payload); err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", event.Ref(), err)
		}
		events, all = append(events, event), append(all, domain.Happening{
			Type: record.GetType(), Ticket: payload.GetTicket(), Audience: record.GetAudience(),
			Actor: domain.Key(record.GetActor().GetPerson()), Unit: domain.Key(record.GetActor().GetParty()),
			Profile: record.GetProfileVersion(), Asked: payload.GetNotifications(),
		})
	}
	return events, all, nil
}

// row is a message that nobody has tried to send yet.
func (c *Commands) row(event *feed.Event, h domain.Happening, told domain.Told, now time.Time) store.Notification {
	record := event.Record
	id := domain.NotificationID(event.Ref(), told, record.GetRecordedAt().AsTime())
	row := store.Notification{
		Desk: resourcename.Desk(record.GetDesk()), Notification: id, Ticket: resourcename.ID(record.GetResource()),
		EventRevision: record.GetRevision(), EventType: record.GetType(), Rule: told.Rule,
		Recipient: resourcename.ID(told.Recipient), Template: told.Template, Person: resourcename.ID(told.Person), Unit: told.Unit,
		TicketStatus: int16(h.Ticket.GetStatus()), Audience: audience(h.Audience, told.Recipient),
		MessageID:    c.messageID(resourcename.Desk(record.GetDesk()), resourcename.ID(record.GetResource()), id),
		JourneyTrace: record.GetJourney().GetTraceId(), JourneyRoot: record.GetJourney().GetRootSpanId(),
		Traceparent: event.Traceparent(), CreatedAt: now, QueuedAt: now, DueAt: now,
		Delivery: int16(notifyv1.Delivery_DELIVERY_QUEUED), Medium: int16(told.Medium),
		Party: domain.Key(h.Ticket.GetHolderParty()), ProfileVersion: h.Profile, OwnNumber: told.OwnNumber,
		Sight: int16(told.Sight), Urgent: told.Urgent,
	}
	if told.NotBefore.After(now) { // patience with its delivery begins then
		row.QueuedAt, row.DueAt = told.NotBefore, told.NotBefore
	}
	return row
}

// messageID is that of a mail about a ticket. It is kept in the ledger, so that every attempt has the same one and a mail server
// can drop a repetition; it is signed, so that a reply finds its ticket.
func (c *Commands) messageID(desk, ticket string, id uuid.UUID) string {
	return c.References.MessageID(mailref.Reference{Kind: mailref.Ticket, Desk: desk, ID: ticket, Serial: id.String()}, c.MailDomain)
}

// audience of a message: the parties that see the event, and the recipient; not the other persons who see it.
func audience(event []string, recipient string) []string {
	keys := slices.DeleteFunc(slices.Clone(event), func(key string) bool { return !strings.HasPrefix(key, "parties/") })
	return append(keys, recipient)
}

// settleNow settles a row before it is written.
func settleNow(row *store.Notification, delivery notifyv1.Delivery, reason string, now time.Time) (feed.Prepared, error) {
	row.Delivery, row.Reason, row.SettledAt = int16(delivery), reason, &now
	events, head, err := feed.Prepare(feed.Head{}, []feed.Draft{draft(*row, settledEvents[delivery])}, now)
	if err != nil {
		return feed.Prepared{}, err
	}
	row.Revision, row.ChainHash, row.LastEventAt = head.Revision, head.Hash, &head.Time
	return events[0], nil
}

// insert writes the rows that are not in the ledger yet, in one statement, and returns those.
func insert(ctx context.Context, tx store.DBTX, rows []store.Notification, now time.Time) ([]store.Notification, error) {
	p := store.InsertNotificationsParams{Now: now}
	for _, r := range rows {
		p.Desks, p.Notifications = append(p.Desks, r.Desk), append(p.Notifications, r.Notification)
		p.Tickets = append(p.Tickets, r.Ticket)
		p.EventRevisions, p.EventTypes = append(p.EventRevisions, r.EventRevision), append(p.EventTypes, r.EventType)
		p.Rules, p.Recipients, p.Templates = append(p.Rules, r.Rule), append(p.Recipients, r.Recipient), append(p.Templates, r.Template)
		p.Persons, p.Units = append(p.Persons, r.Person), append(p.Units, r.Unit)
		p.TicketStatuses = append(p.TicketStatuses, r.TicketStatus)
		p.Audiences, p.MessageIds = append(p.Audiences, strings.Join(r.Audience, " ")), append(p.MessageIds, r.MessageID)
		p.JourneyTraces, p.JourneyRoots = append(p.JourneyTraces, r.JourneyTrace), append(p.JourneyRoots, r.JourneyRoot)
		p.Traceparents = append(p.Traceparents, r.Traceparent)
		p.Deliveries, p.Reasons = append(p.Deliveries, r.Delivery), append(p.Reasons, r.Reason)
		p.Revisions, p.ChainHashes = append(p.Revisions, r.Revision), append(p.ChainHashes, hash(r.ChainHash))
		p.Parties, p.Media = append(p.Parties, r.Party), append(p.Media, r.Medium)
		p.ProfileVersions, p.OwnNumbers = append(p.ProfileVersions, r.ProfileVersion), append(p.OwnNumbers, r.OwnNumber)
		p.Sights, p.Urgents, p.Letters = append(p.Sights, r.Sight), append(p.Urgents, r.Urgent), append(p.Letters, letterOf(r))
		p.DueAts = append(p.DueAts, dueAt(r, now))
	}
	ids, err := store.New(tx).InsertNotifications(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("write notifications: %w", err)
	}
	inserted := make(map[uuid.UUID]bool, len(ids))
	for _, id := range ids {
		inserted[id] = true
	}
	return slices.DeleteFunc(rows, func(r store.Notification) bool { return !inserted[r.Notification] }), nil
}

// dueAt is when a message goes out: at once, unless it says otherwise.
func dueAt(r store.Notification, now time.Time) time.Time {
	if r.DueAt.After(now) {
		return r.DueAt
	}
	return now
}

// letterOf is the words that a person wrote, as the column's array wants them: nothing is the nil UUID.
func letterOf(r store.Notification) uuid.UUID {
	if r.Letter == nil {
		return uuid.Nil
	}
	return *r.Letter
}

// hash is the chain hash as the column wants it: empty, never NULL.
func hash(h []byte) []byte {
	if h == nil {
		return []byte{}
	}
	return h
}

// deliverLater inserts the jobs that deliver what is queued: few, so that each sends several messages over one connection.
func (c *Commands) deliverLater(ctx context.Context, tx pgx.Tx, rows []store.Notification) error {
	byDesk := map[string][]uuid.UUID{}
	for _, r := range rows {
		if notifyv1.Delivery(r.Delivery) == notifyv1.Delivery_DELIVERY_QUEUED {
			byDesk[r.Desk] = append(byDesk[r.Desk], r.Notification)
		}
	}
	var inserts []river.InsertManyParams
	for desk, ids := range byDesk {
		for chunk := range slices.Chunk(ids, deliverAtOnce) {
			inserts = append(inserts, river.InsertManyParams{Args: DeliverArgs{Desk: desk, Notifications: chunk}})
		}
	}
	if len(inserts) == 0 {
		return nil
	}
	if _, err := c.Jobs.InsertManyFastTx(telemetry.ContextWithTraceparent(ctx, cause(rows)), tx, inserts); err != nil {
		return fmt.Errorf("insert delivery: %w", err)
	}
	return nil
}

// cause is the one event that all messages come from. Where there are several, none: the job then has a trace of its own, and
// each message is drawn in the trace of its own request.
func cause(rows []store.Notification) string {
	for _, r := range rows[1:] {
		if r.Traceparent != rows[0].Traceparent {
			return ""
		}
	}
	return rows[0].Traceparent
}

// appendFirst appends the first events of the resources that were written, in one round trip.
func appendFirst(ctx context.Context, tx pgx.Tx, events []feed.Prepared, written []store.Notification) error {
	fresh := make(map[string]bool, len(written))
	for _, r := range written {
		fresh[domain.NotificationName(r.Desk, r.Notification.String())] = true
	}
	events = slices.DeleteFunc(events, func(e feed.Prepared) bool { return !fresh[e.Record.GetResource()] })
	return pg.Translate(feed.Append(ctx, tx, events))
}
