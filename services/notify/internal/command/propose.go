package command

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// propose writes down what a person shall say (R78). Of an import nothing is proposed: it concerns nobody now (R34). One that a
// newer of the same rule says better is overtaken.
func propose(
	ctx context.Context, tx pgx.Tx, event *feed.Event, h domain.Happening, proposed []domain.Proposed, now time.Time,
) error {
	if h.Ticket.GetImporting() {
		return nil
	}
	record, q := event.Record, store.New(tx)
	desk, ticket := resourcename.Desk(record.GetDesk()), resourcename.ID(record.GetResource())
	for _, p := range proposed {
		row := store.InsertProposalParams{
			Desk: desk, Proposal: domain.ProposalID(event.Ref(), p.Rule, record.GetRecordedAt().AsTime()), Ticket: ticket,
			EventRevision: record.GetRevision(), EventType: record.GetType(),
			Rule: p.Rule, Template: p.Template, ProfileVersion: h.Profile,
			OwnNumber: p.OwnNumber, Person: resourcename.ID(p.Person), Unit: p.Unit, Party: domain.Key(h.Ticket.GetHolderParty()),
			TicketStatus: int16(h.Ticket.GetStatus()), Audience: domain.Senders(h), Traceparent: event.Traceparent(), CreatedAt: now,
			JourneyTrace: record.GetJourney().GetTraceId(), JourneyRoot: record.GetJourney().GetRootSpanId(),
		}
		for _, medium := range p.Media {
			row.Media = append(row.Media, int16(medium))
		}
		for _, to := range p.To {
			row.Recipients, row.Sights = append(row.Recipients, resourcename.ID(to.Recipient)), append(row.Sights, int16(to.Sight))
		}
		if err := q.InsertProposal(ctx, row); err != nil {
			return fmt.Errorf("propose a message: %w", err)
		}
		if err := q.OvertakeProposals(ctx, store.OvertakeProposalsParams{
			Desk: desk, Ticket: ticket, Rule: p.Rule, EventRevision: record.GetRevision(), Now: now,
		}); err != nil {
			return fmt.Errorf("overtake proposals: %w", err)
		}
	}
	return nil
}
