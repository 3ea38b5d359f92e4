package command

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// letter is a message ready to be sent. It lives as long as its job: what it says is kept nowhere.
type letter struct {
	row     store.Notification
	message domain.Dispatch
}

func messages(letters []letter) []domain.Dispatch {
	all := make([]domain.Dispatch, len(letters))
	for i, l := range letters {
		all[i] = l.message
	}
	return all
}

// material is what the words of a job's messages are made of, asked for when they are sent.
type material struct {
	desk    store.Desk
	persons map[string]*intakev1.Person // by id
	tickets map[string]*triagev1.Ticket // by number; nil where triage knows it no more
	reasons map[string]string           // by event
	units   map[string]string           // display names by audience key
}

// compose writes the messages, and settles those that will never be one: nobody can be written to without an address.
func (c *Commands) compose(ctx context.Context, desk string, rows []store.Notification) ([]letter, []settlement, error) {
	if len(rows) == 0 {
		return nil, nil, nil
	}
	m, err := c.addresses(ctx, desk, rows)
	if err != nil {
		return nil, nil, err
	}
	var settled []settlement
	never := func(row store.Notification, delivery notifyv1.Delivery, reason string) {
		settled = append(settled, settlement{row: row, verdict: domain.Settled(delivery, reason)})
	}
	reachable := make([]store.Notification, 0, len(rows))
	for _, row := range rows {
		courier, ok := c.Couriers[notifyv1.Medium(row.Medium)]
		switch {
		case !ok:
			never(row, notifyv1.Delivery_DELIVERY_SUPPRESSED, domain.ReasonNoCourier)
		case courier.Address(m.persons[row.Recipient]) == "":
			never(row, notifyv1.Delivery_DELIVERY_SUPPRESSED, domain.ReasonNoAddress)
		default:
			reachable = append(reachable, row)
		}
	}
	if len(reachable) == 0 {
		return nil, settled, nil
	}
	if err := c.words(ctx, desk, reachable, &m); err != nil {
		return nil, nil, err
	}
	letters := make([]letter, 0, len(reachable))
	for _, row := range reachable {
		if m.tickets[row.Ticket] == nil {
			never(row, notifyv1.Delivery_DELIVERY_FAILED, domain.ReasonTicketGone)
			continue
		}
		message, err := c.write(row, m)
		if err != nil {
			never(row, notifyv1.Delivery_DELIVERY_FAILED, domain.ReasonTemplate)
			continue
		}
		letters = append(letters, letter{row: row, message: message})
	}
	return letters, settled, nil
}

// addresses asks intake for the contact data of everybody who is written to or named (R147: it is kept nowhere else).
func (c *Commands) addresses(ctx context.Context, desk string, rows []store.Notification) (material, error) {
	m := material{persons: map[string]*intakev1.Person{}}
	names := make([]string, 0, 2*len(rows))
	for _, row := range rows {
		names = append(names, domain.PersonName(desk, row.Recipient))
		if row.Person != "" {
			names = append(names, domain.PersonName(desk, row.Person))
		}
	}
	slices.Sort(names)
	answer, err := c.Intake.BatchGetPersons(asNotify(ctx), &intakev1.BatchGetPersonsRequest{
		Parent: domain.DeskName(desk), Names: slices.Compact(names),
	})
	if err != nil {
		return m, fmt.Errorf("ask intake for addresses: %w", err)
	}
	for _, person := range answer.GetPersons() {
		m.persons[resourcename.ID(person.GetName())] = person
	}
	return m, nil
}

// words asks for everything else that the messages say.
func (c *Commands) words(ctx context.Context, desk string, rows []store.Notification, m *material) (err error) {
	q := store.New(c.Pool)
	if m.desk, err = q.GetDesk(ctx, desk); err != nil {
		return fmt.Errorf("read desk: %w", err)
	}
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = row.Unit
	}
	units, err := q.GetUnits(ctx, store.GetUnitsParams{Desk: desk, Units: keys})
	if err != nil {
		return fmt.Errorf("read parties: %w", err)
	}
	m.units = make(map[string]string, len(units))
	for _, u := range units {
		m.units[u.Unit] = u.DisplayName
	}
	if m.tickets, err = c.tickets(ctx, desk, rows); err != nil {
		return err
	}
	m.reasons, err = c.reasons(ctx, rows)
	return err
}

// tickets asks triage for each ticket once.
func (c *Commands) tickets(ctx context.Context, desk string, rows []store.Notification) (map[string]*triagev1.Ticket, error) {
	tickets := map[string]*triagev1.Ticket{}
	for _, row := range rows {
		if _, asked := tickets[row.Ticket]; asked {
			continue
		}
		ticket, err := c.Triage.GetTicket(asNotify(ctx), &triagev1.GetTicketRequest{Name: domain.TicketName(desk, row.Ticket)})
		if err != nil && status.Code(err) != codes.NotFound {
			return nil, fmt.Errorf("ask triage for a ticket: %w", err)
		}
		tickets[row.Ticket] = ticket
	}
	return tickets, nil
}

