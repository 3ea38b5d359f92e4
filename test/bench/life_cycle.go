package bench

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// worker is one client's two people: one at the service desk, one at the supplier.
type worker struct{ agent, operator caller }

// command is one step of a ticket's life, and who takes it.
type command struct {
	name string
	do   func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error)
}

// life is the mix of commands: what happens to one ticket from its opening to its closing, in order. Each client leads one
// ticket after the other through it.
var life = []command{
	{"take", func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error) {
		return w.agent.tickets.TakeTicket(ctx, &triagev1.TakeTicketRequest{Name: ticket, RequestId: uuid.NewString()})
	}},
	{"startWork", func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error) {
		return w.agent.tickets.StartWork(ctx, &triagev1.StartWorkRequest{Name: ticket, RequestId: uuid.NewString()})
	}},
	{"addNote", func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error) {
		return w.agent.tickets.AddNote(ctx, &triagev1.AddNoteRequest{
			Name: ticket, RequestId: uuid.NewString(), Note: text("Har du prøvet med et andet kort?"),
		})
	}},
	{"hold", func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error) {
		return w.agent.tickets.HoldTicket(ctx, &triagev1.HoldTicketRequest{
			Name: ticket, RequestId: uuid.NewString(), Status: triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER,
			Reason: text("Vi venter på dit svar."),
		})
	}},
	{"resume", func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error) {
		return w.agent.tickets.ResumeTicket(ctx, &triagev1.ResumeTicketRequest{Name: ticket, RequestId: uuid.NewString()})
	}},
	{"handOver", func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error) {
		return w.agent.tickets.HandOverTicket(ctx, &triagev1.HandOverTicketRequest{
			Name: ticket, RequestId: uuid.NewString(), Party: supplier, Group: operations, Reason: text("Læseren skal skiftes."),
		})
	}},
	{"acceptHandOver", func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error) {
		return w.operator.tickets.AcceptHandOver(ctx, &triagev1.AcceptHandOverRequest{Name: ticket, RequestId: uuid.NewString()})
	}},
	{"startWork", func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error) {
		return w.operator.tickets.StartWork(ctx, &triagev1.StartWorkRequest{Name: ticket, RequestId: uuid.NewString()})
	}},
	{"logWork", func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error) {
		return w.operator.tickets.LogWork(ctx, &triagev1.LogWorkRequest{
			Name: ticket, RequestId: uuid.NewString(), Text: text("Skiftet læser, testet med to kort."), Minutes: 25,
		})
	}},
	{"addNote (internal)", func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error) {
		return w.operator.tickets.AddNote(ctx, &triagev1.AddNoteRequest{
			Name: ticket, RequestId: uuid.NewString(), Note: text("Serienummer 4711 sendt retur."), Internal: true,
		})
	}},
	{"resolve", func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error) {
		return w.operator.tickets.ResolveTicket(ctx, &triagev1.ResolveTicketRequest{
			Name: ticket, RequestId: uuid.NewString(), Solution: text("Kortlæseren er skiftet."),
			SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
		})
	}},
	{"close", func(ctx context.Context, w worker, ticket string) (*triagev1.Ticket, error) {
		return w.agent.tickets.CloseTicket(ctx, &triagev1.CloseTicketRequest{Name: ticket, RequestId: uuid.NewString()})
	}},
}

func text(danish string) *commonv1.LocalizedText {
	return &commonv1.LocalizedText{Text: danish, LanguageCode: "da"}
}

// leading is the load of people who work on tickets: every call is the next command of the client's ticket.
func leading(workers []worker, tickets *opened) call {
	type walk struct {
		ticket string
		next   int // in life; 0 before the first command
	}
	walks := make([]walk, len(workers))
	return func(ctx context.Context, client int) error {
		w := &walks[client]
		if w.next == 0 {
			ticket, err := tickets.take()
			if err != nil {
				return err
			}
			w.ticket = ticket
		}
		step := life[w.next]
		if _, err := step.do(ctx, workers[client], w.ticket); err != nil {
			return fmt.Errorf("%s of %s: %w", step.name, w.ticket, err)
		}
		w.next = (w.next + 1) % len(life)
		return nil
	}
}
