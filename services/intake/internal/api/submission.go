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
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/command"
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
	desk := resourcename.Desk(r.GetParent())
	principal, _ := auth.FromContext(ctx)
	known, err := s.Gate.Known(ctx, desk)
	if err != nil {
		return nil, err
	}
	if err := s.Gate.Desk(ctx, "SubmitTicket", desk, cedar.RecordMap{
		"known":     cedar.Boolean(known),
		"on_behalf": cedar.Boolean(r.GetReporter() != "" && resourcename.ID(r.GetReporter()) != principal.Person),
		"importing": cedar.Boolean(r.GetImport() != nil),
	}); err != nil {
		return nil, err
	}
	submission, err := s.Commands.SubmitTicket(ctx, r)
	return submission, command.RefuseErased(err)
}

// GetSubmission reads a submission.
func (s *Submissions) GetSubmission(ctx context.Context, r *intakev1.GetSubmissionRequest) (*intakev1.Submission, error) {
	id, err := uuid.Parse(resourcename.ID(r.GetName()))
	if err != nil {
		return nil, access.ErrNotFound
	}
	row, err := store.New(s.Gate.Pool).GetSubmission(ctx, store.GetSubmissionParams{
		Desk: resourcename.Desk(r.GetName()), Submission: id,
	})
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
	audience := append(row.Audience(), "parties/"+desk.ContactParty, "parties/"+desk.AuthorityParty)
	if err := s.Gate.Submission(ctx, "GetSubmission", row, audience); err != nil {
		return nil, err
	}
	words, err := store.WordsOf(ctx, s.Gate.Pool, row.Desk, row)
	if err != nil {
		return nil, err
	}
	return row.Proto(words[row.Name()]), nil
}

// ListSubmissions lists what came in, newest first.
func (s *Submissions) ListSubmissions(
	ctx context.Context, r *intakev1.ListSubmissionsRequest,
) (*intakev1.ListSubmissionsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	if err := s.Gate.Desk(ctx, "ListSubmissions", desk, nil); err != nil {
		return nil, err
	}
	page, err := s.Pages.open(ctx, desk, "ListSubmissions", r)
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
	if int32(len(rows)) > page.size {
		rows = rows[:page.size]
		response.NextPageToken = page.next(rows[page.size-1].Number)
	}
	words, err := store.WordsOf(ctx, s.Gate.Pool, desk, rows...)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		response.Submissions = append(response.Submissions, row.Proto(words[row.Name()]))
	}
	return response, nil
}
