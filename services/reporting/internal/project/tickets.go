package project

import (
	"context"
	"fmt"
	"strings"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/reporting/internal/domain"
	"github.com/bavn/bavn/services/reporting/internal/store"
)

// ticketBatch collects what a batch of events says about tickets, so that each ticket and each step is written once.
type ticketBatch struct {
	tickets map[string]*store.Ticket
	steps   map[[3]string]domain.Step
	order   [][3]string // of the steps, so that two replicas lock rows alike
	// restricted are the revisions at which tickets are, by desk and number (R149).
	restricted map[[2]string]int64
}

func newTicketBatch() *ticketBatch {
	return &ticketBatch{tickets: map[string]*store.Ticket{}, steps: map[[3]string]domain.Step{}, restricted: map[[2]string]int64{}}
}

func (b *ticketBatch) add(event *feed.Event, payload *triagev1.TicketEvent) {
	record := event.Record
	if payload.GetTicket().GetRestricted() {
		b.restricted[[2]string{resourcename.Desk(record.GetDesk()), resourcename.ID(record.GetResource())}] = record.GetRevision()
	}
	// An internal note is for the parties alone: its audience is not the ticket's.
	if record.GetType() != "ticket.internal_note_added" {
		b.tickets[record.GetResource()] = &store.Ticket{
			Desk: resourcename.Desk(record.GetDesk()), Ticket: resourcename.ID(record.GetResource()), Audience: record.GetAudience(),
			TraceID: payload.GetTicket().GetJourneyTraceId(), Revision: record.GetRevision(),
		}
	}
	step, ok := domain.NewStep(record, payload)
	if !ok {
		return
	}
	key := [3]string{step.Desk, step.Ticket, step.Key}
	if earlier, joined := b.steps[key]; joined {
		step = earlier.Join(step)
	} else {
		b.order = append(b.order, key)
	}
	b.steps[key] = step
}

func (b *ticketBatch) write(ctx context.Context, q *store.Queries) error {
	if len(b.tickets) > 0 {
		var p store.PutTicketsParams
		for _, t := range b.tickets {
			p.Desks = append(p.Desks, t.Desk)
			p.Tickets = append(p.Tickets, t.Ticket)
			p.Audiences = append(p.Audiences, strings.Join(t.Audience, " "))
			p.TraceIds = append(p.TraceIds, t.TraceID)
			p.Revisions = append(p.Revisions, t.Revision)
		}
		if err := q.PutTickets(ctx, p); err != nil {
			return fmt.Errorf("write tickets: %w", err)
		}
	}
	if len(b.steps) == 0 {
		return nil
	}
	var p store.PutStepsParams
	for _, key := range b.order {
		s := b.steps[key]
		p.Desks = append(p.Desks, s.Desk)
		p.Tickets = append(p.Tickets, s.Ticket)
		p.Steps = append(p.Steps, s.Key)
		p.Revisions = append(p.Revisions, s.Revision)
		p.Ats = append(p.Ats, s.At)
		p.Statuses = append(p.Statuses, int16(s.Status))
		p.SubStatuses = append(p.SubStatuses, s.SubStatus)
		p.Parties = append(p.Parties, s.Party)
		p.Groups = append(p.Groups, s.Group)
		p.Assignees = append(p.Assignees, s.Assignee)
		p.Impacts = append(p.Impacts, int16(s.Impact))
		p.Reopened = append(p.Reopened, s.Reopened)
		p.Returned = append(p.Returned, s.Returned)
	}
	if err := q.PutSteps(ctx, p); err != nil {
		return fmt.Errorf("write steps: %w", err)
	}
	return nil
}