const (
	// watchedAtOnce is how many resources one stream may name.
	watchedAtOnce = 64
	// reasonTimeout bounds the search for events that triage has told of before.
	reasonTimeout = 3 * time.Second
)

// reasons reads again the events whose reason a message quotes. An erased one is not there any more (R147).
func (c *Commands) reasons(ctx context.Context, rows []store.Notification) (map[string]string, error) {
	reasons, wanted := map[string]string{}, map[string]map[string]bool{}
	var types []string
	for _, row := range rows {
		if !domain.ReasonOf[row.Template] {
			continue
		}
		ticket := domain.TicketName(row.Desk, row.Ticket)
		if wanted[ticket] == nil {
			wanted[ticket] = map[string]bool{}
		}
		wanted[ticket][domain.EventRef(row.Desk, row.Ticket, row.EventRevision)] = true
		types = append(types, row.EventType)
	}
	slices.Sort(types)
	for some := range slices.Chunk(tickets(wanted), watchedAtOnce) {
		if err := c.readReasons(ctx, some, slices.Compact(types), wanted, reasons); err != nil {
			return nil, err
		}
	}
	return reasons, nil
}

func tickets(wanted map[string]map[string]bool) []string {
	names := make([]string, 0, len(wanted))
	for name := range wanted {
		names = append(names, name)
	}
	return names
}

var errAllRead = errors.New("all events are read")

func (c *Commands) readReasons(
	ctx context.Context, tickets, types []string, wanted map[string]map[string]bool, reasons map[string]string,
) error {
	missing := 0
	for _, name := range tickets {
		missing += len(wanted[name])
	}
	ctx, cancel := context.WithTimeout(asNotify(ctx), reasonTimeout)
	defer cancel()
	err := c.Events.Follow(ctx, feed.Position{}, feed.Filter{Resources: tickets, Types: types}, nil, func(a feed.Arrival) error {
		if a.Event == nil || !wanted[a.Event.Record.GetResource()][a.Event.Ref()] {
			return nil
		}
		if text, there := a.Event.Text("reason"); there {
			reasons[a.Event.Ref()] = text.GetText()
		}
		if missing--; missing == 0 {
			return errAllRead
		}
		return nil
	})
	if errors.Is(err, errAllRead) {
		return nil
	}
	return fmt.Errorf("read reasons: %w", err)
}

// write fills in the template, in the recipient's language if there is one, otherwise the desk's.
func (c *Commands) write(row store.Notification, m material) (domain.Dispatch, error) {
	recipient, ticket := m.persons[row.Recipient], m.tickets[row.Ticket]
	language := domain.Language(recipient.GetLanguageCode(), m.desk.LanguageCode)
	subject, body, err := c.Templates.Render(row.Template, language, domain.Letter{
		Name: recipient.GetDisplayName(), Number: row.Ticket, Title: ticket.GetTitle(), Desk: m.desk.DisplayName,
		Person: m.persons[row.Person].GetDisplayName(), Unit: cmp.Or(m.units[row.Unit], resourcename.ID(row.Unit)),
		Status: triagev1.TicketStatus(row.TicketStatus), Reason: m.reasons[domain.EventRef(row.Desk, row.Ticket, row.EventRevision)],
		Solution:    ticket.GetSolution(),
		Workaround:  ticket.GetSolutionKind() == triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND,
		ExternalIDs: ticket.GetExternalIds(),
		URL:         strings.NewReplacer("{desk}", row.Desk, "{ticket}", row.Ticket).Replace(c.TicketURL),
	})
	if err != nil {
		return domain.Dispatch{}, err
	}
	return domain.Dispatch{
		Name: recipient.GetDisplayName(), Address: c.Couriers[notifyv1.Medium(row.Medium)].Address(recipient),
		Subject: subject, Body: body, LanguageCode: language,
		MessageID: row.MessageID, Thread: domain.ThreadID(row.Desk, row.Ticket, c.MailDomain),
		Traceparent: traceparent(row), Date: c.Clock.Now(),
		Notification: domain.NotificationName(row.Desk, row.Notification.String()), Cause: row.Traceparent,
	}, nil
}

// traceparent is the journey's, always sampled; empty for a ticket without one.
func traceparent(row store.Notification) string {
	if len(row.JourneyTrace) == 0 {
		return ""
	}
	return "00-" + hex.EncodeToString(row.JourneyTrace) + "-" + hex.EncodeToString(row.JourneyRoot) + "-01"
}
