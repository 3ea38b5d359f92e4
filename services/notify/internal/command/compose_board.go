package command

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// The letters about the board.
const (
	templateDue       = "announcement_due"
	templateSolved    = "announcement_when_solved"
	templateApproval  = "announcement_approval"
	templateAnnounced = "board_announced"
	templateConfirm   = "board_confirm"
)

// composeAll writes the messages about tickets' events, those about the board, and the answers to mails.
func (c *Commands) composeAll(ctx context.Context, desk string, rows []store.Notification) ([]letter, []settlement, error) {
	var answers, board, tickets []store.Notification
	for _, row := range rows {
		switch {
		case row.Topic == "":
			tickets = append(tickets, row)
		case isAnswer(row):
			answers = append(answers, row)
		default:
			board = append(board, row)
		}
	}
	var (
		letters []letter
		settled []settlement
	)
	for _, kind := range []struct {
		rows    []store.Notification
		compose func(context.Context, string, []store.Notification) ([]letter, []settlement, error)
	}{{tickets, c.compose}, {board, c.Board.compose}, {answers, c.Answers.compose}} {
		if len(kind.rows) == 0 {
			continue
		}
		more, never, err := kind.compose(ctx, desk, kind.rows)
		if err != nil {
			return nil, nil, err
		}
		letters, settled = append(letters, more...), append(settled, never...)
	}
	return letters, settled, nil
}

// boardMaterial is what the words of messages about the board are made of.
type boardMaterial struct {
	desk          store.Desk
	persons       map[string]*intakev1.Person
	subscriptions map[string]store.BoardSubscription
	announcements map[string]*notifyv1.Announcement
	parties       map[string]string
}

// compose writes the messages, and settles those that will never be one: the subscriber has left, the announcement was
// withdrawn.
func (b *Board) compose(ctx context.Context, desk string, rows []store.Notification) ([]letter, []settlement, error) {
	m, err := b.material(ctx, desk, rows)
	if err != nil {
		return nil, nil, err
	}
	var (
		letters []letter
		settled []settlement
	)
	never := func(row store.Notification, delivery notifyv1.Delivery, reason string) {
		settled = append(settled, settlement{row: row, verdict: domain.Settled(delivery, reason)})
	}
	for _, row := range rows {
		courier := b.Couriers[notifyv1.Medium(row.Medium)]
		subscription, subscribed := m.subscriptions[row.Recipient]
		person := m.persons[row.Recipient]
		if subscribed {
			person = &intakev1.Person{Email: subscription.Email, LanguageCode: subscription.LanguageCode}
		}
		about, gone := b.says(row, m)
		switch {
		case courier == nil:
			never(row, notifyv1.Delivery_DELIVERY_SUPPRESSED, domain.ReasonNoCourier)
			continue
		case courier.Address(person) == "":
			never(row, notifyv1.Delivery_DELIVERY_SUPPRESSED, domain.ReasonNoAddress)
			continue
		case gone:
			never(row, notifyv1.Delivery_DELIVERY_SUPPRESSED, domain.ReasonWithdrawn)
			continue
		}
		message, err := b.write(row, m, person, about, subscription.Subscription)
		if err != nil {
			never(row, notifyv1.Delivery_DELIVERY_FAILED, domain.ReasonTemplate)
			continue
		}
		message.Address = courier.Address(person)
		letters = append(letters, letter{row: row, message: message})
	}
	return letters, settled, nil
}

// says is the announcement that a message is about; nil for one that is about none. gone is true where there is nothing to
// say any more.
func (b *Board) says(row store.Notification, m boardMaterial) (a *notifyv1.Announcement, gone bool) {
	id, announced := strings.CutPrefix(row.Topic, "announcements/")
	if !announced {
		return nil, false
	}
	a = m.announcements[id]
	return a, a == nil || a.GetState() == domain.Withdrawn
}

