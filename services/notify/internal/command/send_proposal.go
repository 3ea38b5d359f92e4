package command

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// SendProposal sends what the profile wants a person to say, signed by the caller (R78).
func (c *Commands) SendProposal(ctx context.Context, r *notifyv1.SendProposalRequest) error {
	desk := resourcename.Desk(r.GetName())
	made := change{desk: desk, method: "SendProposal", resource: r.GetName(), requestID: r.GetRequestId(), payload: r}
	return c.once(ctx, made, func(ctx context.Context, p *pg.Pipeline, call request.Request) ([]feed.Prepared, error) {
		row, err := open(ctx, p, r.GetName())
		if err != nil {
			return nil, err
		}
		principal, _ := auth.FromContext(ctx)
		now := c.Clock.Now()
		var letter *uuid.UUID
		if r.GetBody() != "" {
			id := row.Proposal
			letter = &id
			if err := store.New(p).InsertLetter(ctx, store.InsertLetterParams{
				Desk: desk, Letter: id, Ticket: row.Ticket, Author: principal.Person,
				Subject: r.GetSubject(), Body: r.GetBody(), CreatedAt: now,
			}); err != nil {
				return nil, err
			}
		}
		rows, events, err := c.proposed(row, principal.Person, letter, chosen(row, r.GetMedia()), now)
		if err != nil {
			return nil, err
		}
		written, err := insert(ctx, p, rows, now)
		if err != nil {
			return nil, err
		}
		if err := c.keepDeliveries(ctx, p, written); err != nil {
			return nil, err
		}
		decided, err := c.decide(ctx, p, row, notifyv1.ProposalState_PROPOSAL_STATE_SENT, "proposal.sent", call)
		return append(events, decided...), err
	})
}

// DismissProposal lets it be.
func (c *Commands) DismissProposal(ctx context.Context, r *notifyv1.DismissProposalRequest) error {
	made := change{
		desk: resourcename.Desk(r.GetName()), method: "DismissProposal", resource: r.GetName(), requestID: r.GetRequestId(), payload: r,
	}
	return c.once(ctx, made, func(ctx context.Context, p *pg.Pipeline, call request.Request) ([]feed.Prepared, error) {
		row, err := open(ctx, p, r.GetName())
		if err != nil {
			return nil, err
		}
		return c.decide(ctx, p, row, notifyv1.ProposalState_PROPOSAL_STATE_DISMISSED, "proposal.dismissed", call)
	})
}

// open is a proposal that nobody has decided on yet.
func open(ctx context.Context, p *pg.Pipeline, name string) (store.Proposal, error) {
	id, err := uuid.Parse(resourcename.ID(name))
	if err != nil {
		return store.Proposal{}, errUnknown
	}
	row, err := store.New(p).LockProposal(ctx, store.LockProposalParams{Desk: resourcename.Desk(name), Proposal: id})
	if err != nil {
		return row, pg.Translate(err)
	}
	if notifyv1.ProposalState(row.State) != notifyv1.ProposalState_PROPOSAL_STATE_OPEN {
		return row, fault.New(codes.FailedPrecondition, reasonProposalDecided)
	}
	return row, nil
}

// chosen are the media that it is sent by: those of the proposal that the caller names, or all that go without a person calling.
func chosen(row store.Proposal, named []notifyv1.Medium) []notifyv1.Medium {
	var media []notifyv1.Medium
	for _, m := range row.Media {
		medium := notifyv1.Medium(m)
		if len(named) == 0 && medium != notifyv1.Medium_MEDIUM_CALL || slices.Contains(named, medium) {
			media = append(media, medium)
		}
	}
	return media
}

// decide writes what became of a proposal.
func (c *Commands) decide(
	ctx context.Context, p *pg.Pipeline, row store.Proposal, state notifyv1.ProposalState, typ string, call request.Request,
) ([]feed.Prepared, error) {
	principal, _ := auth.FromContext(ctx)
	now := c.Clock.Now()
	row.State, row.DecidedBy, row.DecidedAt = int16(state), principal.Person, &now
	d := feed.Draft{
		Desk: row.Desk, Resource: domain.ProposalName(row.Desk, row.Proposal.String()), Type: typ,
		Payload: &notifyv1.ProposalEvent{Proposal: ProposalAnswer(row)}, Actor: actor(ctx, row.Desk),
		Cause:       &eventv1.Cause{RequestId: call.ID.String(), Event: domain.EventRef(row.Desk, row.Ticket, row.EventRevision)},
		Traceparent: feed.Traceparent(ctx), Audience: row.Audience,
	}
	if len(row.JourneyTrace) > 0 {
		d.Journey = &eventv1.Journey{TraceId: row.JourneyTrace, RootSpanId: row.JourneyRoot}
	}
	events, head, err := feed.Prepare(headOf(row.Revision, row.ChainHash, row.LastEventAt), []feed.Draft{d}, now)
	if err != nil {
		return nil, err
	}
	return events, store.New(p).DecideProposal(ctx, store.DecideProposalParams{
		Desk: row.Desk, Proposal: row.Proposal, State: row.State, DecidedBy: row.DecidedBy, DecidedAt: &now,
		Revision: head.Revision, ChainHash: head.Hash, LastEventAt: &head.Time,
	})
}

// ProposalAnswer is a proposal as the contract shows it, without its words.
func ProposalAnswer(row store.Proposal) *notifyv1.Proposal {
	answer := &notifyv1.Proposal{
		Name: domain.ProposalName(row.Desk, row.Proposal.String()), Ticket: domain.TicketName(row.Desk, row.Ticket),
		EventType: row.EventType, Rule: row.Rule, Template: row.Template, State: notifyv1.ProposalState(row.State),
		CreateTime: timestamppb.New(row.CreatedAt),
	}
	for _, person := range row.Recipients {
		answer.Recipients = append(answer.Recipients, domain.PersonName(row.Desk, person))
	}
	for _, medium := range row.Media {
		answer.Media = append(answer.Media, notifyv1.Medium(medium))
	}
	if row.DecidedBy != "" {
		answer.Decider = domain.PersonName(row.Desk, row.DecidedBy)
	}
	if row.DecidedAt != nil {
		answer.DecideTime = timestamppb.New(*row.DecidedAt)
	}
	return answer
}
