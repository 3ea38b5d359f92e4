package cli

import (
	"context"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// TicketSubmit reports an incident.
type TicketSubmit struct {
	Title        string            `arg:"" help:"A telling title."`
	Description  string            `short:"d" placeholder:"TEXT" help:"What is wrong: what, where, who, when."`
	Reporter     string            `placeholder:"PERSON" help:"Who tells us, if not you."`
	AffectedUser string            `placeholder:"PERSON" help:"Who it happens to, if not the reporter."`
	ExternalID   map[string]string `name:"external-id" placeholder:"TOOL=ID" help:"The same case in another tool: jira=NSP-118."`
	TextLanguage string            `placeholder:"da|sv|en" help:"Language of title and description; that of the desk if left out."`
	Request
}

// Run submits and says which number the ticket has.
func (c *TicketSubmit) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	request := &intakev1.SubmitTicketRequest{
		Parent: s.desk(), RequestId: c.id(), Channel: commonv1.Channel_CHANNEL_API,
		Title: text(c.Title, c.TextLanguage), ExternalIds: c.ExternalID,
		Reporter: resource.Person(s.Desk, c.Reporter), AffectedUser: resource.Person(s.Desk, c.AffectedUser),
	}
	if c.Description != "" {
		request.Description = text(c.Description, c.TextLanguage)
	}
	submission, err := connected.Submissions.SubmitTicket(ctx, request)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(submission)
	}
	s.Printf("%s", s.Bold(resource.ID(submission.GetTicket())))
	if submission.GetOutcome() == intakev1.Outcome_OUTCOME_UNSPECIFIED {
		s.Printf(" received; it is opened as soon as triage can")
	}
	s.Printf("\n")
	return nil
}
