// Package api is intake's transport: it asks who may, hands mutating calls to the commands, and answers reads from the store.
package api

import (
	"context"
	"errors"

	"github.com/cedar-policy/cedar-go"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Submissions serves bavn.intake.v1.SubmissionService.
type Submissions struct {
	intakev1.UnimplementedSubmissionServiceServer
	Gate     *access.Gate
	Commands *command.Commands
	Pages    *Pages
}

// SubmitTicket reports an incident.
func (s *Submissions) SubmitTicket(ctx context.Context, r *intakev1.SubmitTicketRequest) (*intakev1.Submission, error) {
	desk := domain.Desk(r.GetParent())
	principal, _ := auth.FromContext(ctx)
	known, err := s.Gate.Known(ctx, desk)
	if err != nil {
		return nil, err
	}
	if err := s.Gate.Desk(ctx, "SubmitTicket", desk, cedar.RecordMap{
		"known":     cedar.Boolean(known),
		"on_behalf": cedar.Boolean(r.GetReporter() != "" && domain.ID(r.GetReporter()) != principal.Person),
		"importing": cedar.Boolean(r.GetImport() != nil),
	}); err != nil {
		return nil, err
	}
	return s.Commands.SubmitTicket(ctx, r)
}

// GetSubmission reads a submission.
func (s *Submissions) GetSubmission(ctx context.Context, r *intakev1.GetSubmissionRequest) (*intakev1.Submission, error) {
	id, err := uuid.Parse(domain.ID(r.GetName()))
	if err != nil {
		return nil, access.ErrNotFound
	}
	row, err := store.New(s.Gate.Pool).GetSubmission(ctx, store.GetSubmissionParams{Desk: domain.Desk(r.GetName()), Submission: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, access.ErrNotFound
	}
	if err != nil {
		return nil, pg.Translate(err)
	}
	desk, err := store.New(s.Gate.Pool).GetDesk(ctx, row.Desk)
	if err != nil {
		return nil, pg.Translate(err)
	}
	audience := append(command.Audience(row), "parties/"+desk.ContactParty, "parties/"+desk.AuthorityParty)
	if err := s.Gate.Submission(ctx, "GetSubmission", row, audience); err != nil {
		return nil, err
	}
	return s.answer(ctx, row)
}

// ListSubmissions lists what came in, newest first.
func (s *Submissions) ListSubmissions(
	ctx context.Context, r *intakev1.ListSubmissionsRequest,
) (*intakev1.ListSubmissionsResponse, error) {
	desk := domain.Desk(r.GetParent())
	if err := s.Gate.Desk(ctx, "ListSubmissions", desk, nil); err != nil {
		return nil, err
	}
	page, err := s.Pages.open(ctx, desk, "ListSubmissions", r.GetPageSize(), r.GetPageToken())
	if err != nil {
		return nil, err
	}
	rows, err := store.New(s.Gate.Pool).ListSubmissions(ctx, store.ListSubmissionsParams{
		Desk: desk, Before: page.after, Size: page.size + 1,
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	response := new(intakev1.ListSubmissionsResponse)
	for i, row := range rows {
		if int32(i) == page.size {
			response.NextPageToken = page.next(rows[i-1].Number)
			break
		}
		submission, err := s.answer(ctx, row)
		if err != nil {
			return nil, err
		}
		response.Submissions = append(response.Submissions, submission)
	}
	return response, nil
}

func (s *Submissions) answer(ctx context.Context, row store.Submission) (*intakev1.Submission, error) {
	title, description, err := s.Commands.Texts(ctx, row)
	if err != nil {
		return nil, pg.Translate(err)
	}
	return command.Answer(row, title, description), nil
}
