package api

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Proposals serves bavn.notify.v1.ProposalService.
type Proposals struct {
	notifyv1.UnimplementedProposalServiceServer
	Gate     *access.Gate
	Commands *command.Commands
	Pages    *Pages
}

// GetProposal reads a proposal with its words.
func (s *Proposals) GetProposal(ctx context.Context, r *notifyv1.GetProposalRequest) (*notifyv1.Proposal, error) {
	row, err := s.seen(ctx, "GetProposal", r.GetName())
	if err != nil {
		return nil, err
	}
	answer := command.ProposalAnswer(row)
	principal, _ := auth.FromContext(ctx)
	answer.Subject, answer.Body, err = s.Commands.Words(ctx, row, principal.Person)
	return answer, err
}

// SendProposal sends it.
func (s *Proposals) SendProposal(ctx context.Context, r *notifyv1.SendProposalRequest) (*notifyv1.Proposal, error) {
	if _, err := s.seen(ctx, "SendProposal", r.GetName()); err != nil {
		return nil, err
	}
	if err := s.Commands.SendProposal(ctx, r); err != nil {
		return nil, err
	}
	row, err := s.seen(ctx, "GetProposal", r.GetName())
	return command.ProposalAnswer(row), err
}

// DismissProposal lets it be.
func (s *Proposals) DismissProposal(ctx context.Context, r *notifyv1.DismissProposalRequest) (*notifyv1.Proposal, error) {
	if _, err := s.seen(ctx, "DismissProposal", r.GetName()); err != nil {
		return nil, err
	}
	if err := s.Commands.DismissProposal(ctx, r); err != nil {
		return nil, err
	}
	row, err := s.seen(ctx, "GetProposal", r.GetName())
	return command.ProposalAnswer(row), err
}

// seen reads a proposal for somebody who may do something with it. To others it does not exist.
func (s *Proposals) seen(ctx context.Context, action, name string) (store.Proposal, error) {
	id, err := uuid.Parse(resourcename.ID(name))
	if err != nil {
		return store.Proposal{}, access.ErrNotFound
	}
	row, err := store.New(s.Gate.Pool).GetProposal(ctx, store.GetProposalParams{Desk: resourcename.Desk(name), Proposal: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return row, access.ErrNotFound
	}
	if err != nil {
		return row, pg.Translate(err)
	}
	return row, s.Gate.Proposal(ctx, action, row)
}

// ListProposals lists what the caller's parties may send.
func (s *Proposals) ListProposals(
	ctx context.Context, r *notifyv1.ListProposalsRequest,
) (*notifyv1.ListProposalsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	set, err := s.Gate.Listing(ctx, "ListProposals", desk)
	if err != nil {
		return nil, err
	}
	if !set.Member() {
		return nil, fault.Missing("parent")
	}
	if r.GetTicket() != "" && resourcename.Desk(r.GetTicket()) != desk {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("ticket", "ticket.other_desk")
	}
	page, err := s.Pages.open(ctx, notifyv1.ProposalService_ListProposals_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	rows, err := s.list(ctx, desk, r.GetTicket(), set.Keys(), page)
	if err != nil {
		return nil, pg.Translate(err)
	}
	answer := new(notifyv1.ListProposalsResponse)
	for i, row := range rows {
		if int32(i) == page.size { //nolint:gosec // no page has more than 501
			answer.NextPageToken = page.next(rows[i-1].Proposal[:])
			break
		}
		answer.Proposals = append(answer.Proposals, command.ProposalAnswer(row))
	}
	return answer, nil
}

func (s *Proposals) list(ctx context.Context, desk, ticket string, keys []string, p page) ([]store.Proposal, error) {
	q := store.New(s.Gate.Pool)
	if ticket != "" {
		return q.ListProposalsOfTicket(ctx, store.ListProposalsOfTicketParams{
			Desk: desk, Ticket: resourcename.ID(ticket), Before: p.before(), Keys: keys, Size: p.size + 1,
		})
	}
	return q.ListProposals(ctx, store.ListProposalsParams{Desk: desk, Before: p.before(), Keys: keys, Size: p.size + 1})
}
