package cli

import (
	"context"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// filledIn says which template is filled in, and with what.
type filledIn struct {
	Template string `arg:"" help:"The template's id in the profile, or one of Bavn's own: resolved."`
	Ticket   string `help:"Fill it in with this ticket; a sample otherwise."`
	Spoken   string `name:"in" placeholder:"da|sv|en" help:"In which language; yours otherwise."`
}

// MessagePreview shows one.
type MessagePreview struct {
	filledIn
}

// Run prints its words.
func (c *MessagePreview) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	return s.words(connected.Templates.PreviewTemplate(ctx, &notifyv1.PreviewTemplateRequest{
		Name: s.template(c.Template), Ticket: s.ticketIfAny(c.Ticket), LanguageCode: c.Spoken,
	}))
}

// MessageTest sends one to the caller.
type MessageTest struct {
	Request
	filledIn
}

// Run prints what was sent.
func (c *MessageTest) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	return s.words(connected.Templates.SendTestMessage(ctx, &notifyv1.SendTestMessageRequest{
		Name: s.template(c.Template), RequestId: c.id(), Ticket: s.ticketIfAny(c.Ticket), LanguageCode: c.Spoken,
	}))
}

func (s *session) template(id string) string { return s.desk() + "/templates/" + id }

func (s *session) words(t *notifyv1.TemplatePreview, err error) error {
	if err != nil || s.JSON {
		return s.said(t, err)
	}
	s.Printf("%s\n\n%s\n", t.GetSubject(), t.GetBody())
	return nil
}
