package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
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
	desk     store.Desk
	zone     *time.Location
	persons  map[string]*intakev1.Person  // by id
	tickets  map[string]*triagev1.Ticket  // by number; nil where triage knows it no more
	texts    map[string]map[string]string // by event and name
	units    map[string]string            // display names by audience key
	editions map[string]*edition          // by version of the profile
	letters  map[uuid.UUID]store.Letter
	digests  map[uuid.UUID]told // by the message that carries one
}

// told is what a digest tells: of how many tickets, and the newest message of some.
type told struct {
	tickets int64
	newest  []store.Notification
}

const (
	// listedInDigest is how many tickets a digest names.
	listedInDigest = 20
	// digestDepth is how far back it looks for them.
	digestDepth = 200
)

// digests reads what the digests among the messages tell.
func digests(ctx context.Context, q *store.Queries, desk string, rows []store.Notification) (map[uuid.UUID]told, error) {
	var all map[uuid.UUID]told
	for _, row := range rows {
		if !isDigest(row) {
			continue
		}
		d, seen := told{}, map[string]bool{}
		var err error
		if d.tickets, err = q.CountDigested(ctx, store.CountDigestedParams{Desk: desk, Digest: row.Notification}); err != nil {
			return nil, fmt.Errorf("count what a digest tells: %w", err)
		}
		some, err := q.ListDigested(ctx, store.ListDigestedParams{Desk: desk, Digest: row.Notification, Size: digestDepth})
		if err != nil {
			return nil, fmt.Errorf("read what a digest tells: %w", err)
		}
		for _, r := range some {
			if !seen[r.Ticket] && len(d.newest) < listedInDigest {
				seen[r.Ticket] = true
				d.newest = append(d.newest, r)
			}
		}
		if all == nil {
			all = map[uuid.UUID]told{}
		}
		all[row.Notification] = d
	}
	return all, nil
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
		case row.Withdrawn:
			never(row, notifyv1.Delivery_DELIVERY_SUPPRESSED, domain.ReasonRestricted)
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
		if m.tickets[cmp.Or(row.About, row.Ticket)] == nil {
			never(row, notifyv1.Delivery_DELIVERY_FAILED, domain.ReasonTicketGone)
			continue
		}
		uninvited, err := c.uninvited(ctx, row, m.tickets[row.Ticket])
		if err != nil {
			return nil, nil, err
		}
		if uninvited {
			never(row, notifyv1.Delivery_DELIVERY_SUPPRESSED, domain.ReasonWithdrawn)
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
	if err := c.surroundings(ctx, desk, m); err != nil {
		return err
	}
	if m.digests, err = digests(ctx, q, desk, rows); err != nil {
		return err
	}
	named := slices.Clone(rows)
	for _, d := range m.digests {
		named = append(named, d.newest...)
	}
	if m.tickets, err = c.tickets(ctx, desk, named); err != nil {
		return err
	}
	if m.units, err = units(ctx, q, desk, rows, m.tickets); err != nil {
		return err
	}
	m.editions = map[string]*edition{"": nil}
	for _, row := range rows {
		if _, there := m.editions[row.ProfileVersion]; there {
			continue
		}
		if m.editions[row.ProfileVersion], err = c.Editions.of(ctx, desk, row.ProfileVersion); err != nil {
			return err
		}
	}
	if m.letters, err = letters(ctx, q, desk, rows); err != nil {
		return err
	}
	m.texts, err = c.texts(ctx, rows, m.editions)
	return err
}

// units are what the parties and groups are called that messages name.
func units(
	ctx context.Context, q *store.Queries, desk string, rows []store.Notification, tickets map[string]*triagev1.Ticket,
) (map[string]string, error) {
	keys := make([]string, 0, len(rows)+2*len(tickets))
	for _, row := range rows {
		keys = append(keys, row.Unit)
	}
	for _, t := range tickets {
		keys = append(keys, domain.Key(t.GetOwnerParty()), domain.Key(t.GetHolderParty()), domain.Key(t.GetAssessment().GetFoundBy()))
	}
	named, err := q.GetUnits(ctx, store.GetUnitsParams{Desk: desk, Units: distinct(keys)})
	if err != nil {
		return nil, fmt.Errorf("read parties: %w", err)
	}
	all := make(map[string]string, len(named))
	for _, u := range named {
		all[u.Unit] = u.DisplayName
	}
	return all, nil
}

// letters are the words that people wrote themselves, while they exist.
func letters(ctx context.Context, q *store.Queries, desk string, rows []store.Notification) (map[uuid.UUID]store.Letter, error) {
	var ids []uuid.UUID
	for _, row := range rows {
		if row.Letter != nil {
			ids = append(ids, *row.Letter)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	written, err := q.GetLetters(ctx, store.GetLettersParams{Desk: desk, Letters: ids})
	if err != nil {
		return nil, fmt.Errorf("read letters: %w", err)
	}
	all := make(map[uuid.UUID]store.Letter, len(written))
	for _, l := range written {
		all[l.Letter] = l
	}
	return all, nil
}

// tickets asks triage for each ticket once.
func (c *Commands) tickets(ctx context.Context, desk string, rows []store.Notification) (map[string]*triagev1.Ticket, error) {
	tickets := map[string]*triagev1.Ticket{}
	for _, row := range rows {
		for _, number := range []string{row.Ticket, cmp.Or(row.About, row.Ticket)} {
			if _, asked := tickets[number]; asked {
				continue
			}
			ticket, err := c.Triage.GetTicket(asNotify(ctx), &triagev1.GetTicketRequest{Name: domain.TicketName(desk, number)})
			if err != nil && status.Code(err) != codes.NotFound {
				return nil, fmt.Errorf("ask triage for a ticket: %w", err)
			}
			tickets[number] = ticket
		}
	}
	return tickets, nil
}

// solutionLinks let a user say whether the fault is gone, without signing in (R98, R107). Both lead to one page, which does
// nothing by being opened.
func (c *Commands) solutionLinks(row store.Notification, ticket *triagev1.Ticket, language string) []domain.Action {
	who := domain.PersonName(row.Desk, row.Recipient)
	if row.EventType != "ticket.resolved" || row.Digest != nil || ticket.GetResolveTime() == nil || who != ticket.GetReporter() &&
		who != ticket.GetAffectedUser() {
		return nil
	}
	to := c.Links.To(row.Desk, domain.Link{
		Purpose: notifyv1.LinkPurpose_LINK_PURPOSE_SOLUTION, Resource: row.Ticket, Ticket: row.Ticket,
		Moment: ticket.GetResolveTime().AsTime().UnixMicro(), Who: "persons/" + row.Recipient, LanguageCode: language,
		Expires: row.CreatedAt.Add(domain.LinkLife),
	})
	if to == "" {
		return nil
	}
	accept, reject := domain.SolutionAnswers(language)
	return []domain.Action{{Label: accept, URL: to + "?answer=accept"}, {Label: reject, URL: to + "?answer=reject"}}
}
