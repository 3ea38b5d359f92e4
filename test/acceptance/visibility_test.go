package acceptance_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// known is what somebody can find out about the ticket.
type known struct {
	read, listed, found, journey codes.Code
	// inList and inSearch say whether the ticket is there; watched are the types of its events; messages those about it.
	inList, inSearch bool
	watched          []string
	messages         int
	words            string // every text of the watched events
}

// inquiry asks every way there is about a ticket of a desk, which has a word that a search finds it by.
type inquiry struct {
	*house.House
	door               *house.Door
	desk, ticket, word string
}

// knows is what somebody finds out.
func (q inquiry) knows(ctx context.Context, t *testing.T, who string) known {
	t.Helper()
	as := q.As(ctx, who)
	isIt := func(ticket *triagev1.Ticket) bool { return ticket.GetName() == q.ticket }
	var k known
	_, err := q.door.Tickets.GetTicket(as, &triagev1.GetTicketRequest{Name: q.ticket})
	k.read = status.Code(err)
	list, err := q.door.Tickets.ListTickets(as, &triagev1.ListTicketsRequest{Parent: q.desk, PageSize: 500})
	k.listed, k.inList = status.Code(err), slices.ContainsFunc(list.GetTickets(), isIt)
	found, err := q.door.Tickets.SearchTickets(as, &triagev1.SearchTicketsRequest{Parent: q.desk, Query: q.word})
	k.found, k.inSearch = status.Code(err), slices.ContainsFunc(found.GetTickets(), isIt)
	_, err = q.door.Reporting.GetJourney(as, &reportingv1.GetJourneyRequest{Name: q.ticket})
	k.journey = status.Code(err)
	for _, e := range q.watches(as, t) {
		if e.GetRecord().GetResource() == q.ticket {
			k.watched = append(k.watched, e.GetRecord().GetType())
			for _, text := range e.GetTexts() {
				k.words += text.GetText() + "\n"
			}
		}
	}
	all := &notifyv1.ListNotificationsRequest{Parent: q.desk, PageSize: 500}
	messages, err := q.door.Notifications.ListNotifications(as, all)
	if err != nil && status.Code(err) != codes.NotFound {
		t.Errorf("messages for %s: %v", who, err)
	}
	for _, n := range messages.GetNotifications() {
		if n.GetTicket() == q.ticket {
			k.messages++
		}
	}
	return k
}

// nothing reports whether the ticket does not exist, as far as somebody can find out.
func (k known) nothing() bool {
	return k.read == codes.NotFound && k.journey == codes.NotFound && !k.inList && !k.inSearch && len(k.watched) == 0 &&
		k.messages == 0
}

// watches reads the feed from its beginning until it says that this is all there is.
func (q inquiry) watches(as context.Context, t *testing.T) []*eventv1.Event {
	t.Helper()
	ctx, cancel := context.WithCancel(as)
	defer cancel()
	stream, err := q.door.TicketFeed.Watch(ctx, &eventv1.WatchRequest{Parent: q.desk})
	if err != nil {
		t.Fatal(err)
	}
	var events []*eventv1.Event
	for {
		message, err := stream.Recv()
		if err != nil {
			t.Fatalf("watch: %v", err)
		}
		if message.GetBookmark() != nil {
			return events
		}
		events = append(events, message.GetEvent())
	}
}

// asking is about the ticket of the walk.
func (w *walk) asking() inquiry {
	return inquiry{w.House, w.door, house.Desk, w.ticket.GetName(), "Login"}
}

func (w *walk) knows(ctx context.Context, t *testing.T, who string) known {
	t.Helper()
	return w.asking().knows(ctx, t, who)
}

func (w *walk) watches(as context.Context, t *testing.T) []*eventv1.Event {
	t.Helper()
	return w.asking().watches(as, t)
}

// partiesSeeIt: those who have or had it, the desk's contact and its authority see everything that concerns parties.
func (w *walk) partiesSeeIt(ctx context.Context, t *testing.T) {
	t.Helper()
	for _, who := range []string{house.Mette, house.Lars, house.Nina, house.Saul} {
		k := w.knows(ctx, t, who)
		if k.read != codes.OK || k.journey != codes.OK || !k.inList || !k.inSearch || k.messages == 0 {
			t.Errorf("%s should see it and knows %+v", who, k)
		}
		if who == house.Mette && !strings.Contains(k.words, secret) {
			t.Errorf("%s should read the work log", who)
		}
	}
}

// usersSeeTheirPart: reporter and affected user see the ticket, and nothing that is between the parties.
func (w *walk) usersSeeTheirPart(ctx context.Context, t *testing.T) {
	t.Helper()
	for _, who := range []string{house.Ole, house.Ida} {
		k := w.knows(ctx, t, who)
		if k.read != codes.OK || k.journey != codes.OK || !k.inList || !k.inSearch {
			t.Errorf("%s should see it and knows %+v", who, k)
		}
		if slices.Contains(k.watched, "ticket.work_logged") || strings.Contains(k.words, secret) {
			t.Errorf("%s hears what is between the parties: %v", who, k.watched)
		}
		for _, e := range w.journey(ctx, t, who).GetEvents() {
			if e.GetRecord().GetType() == "ticket.work_logged" {
				t.Errorf("%s reads the work log in the journey", who)
			}
			if e.GetRecord().GetRevision() != 0 {
				t.Errorf("%s is told revision %d: a gap in the numbers is a count of what they may not see", who, e.GetRecord().GetRevision())
			}
		}
		hidden, err := w.door.Tickets.SearchTickets(w.As(ctx, who), &triagev1.SearchTicketsRequest{Parent: house.Desk, Query: secret})
		if err != nil || len(hidden.GetTickets()) > 0 {
			t.Errorf("%s finds a word of the work log: %v %v", who, hidden, err)
		}
		_, err = w.door.Tickets.GetTicketClocks(w.As(ctx, who), &triagev1.GetTicketClocksRequest{Name: w.ticket.GetName()})
		if status.Code(err) != codes.PermissionDenied {
			t.Errorf("%s asks for the party clocks: %v", who, err)
		}
	}
}

// othersSeeNothing: another party of the desk, another desk's agent, and somebody with no part in any desk. Only the first is
// told that there is such a desk.
func (w *walk) othersSeeNothing(ctx context.Context, t *testing.T) {
	t.Helper()
	for who, lists := range map[string]codes.Code{
		house.Kim: codes.OK, house.Eva: codes.NotFound, house.Nobody: codes.NotFound,
	} {
		k := w.knows(ctx, t, who)
		if !k.nothing() {
			t.Errorf("%s should see nothing and knows %+v", who, k)
		}
		if k.listed != lists || k.found != lists {
			t.Errorf("%s lists and searches with %s and %s, want %s", who, k.listed, k.found, lists)
		}
		_, err := w.door.Reporting.GetFigures(w.As(ctx, who), &reportingv1.GetFiguresRequest{Name: house.Desk})
		if code := status.Code(err); code != codes.NotFound && code != codes.PermissionDenied {
			t.Errorf("%s reads the figures: %v", who, err)
		}
	}
}