func (b *Board) material(ctx context.Context, desk string, rows []store.Notification) (m boardMaterial, err error) {
	q := store.New(b.Pool)
	if m.desk, err = q.GetDesk(ctx, desk); err != nil {
		return m, fmt.Errorf("read desk: %w", err)
	}
	m.subscriptions, m.announcements = map[string]store.BoardSubscription{}, map[string]*notifyv1.Announcement{}
	m.persons, m.parties = map[string]*intakev1.Person{}, map[string]string{}
	var (
		subscribers []uuid.UUID
		persons     []string
		units       []string
	)
	for _, row := range rows {
		units = append(units, row.Party)
		if id, ok := strings.CutPrefix(row.Recipient, domain.SubscriberPrefix); ok {
			if parsed, err := uuid.Parse(id); err == nil {
				subscribers = append(subscribers, parsed)
			}
			continue
		}
		persons = append(persons, domain.PersonName(desk, row.Recipient))
	}
	for _, row := range rows {
		id, announced := strings.CutPrefix(row.Topic, "announcements/")
		if !announced || m.announcements[id] != nil {
			continue
		}
		if m.announcements[id], err = b.Announcement(ctx, domain.AnnouncementName(desk, id)); err != nil {
			return m, err
		}
	}
	if err := b.readSubscribers(ctx, desk, subscribers, m); err != nil {
		return m, err
	}
	called, err := q.GetUnits(ctx, store.GetUnitsParams{Desk: desk, Units: units})
	if err != nil {
		return m, fmt.Errorf("read parties: %w", err)
	}
	for _, unit := range called {
		m.parties[unit.Unit] = unit.DisplayName
	}
	return m, b.readPersons(ctx, desk, persons, m)
}

func (b *Board) readSubscribers(ctx context.Context, desk string, ids []uuid.UUID, m boardMaterial) error {
	if len(ids) == 0 {
		return nil
	}
	found, err := store.New(b.Pool).GetSubscriptions(ctx, store.GetSubscriptionsParams{Desk: desk, Subscriptions: ids})
	if err != nil {
		return fmt.Errorf("read subscriptions: %w", err)
	}
	for _, s := range found {
		m.subscriptions[subscriber(s.Subscription)] = s
	}
	return nil
}

func (b *Board) readPersons(ctx context.Context, desk string, names []string, m boardMaterial) error {
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	answer, err := b.Intake.BatchGetPersons(asNotify(ctx), &intakev1.BatchGetPersonsRequest{
		Parent: domain.DeskName(desk), Names: slices.Compact(names),
	})
	if err != nil {
		return fmt.Errorf("ask intake for addresses: %w", err)
	}
	for _, person := range answer.GetPersons() {
		m.persons[resourcename.ID(person.GetName())] = person
	}
	return nil
}

// write fills in the letter, in the recipient's language if there is one, otherwise the desk's.
func (b *Board) write(
	row store.Notification, m boardMaterial, person *intakev1.Person, a *notifyv1.Announcement, subscription uuid.UUID,
) (domain.Dispatch, error) {
	language := domain.Language(person.GetLanguageCode(), m.desk.LanguageCode)
	l := domain.BoardLetter{
		Desk: m.desk.DisplayName, Number: row.Ticket, Party: cmp.Or(m.parties[row.Party], resourcename.ID(row.Party)),
		Title: domain.InLanguage(a.GetTitles(), language, m.desk.LanguageCode).GetText(),
		Body:  domain.InLanguage(a.GetBodies(), language, m.desk.LanguageCode).GetText(),

		Completed: a.GetState() == domain.Completed, Unapproved: a.GetUnapproved(),
	}
	if a != nil {
		l.Number = resourcename.ID(a.GetTicket())
	}
	message := domain.Dispatch{
		Name: person.GetDisplayName(), Address: person.GetEmail(), LanguageCode: language, MessageID: row.MessageID,
		Traceparent: domain.JourneyParent(row.JourneyTrace, row.JourneyRoot),
		Date:        b.Clock.Now(), Notification: domain.NotificationName(row.Desk, row.Notification.String()), Cause: row.Traceparent,
	}
	page := strings.ReplaceAll(b.URL, "{desk}", row.Desk)
	switch row.Template {
	case templateConfirm:
		l.Confirm = page + "/confirm?token=" + url.QueryEscape(b.secret(row.Desk, subscription, "confirm"))
	case templateAnnounced:
		l.URL, l.Number = page, ""
		l.Unsubscribe = page + "/unsubscribe?token=" + url.QueryEscape(b.secret(row.Desk, subscription, "unsubscribe"))
		message.List, message.Unsubscribe = "announcements."+row.Desk, l.Unsubscribe
		message.Thread = resourcename.ID(row.Topic) + "." + row.Desk + "@" + b.MailDomain
	default:
		l.URL = ""
		if l.Number != "" {
			l.URL = strings.NewReplacer("{desk}", row.Desk, "{ticket}", l.Number).Replace(b.TicketURL)
			message.Thread, message.Reference = b.thread(row)
		}
	}
	var err error
	message.Subject, message.Body, err = domain.WriteBoardLetter(row.Template, language, l)
	return message, err
}
