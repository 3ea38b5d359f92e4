package acceptance_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/bavn/bavn/cmd/bavn/suite"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// startLimit bounds starting a suite and filling it; walkLimit one incident with all that follows, on a busy machine.
const (
	startLimit = 2 * time.Minute
	walkLimit  = time.Minute
)

// furnished is a suite of the test's own, with its desks.
func furnished(t *testing.T, change ...func(*suite.Config)) (*suite.Suite, *house.House) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	cfg := suite.Config{Persons: house.People(), Administrators: []string{house.Root}}
	for _, c := range change {
		c(&cfg)
	}
	running, err := suite.Start(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("stop the suite: %v", err)
		}
	})
	h, err := house.Open(ctx, running)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	if err := h.Furnish(ctx, h.GRPC); err != nil {
		t.Fatal(err)
	}
	return running, h
}

// walk is one incident on its way, through one door.
type walk struct {
	*house.House
	door   *house.Door
	ticket *triagev1.Ticket
}

// step is one thing that somebody does with the ticket.
type step struct {
	what string
	by   string
	do   func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error)
	// event is what the journey must have of it; where it then is.
	event string
	at    place
}

// place is who has the ticket, and in which status.
type place struct {
	Party, Group, Assignee string
	Status                 triagev1.TicketStatus
}

const (
	registered   = triagev1.TicketStatus_TICKET_STATUS_REGISTERED
	assigned     = triagev1.TicketStatus_TICKET_STATUS_ASSIGNED
	inProgress   = triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS
	awaitingUser = triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER
	resolved     = triagev1.TicketStatus_TICKET_STATUS_RESOLVED
	closed       = triagev1.TicketStatus_TICKET_STATUS_CLOSED
)

func at(party, group, assignee string, status triagev1.TicketStatus) place {
	p := place{Party: house.Party(party), Status: status}
	if group != "" {
		p.Group = house.Group(party, group)
	}
	if assignee != "" {
		p.Assignee = house.Person(assignee)
	}
	return p
}

// incident is the way of issue 2: opened, taken, handed between companies, put on hold, resolved, accepted, closed.
var incident = []step{
	{
		"mette takes it from the pile", house.Mette,
		func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
			return w.door.Tickets.TakeTicket(ctx, &triagev1.TakeTicketRequest{Name: name, RequestId: id, Etag: etag})
		}, "ticket.taken", at("servicedesk", "", house.Mette, assigned),
	},
	{
		"mette begins", house.Mette,
		func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
			return w.door.Tickets.StartWork(ctx, &triagev1.StartWorkRequest{Name: name, RequestId: id, Etag: etag})
		}, "ticket.work_started", at("servicedesk", "", house.Mette, inProgress),
	},
	{
		"mette tells the user what she sees", house.Mette,
		func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
			return w.door.Tickets.AddNote(ctx, &triagev1.AddNoteRequest{
				Name: name, RequestId: id, Etag: etag, Note: house.Text("I see the same."),
			})
		}, "ticket.note_added", at("servicedesk", "", house.Mette, inProgress),
	},
	{
		"mette writes down what she tried", house.Mette,
		func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
			return w.door.Tickets.LogWork(ctx, &triagev1.LogWorkRequest{
				Name: name, RequestId: id, Etag: etag, Text: house.Text("Restarted the client; " + secret), Minutes: 15,
			})
		}, "ticket.work_logged", at("servicedesk", "", house.Mette, inProgress),
	},
	{
		"mette offers it to Netic's operations", house.Mette, offer, "ticket.hand_over_offered",
		at("servicedesk", "", house.Mette, inProgress),
	},
	{
		"lars declines", house.Lars,
		func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
			return w.door.Tickets.DeclineHandOver(ctx, &triagev1.DeclineHandOverRequest{
				Name: name, RequestId: id, Etag: etag, Reason: house.Text("Which server?"),
			})
		}, "ticket.hand_over_declined", at("servicedesk", "", house.Mette, inProgress),
	},
	{"mette offers it again", house.Mette, offer, "ticket.hand_over_offered", at("servicedesk", "", house.Mette, inProgress)},
	{
		"lars accepts and has it", house.Lars,
		func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
			return w.door.Tickets.AcceptHandOver(ctx, &triagev1.AcceptHandOverRequest{
				Name: name, RequestId: id, Etag: etag, Assignee: house.Person(house.Lars),
			})
		}, "ticket.handed_over", at("netic", "drift", house.Lars, assigned),
	},
	{
		"lars begins", house.Lars,
		func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
			return w.door.Tickets.StartWork(ctx, &triagev1.StartWorkRequest{Name: name, RequestId: id, Etag: etag})
		}, "ticket.work_started", at("netic", "drift", house.Lars, inProgress),
	},
	{
		"lars asks the user", house.Lars,
		func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
			return w.door.Tickets.HoldTicket(ctx, &triagev1.HoldTicketRequest{
				Name: name, RequestId: id, Etag: etag, Status: awaitingUser, Reason: house.Text("Since when?"),
			})
		}, "ticket.held", at("netic", "drift", house.Lars, awaitingUser),
	},
	{
		"ida answers", house.Ida,
		func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
			return w.door.Tickets.ResumeTicket(ctx, &triagev1.ResumeTicketRequest{
				Name: name, RequestId: id, Etag: etag, Note: house.Text("Since this morning."),
			})
		}, "ticket.resumed", at("netic", "drift", house.Lars, inProgress),
	},
	{
		"lars has solved it", house.Lars,
		func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
			return w.door.Tickets.ResolveTicket(ctx, &triagev1.ResolveTicketRequest{
				Name: name, RequestId: id, Etag: etag, Solution: house.Text("The certificate had expired; it was renewed."),
				SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
			})
		}, "ticket.resolved", at("servicedesk", "", house.Mette, resolved),
	},
	{
		"ole says it is gone", house.Ole,
		func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
			return w.door.Tickets.AcceptSolution(ctx, &triagev1.AcceptSolutionRequest{Name: name, RequestId: id, Etag: etag})
		}, "ticket.solution_accepted", at("servicedesk", "", house.Mette, resolved),
	},
	{
		"mette closes it", house.Mette,
		func(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
			return w.door.Tickets.CloseTicket(ctx, &triagev1.CloseTicketRequest{Name: name, RequestId: id, Etag: etag})
		}, "ticket.closed", at("servicedesk", "", house.Mette, closed),
	},
}

func offer(ctx context.Context, w *walk, name, id, etag string) (*triagev1.Ticket, error) {
	return w.door.Tickets.HandOverTicket(ctx, &triagev1.HandOverTicketRequest{
		Name: name, RequestId: id, Etag: etag, Party: house.Party("netic"), Group: house.Group("netic", "drift"),
		Reason: house.Text("The server does not answer; please look."),
	})
}

// secret is a word that only the parties may ever read.
const secret = "zebrafinch"

// report has ole report something that happens to ida, and waits until it is a ticket.
func (w *walk) report(ctx context.Context, title string) error {
	request := house.Report(house.Desk, title)
	request.Title = &commonv1.LocalizedText{Text: title, LanguageCode: "da"}
	request.AffectedUser = house.Person(house.Ida)
	var err error
	w.ticket, err = w.Reported(ctx, w.door, house.Ole, request)
	return err
}

// go on takes one step, twice with the same request id: the second must change nothing and be answered alike.
func (w *walk) takes(ctx context.Context, s step) error {
	name, id, etag := w.ticket.GetName(), house.ID(), w.ticket.GetEtag()
	done, err := s.do(w.As(ctx, s.by), w, name, id, etag)
	if err != nil {
		return fmt.Errorf("%s: %w", s.what, err)
	}
	again, err := s.do(w.As(ctx, s.by), w, name, id, etag)
	if err != nil {
		return fmt.Errorf("%s, again: %w", s.what, err)
	}
	if done.GetEtag() != again.GetEtag() {
		return fmt.Errorf("%s, again: the answer is another: etag %s, then %s", s.what, done.GetEtag(), again.GetEtag())
	}
	w.ticket = done
	if now := placeOf(done); now != s.at {
		return fmt.Errorf("%s: it is at %v, want %v", s.what, now, s.at)
	}
	return nil
}

func placeOf(t *triagev1.Ticket) place {
	return place{Party: t.GetHolderParty(), Group: t.GetHolderGroup(), Assignee: t.GetAssignee(), Status: t.GetStatus()}
}
